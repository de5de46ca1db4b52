"""What words of 神策's rules mean, and where in a rule a mistake is."""

from __future__ import annotations

from collections.abc import Mapping

from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.syntax import Function, Relation, Unit

#: Functions with one value; the first name of a relation is the one that is written. Named in the
#: vendor's manual (query API): equal, notEqual, greater, less, contain, include; in published
#: rules: least; the others are aliases that nobody confirmed.
COMPARED: Mapping[str, Relation] = {
    "equal": Relation.EQUAL,
    "notEqual": Relation.NOT_EQUAL,
    "least": Relation.AT_LEAST,
    "greater": Relation.MORE,
    "most": Relation.AT_MOST,
    "less": Relation.LESS,
    "contain": Relation.CONTAINS,
    "include": Relation.CONTAINS,
    "eq": Relation.EQUAL,
    "uneq": Relation.NOT_EQUAL,
    "gte": Relation.AT_LEAST,
    "gt": Relation.MORE,
    "lte": Relation.AT_MOST,
    "lt": Relation.LESS,
}
WRITTEN: Mapping[Relation, str] = {
    relation: name for name, relation in reversed(list(COMPARED.items()))
}
#: Functions without a value: does a yes come out where there is one?
KNOWN: Mapping[str, bool] = {"isSet": True, "notSet": False, "isNotEmpty": True, "isEmpty": False}
FLAGS: Mapping[str, bool] = {"isTrue": True, "isFalse": False}
AGGREGATORS: Mapping[str, Function] = {
    "general": Function.COUNT,
    "sum": Function.SUM,
    "avg": Function.AVG,
    "max": Function.MAX,
    "min": Function.MIN,
    "uniqCount": Function.DISTINCT,
    "count": Function.COUNT,
}
WRITTEN_AGGREGATORS: Mapping[Function, str] = {
    function: name for name, function in reversed(list(AGGREGATORS.items()))
}
#: What is written where a list contains a text.
INCLUDES = "include"
#: Functions on moments: between two days, at least so many days ago, within so many days.
BETWEEN_DAYS, DAYS_AGO, WITHIN_DAYS = "absoluteBetween", "relativeBefore", "relativeWithin"
UNITS: Mapping[str, Unit] = {unit.value: unit for unit in Unit}
ABSOLUTE, RELATIVE = "absolute_time", "relative_time"
#: Decorations of the vendor's pages, without meaning for who is meant.
IGNORED = frozenset({"key", "comment", "value", "closable", "cname", "name"})


def refused(path: str, code: str, hint: str = "", **values: str) -> LanguageError:
    """Return the error about the piece of a rule at ``path``."""
    return LanguageError([Mistake(code, text=path or "rule", hint=hint, values=values)])
