"""Conditions over facts: the common grammar of scoring, routing and follow-up tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

#: What a person or an event property may hold.
Fact = str | float | bool


class Comparison(StrEnum):
    """How a condition compares. A missing value only ever fits ``MISSING``."""

    EQUAL = "="
    NOT_EQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"
    AT_MOST = "<="
    LESS = "<"
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"
    KNOWN = "known"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Condition:
    """``name`` compared with ``values`` (one of them but for IN and NOT_IN).

    Text ignores case and blanks around it. Against a number, text is read as a
    number and does not fit when it is none.
    """

    name: str
    comparison: Comparison
    values: tuple[Fact, ...] = ()

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether ``facts`` fit."""
        value = facts.get(self.name)
        known = value is not None and value != ""
        if self.comparison is Comparison.MISSING:
            return not known
        if value is None or not known:
            return False
        return self.fits(value)

    def fits(self, value: Fact) -> bool:
        """Tell whether a value that is there fits; MISSING fits none."""
        match self.comparison:
            case Comparison.EQUAL | Comparison.IN:
                return any(_same(value, wanted) for wanted in self.values)
            case Comparison.NOT_EQUAL | Comparison.NOT_IN:
                return not any(_same(value, wanted) for wanted in self.values)
            case Comparison.CONTAINS:
                return any(_folded(wanted) in _folded(value) for wanted in self.values)
            case Comparison.KNOWN | Comparison.MISSING:
                return self.comparison is Comparison.KNOWN
            case _:
                return self._measures(value)

    def _measures(self, value: Fact) -> bool:
        left, right = _number(value), _number(self.values[0])
        if left is None or right is None:
            return False
        match self.comparison:
            case Comparison.AT_LEAST:
                return left >= right
            case Comparison.MORE:
                return left > right
            case Comparison.AT_MOST:
                return left <= right
            case _:
                return left < right


def _folded(value: Fact) -> str:
    return str(value).strip().casefold()


def _number(value: Fact) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _same(value: Fact, wanted: Fact) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(wanted, str):
        return _folded(value) == _folded(wanted)
    return _number(value) == wanted


def all_hold(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> bool:
    """Tell whether every condition holds; none at all always does."""
    return all(condition.holds(facts) for condition in conditions)
