"""The attributes that expressions may mention: facts of persons and leads, with their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.behaviour.vocabulary import Term, ValueType
from domain.facts import LEAD_FACTS, PERSON_FACTS

#: Facts that are numbers. Those that people or files state are texts in storage and are
#: read as numbers; where a text is none, the attribute is missing.
NUMBERS = frozenset(
    {"age", "budget", "company_size", "learners"}
    | {"cycle", "level", "static", "dynamic", "composite"}
)
_FLAGS = "is_", "has_"


def attribute_terms(labels: Mapping[str, str]) -> Iterator[Term]:
    """Yield a term for every fact of persons and leads, and for every name in ``labels``.

    ``labels`` holds the Chinese word by registered name.
    """
    for name in sorted(PERSON_FACTS | LEAD_FACTS | labels.keys()):
        yield Term(name, labels.get(name, ""), type_of_fact(name))


def type_of_fact(name: str) -> ValueType:
    """Return the type of a fact: what is not declared otherwise is a text."""
    if name in NUMBERS:
        return ValueType.NUMBER
    return ValueType.FLAG if name.startswith(_FLAGS) else ValueType.TEXT
