"""Conditions over columns: each row as :meth:`domain.condition.Condition.holds` has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from domain.behaviour.vectors.compare import known
from domain.columns.values import Flags, Floats, Marks, Texts, Value
from domain.condition import Comparison, Condition, Fact

_MEASURES: Mapping[Comparison, np.ufunc] = {
    Comparison.AT_LEAST: np.greater_equal,
    Comparison.MORE: np.greater,
    Comparison.AT_MOST: np.less_equal,
    Comparison.LESS: np.less,
}
_NEGATED = {Comparison.NOT_EQUAL, Comparison.NOT_IN}


def all_hold(conditions: Iterable[Condition], columns: Mapping[str, Value], rows: int) -> Marks:
    """Tell for each row whether every condition holds; none at all always does."""
    found = np.ones(rows, dtype=np.bool_)
    for condition in conditions:
        found &= holds(condition, columns.get(condition.name, Value()))
    return found


def holds(condition: Condition, value: Value) -> Marks:
    """Tell where a column fits; a row without a value fits MISSING alone."""
    if condition.comparison is Comparison.MISSING:
        return ~known(value)
    found: Marks = np.zeros((), dtype=np.bool_)
    if value.numbers is not None:
        found = found | (~np.isnan(value.numbers) & _numbers(condition, value.numbers))
    if value.texts is not None:
        found = found | _texts(condition, value.texts)
    if value.flags is not None:
        found = found | _flags(condition, value.flags)
    return np.asarray(found)


def _texts(condition: Condition, texts: Texts) -> Marks:
    # Each word of the dictionary is judged once, not each row.
    table = np.array([*map(condition.fits, texts.words.items), False], dtype=np.bool_)
    return np.asarray((table & texts.words.written)[texts.codes])


def _flags(condition: Condition, flags: Flags) -> Marks:
    table = np.array([condition.fits(value=False), condition.fits(value=True)], dtype=np.bool_)
    found = table[flags.holds.astype(np.intp)]
    return found if flags.known is None else found & flags.known


def _numbers(condition: Condition, numbers: Floats) -> Marks:
    measure = _MEASURES.get(condition.comparison)
    if measure is not None:
        limit = _as_number(condition.values[0])
        fits: Marks = measure(numbers, np.nan if limit is None else limit)
        return np.isfinite(numbers) & fits
    if any(isinstance(wanted, str) for wanted in condition.values):
        return _as_written(condition, numbers)
    return _equal(condition, numbers)


def _equal(condition: Condition, numbers: Floats) -> Marks:
    if condition.comparison is Comparison.KNOWN:
        return np.ones(numbers.shape, dtype=np.bool_)
    if condition.comparison is Comparison.CONTAINS:
        return _as_written(condition, numbers)
    wanted = [value for value in condition.values if not isinstance(value, bool)]
    found = np.isfinite(numbers) & np.isin(numbers, np.array(wanted, dtype=np.float64))
    return ~found if condition.comparison in _NEGATED else found


def _as_written(condition: Condition, numbers: Floats) -> Marks:
    """Compare numbers as they are written: each different one once."""
    different, row = np.unique(numbers, return_inverse=True)
    return np.array([_fits_written(condition, x) for x in different.tolist()], dtype=np.bool_)[row]


def _fits_written(condition: Condition, number: float) -> bool:
    """A whole number may have come as 3 or as 3.0, and is equal to both."""
    forms = (number, int(number)) if number.is_integer() else (number,)
    is_negated = condition.comparison in _NEGATED
    return (all if is_negated else any)(condition.fits(form) for form in forms)


def _as_number(value: Fact) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
