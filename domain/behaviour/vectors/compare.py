"""Arithmetic and comparisons, with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import numpy as np

from domain.behaviour.syntax import Operator, Relation, Spelled, Unit
from domain.behaviour.vectors.selection import UNIT_US
from domain.columns.days import NEVER, Integers, Moments, days_of
from domain.columns.reduce import Ranges, reduced
from domain.columns.values import Flags, Floats, Lists, Marks, Texts, Value

#: Numbers are compared as whole multiples of 1e-6 (architecture section 5).
PRECISION = 1e6

MISSING = np.array(np.nan)
_FALSE = np.zeros((), dtype=np.bool_)
_RELATIONS: Mapping[Relation, Callable[..., Marks]] = {
    Relation.EQUAL: np.equal,
    Relation.NOT_EQUAL: np.not_equal,
    Relation.AT_LEAST: np.greater_equal,
    Relation.MORE: np.greater,
    Relation.AT_MOST: np.less_equal,
    Relation.LESS: np.less,
}
_OPERATORS: Mapping[Operator, np.ufunc] = {
    Operator.ADD: np.add,
    Operator.SUBTRACT: np.subtract,
    Operator.MULTIPLY: np.multiply,
}


def computed(operator: Operator, left: Value, right: Value) -> Value:
    """Return the arithmetic of two numbers."""
    a = MISSING if left.numbers is None else left.numbers
    b = MISSING if right.numbers is None else right.numbers
    if operator is Operator.DIVIDE:
        return Value(np.divide(a, np.where(b == 0.0, np.nan, b)))
    return Value(np.asarray(_OPERATORS[operator](a, b)))


def compared(relation: Relation, left: Value, right: Value) -> Marks:
    """Tell where two values are known, of one type, and stand like that."""
    if relation is Relation.CONTAINS:
        return _contains(left, right)
    found: Marks = _FALSE
    if left.numbers is not None and right.numbers is not None:
        found = found | compared_numbers(relation, left.numbers, right.numbers)
    if left.texts is not None and right.texts is not None:
        found = found | _texts(relation, left.texts, right.texts)
    if left.flags is not None and right.flags is not None:
        found = found | _flags(relation, left.flags, right.flags)
    if left.moments is not None and right.moments is not None:
        is_known = (left.moments != NEVER) & (right.moments != NEVER)
        found = found | (is_known & _RELATIONS[relation](left.moments, right.moments))
    return np.asarray(found)


def compared_numbers(relation: Relation, left: Floats, right: Floats) -> Marks:
    """Compare numbers, rounded to 1e-6; false where one is missing."""
    a, b = np.rint(left * PRECISION), np.rint(right * PRECISION)
    if relation is Relation.NOT_EQUAL:
        return (a < b) | (a > b)
    return np.asarray(_RELATIONS[relation](a, b))


def _texts(relation: Relation, left: Texts, right: Texts) -> Marks:
    if right.codes.ndim == 0:
        return _beside_one(relation.value, left, right, _TEXT_TESTS[relation])
    a, b = _ranks(left, right)
    return (a >= 0) & (b >= 0) & _RELATIONS[relation](a, b)


_TEXT_TESTS: Mapping[Relation, Callable[[str, str], bool]] = {
    Relation.EQUAL: lambda word, other: word == other,
    Relation.NOT_EQUAL: lambda word, other: word != other,
    Relation.AT_LEAST: lambda word, other: word >= other,
    Relation.MORE: lambda word, other: word > other,
    Relation.AT_MOST: lambda word, other: word <= other,
    Relation.LESS: lambda word, other: word < other,
    Relation.CONTAINS: lambda word, other: other in word,
}


def _beside_one(name: str, left: Texts, right: Texts, test: Callable[[str, str], bool]) -> Marks:
    """Test the texts beside one text: each word of the dictionary once."""
    other = right.words.folded[int(right.codes)]
    return np.asarray(left.words.table(name, other, test)[left.codes])


def _ranks(left: Texts, right: Texts) -> tuple[Integers, Integers]:
    """Return numbers that stand to each other as the folded texts do; −1 is missing."""
    words = sorted({*left.words.folded, *right.words.folded})
    rank = {word: position for position, word in enumerate(words)}
    a = np.array([*(rank[word] for word in left.words.folded), -1], dtype=np.int64)
    b = np.array([*(rank[word] for word in right.words.folded), -1], dtype=np.int64)
    return a[left.codes], b[right.codes]


def _flags(relation: Relation, left: Flags, right: Flags) -> Marks:
    found = _RELATIONS[relation](left.holds, right.holds)
    for flags in (left, right):
        found = found if flags.known is None else found & flags.known
    return np.asarray(found)


def _contains(left: Value, right: Value) -> Marks:
    found: Marks = _FALSE
    if right.texts is not None and left.texts is not None:
        found = found | _text_contains(left.texts, right.texts)
    if right.texts is not None and left.lists is not None:
        found = found | _list_contains(left.lists, right.texts)
    return np.asarray(found)


def _text_contains(left: Texts, right: Texts) -> Marks:
    if right.codes.ndim == 0:
        return _beside_one("contains", left, right, _TEXT_TESTS[Relation.CONTAINS])
    # Each pair of words that occurs is looked at once.
    a, b = np.broadcast_arrays(left.codes, right.codes)
    width = len(right.words.items) + 1
    pairs, row = np.unique((a.astype(np.int64) + 1) * width + b + 1, return_inverse=True)
    lefts, rights = np.divmod(pairs, width)
    marks = [
        bool(one and other) and right.words.folded[other - 1] in left.words.folded[one - 1]
        for one, other in zip(lefts.tolist(), rights.tolist(), strict=True)
    ]
    return np.asarray(np.array(marks, dtype=np.bool_)[row])


def _list_contains(left: Lists, right: Texts) -> Marks:
    sizes = np.diff(left.offsets)
    elements = Texts(left.codes, left.words)
    if right.codes.ndim:
        right = Texts(np.repeat(right.codes, sizes), right.words)
    hits = np.broadcast_to(_texts(Relation.EQUAL, elements, right), left.codes.shape)
    ranges = Ranges(left.offsets[:-1], left.offsets[1:])
    return reduced(np.maximum, hits.astype(np.float64), ranges, 0.0) > 0


def spelled(value: Value, to: Spelled, zone: ZoneInfo) -> Value:
    """Return the moments or lists that texts spell: each word of the dictionary once."""
    texts = value.texts
    if texts is None:
        return Value()
    if to is Spelled.MOMENT:
        return Value(moments=texts.words.moments(zone)[texts.codes])
    of_words = texts.words.elements
    ranges = Ranges(of_words.offsets[:-1][texts.codes], of_words.offsets[1:][texts.codes])
    positions, _ = ranges.members()
    offsets = np.concatenate(([0], np.cumsum(ranges.sizes)))
    return Value(lists=Lists(offsets, of_words.codes[positions], of_words.words))


def known(value: Value) -> Marks:
    """Tell where there is a value that is no empty text."""
    found: Marks = _FALSE
    if value.numbers is not None:
        found = found | ~np.isnan(value.numbers)
    if value.texts is not None:
        found = found | value.texts.words.written[value.texts.codes]
    if value.flags is not None:
        found = found | (True if value.flags.known is None else value.flags.known)
    if value.moments is not None:
        found = found | (value.moments != NEVER)
    if value.lists is not None:
        found = found | (np.diff(value.lists.offsets) > 0)
    return np.asarray(found)


def age(value: Value, unit: Unit, moments: Moments, zone: ZoneInfo) -> Value:
    """Return how long ago moments are: calendar days, or units with fractions."""
    at = value.moments
    if at is None:
        return Value(MISSING)
    is_known = at != NEVER
    if unit is Unit.DAY:
        # A missing moment stands for one that surely has a day; it is missing again below.
        day = days_of(np.where(is_known, at, moments.us), zone)
        return Value(np.where(is_known, moments.day - day, np.nan))
    return Value(np.where(is_known, (moments.us - at) / UNIT_US[unit], np.nan))
