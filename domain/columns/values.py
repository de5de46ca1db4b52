"""Values as columns: one row per person, or per event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.columns.days import NEVER, Integers, microseconds, moment_of
from domain.events.spelling import list_spelled, moment_spelled
from domain.swift import swift

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Positions = NDArray[np.intp]
Marks = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

#: One value as Python has it; None is missing, a tuple a list of texts.
Item: TypeAlias = float | str | bool | datetime | tuple[str, ...] | None


@dataclass(frozen=True, eq=False)
class Words:
    """A dictionary: a text is kept as its position in ``items``, −1 is missing."""

    items: tuple[str, ...]

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The texts as they are compared: case ignored."""
        return tuple(word.casefold() for word in self.items)

    @cached_property
    def _tables(self) -> dict[tuple[str, str], Marks]:
        return {}

    def table(self, name: str, other: str, test: Callable[[str, str], bool]) -> Marks:
        """Return for each folded text whether ``test`` holds with ``other``; at −1 False.

        The answer is kept under ``name``, so ``test`` must always be the same for it.
        """
        found = self._tables.get((name, other))
        if found is None:
            found = np.array([*(test(word, other) for word in self.folded), False], dtype=np.bool_)
            self._tables[name, other] = found
        return found

    def moments(self, zone: ZoneInfo) -> Integers:
        """Return the moment of each text in microseconds; ``NEVER`` for none, and at −1."""
        found = self._moments.get(zone)
        if found is None:
            spelled = (moment_spelled(word, zone) for word in self.items)
            plain = [NEVER if moment is None else microseconds(moment) for moment in spelled]
            found = self._moments[zone] = np.array([*plain, NEVER], dtype=np.int64)
        return found

    @cached_property
    def _moments(self) -> dict[ZoneInfo, Integers]:
        return {}

    @cached_property
    def elements(self) -> Lists:
        """The list that each text spells; a row more, at −1, has none."""
        lists = [*(list_spelled(word) for word in self.items), ()]
        codes: dict[str, int] = {}
        flat = [codes.setdefault(element, len(codes)) for one in lists for element in one]
        offsets = np.concatenate(([0], np.cumsum([len(one) for one in lists])))
        return Lists(offsets, np.array(flat, dtype=np.int32), Words(tuple(codes)))

    @cached_property
    def written(self) -> Marks:
        """Which texts are not empty; at −1 False."""
        return np.array([*(word != "" for word in self.items), False], dtype=np.bool_)


NO_WORDS = Words(())


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts as codes of a dictionary."""

    codes: Codes
    words: Words


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Flags:
    """Truth; ``known`` None is known everywhere, and what is not known does not hold."""

    holds: Marks
    known: Marks | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Lists of texts; row *i* owns ``codes[offsets[i]:offsets[i + 1]]``, and none is missing."""

    offsets: Integers
    codes: Codes
    words: Words


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A column of values by type; a row is known in at most one of them.

    Numbers are missing as NaN, texts as code −1, moments (microseconds since 1970)
    as ``NEVER``. An array without axes holds the same for all rows.
    """

    numbers: Floats | None = None
    texts: Texts | None = None
    flags: Flags | None = None
    moments: Integers | None = None
    lists: Lists | None = None

    @property
    def holds(self) -> Marks:
        """Where it is true; False where it is missing or no flag."""
        return self.flags.holds if self.flags else np.zeros((), dtype=np.bool_)

    def take(self, rows: Positions) -> Value:
        """Return the values at ``rows``; lists do not travel."""
        texts, flags = self.texts, self.flags
        return Value(
            None if self.numbers is None else self.numbers[rows],
            None if texts is None else Texts(texts.codes[rows], texts.words),
            None if flags is None else _flags_at(flags, rows),
            None if self.moments is None else self.moments[rows],
        )

    def where(self, known: Marks) -> Value:
        """Return the values, missing where not ``known``; lists do not travel."""
        texts, flags = self.texts, self.flags
        return Value(
            None if self.numbers is None else np.where(known, self.numbers, np.nan),
            None if texts is None else Texts(np.where(known, texts.codes, -1), texts.words),
            None if flags is None else _flags_where(flags, known),
            None if self.moments is None else np.where(known, self.moments, NEVER),
        )

    def sized(self, rows: int) -> Value:
        """Return the value with every array laid out over ``rows``."""
        texts, flags = self.texts, self.flags
        return Value(
            None if self.numbers is None else _spread(self.numbers, rows),
            None if texts is None else Texts(_spread(texts.codes, rows), texts.words),
            None if flags is None else _spread_flags(flags, rows),
            None if self.moments is None else _spread(self.moments, rows),
            self.lists,
        )

    def item(self, row: int) -> Item:
        """Return one value of a sized column."""
        return next((item for item in self._items(row) if item is not None), None)

    def _items(self, row: int) -> Sequence[Item]:
        return (
            _number_at(self.numbers, row),
            _text_at(self.texts, row),
            _flag_at(self.flags, row),
            _moment_at(self.moments, row),
            _list_at(self.lists, row),
        )


def _flags_at(flags: Flags, rows: Positions) -> Flags:
    return Flags(flags.holds[rows], None if flags.known is None else flags.known[rows])


def _flags_where(flags: Flags, known: Marks) -> Flags:
    both = known if flags.known is None else known & flags.known
    return Flags(flags.holds & known, both)


def _spread_flags(flags: Flags, rows: int) -> Flags:
    known = None if flags.known is None else _spread(flags.known, rows)
    return Flags(_spread(flags.holds, rows), known)


def _spread(array: NDArray[T], rows: int) -> NDArray[T]:
    return array if array.ndim else np.full(rows, array)


def _number_at(numbers: Floats | None, row: int) -> float | None:
    if numbers is None or np.isnan(numbers[row]):
        return None
    return float(numbers[row])


def _text_at(texts: Texts | None, row: int) -> str | None:
    if texts is None or texts.codes[row] < 0:
        return None
    return texts.words.items[int(texts.codes[row])]


def _flag_at(flags: Flags | None, row: int) -> bool | None:
    if flags is None or (flags.known is not None and not flags.known[row]):
        return None
    return bool(flags.holds[row])


def _moment_at(moments: Integers | None, row: int) -> datetime | None:
    if moments is None or moments[row] == NEVER:
        return None
    return moment_of(int(moments[row]))


def _list_at(lists: Lists | None, row: int) -> tuple[str, ...] | None:
    if lists is None:
        return None
    codes = lists.codes[int(lists.offsets[row]) : int(lists.offsets[row + 1])].tolist()
    return tuple(lists.words.items[code] for code in codes) or None
