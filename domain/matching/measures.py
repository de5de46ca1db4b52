"""How much two values of one field are alike, for whole columns of pairs at once.

A likeness runs from 0 (nothing in common) to 1 (equal). It is cut into levels of
agreement: level 1 is the best, the last one is disagreement, 0 is a missing value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel, JaroWinkler

from domain.cleaning.text import clean_text
from domain.matching.company import company_likeness

Floats = NDArray[np.float64]
Levels = NDArray[np.int64]
MISSING = 0
_GRAM = 3
_FIRST_NUMBER = re.compile(r"\d+")


class Measure(StrEnum):
    """How two values are compared."""

    #: Equal or not.
    EXACT = "exact"
    #: Names and short words: Jaro–Winkler, which trusts beginnings.
    NAME = "name"
    #: Longer texts: runs of three characters, rare ones counting more.
    RARE_GRAMS = "rare_grams"
    #: The first number in the text, equal or not: house numbers.
    NUMBER = "number"
    #: Share of characters in common order: dates, codes.
    EDIT = "edit"
    #: Chinese company names, by brand, place and line of business.
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is compared: ``cuts`` are the least likeness of each level but the last.

    ``name`` tells the comparison, ``source`` the field it reads (``name`` unless given).
    """

    name: str
    measure: Measure
    cuts: tuple[float, ...] = (1.0,)
    source: str = ""

    @property
    def reads(self) -> str:
        """Return the field whose value is compared."""
        return self.source or self.name

    @property
    def count(self) -> int:
        """Return how many levels there are, disagreement included."""
        return len(self.cuts) + 1


def prepared(measure: Measure, value: str) -> str:
    """Return a value as it is compared; empty when it says nothing."""
    folded = clean_text(value).casefold()
    if measure is Measure.NUMBER:
        found = _FIRST_NUMBER.search(folded)
        return found[0] if found else ""
    return folded


def levels(likeness: Floats, field: Field, is_missing: NDArray[np.bool_]) -> Levels:
    """Cut likenesses into levels."""
    found = np.full(len(likeness), field.count, np.int64)
    for number in range(len(field.cuts), 0, -1):
        found[likeness >= field.cuts[number - 1]] = number
    found[is_missing] = MISSING
    return found


def likenesses(
    measure: Measure, left: Sequence[str], right: Sequence[str], rarity: Mapping[str, float]
) -> Floats:
    """Compare prepared values pair by pair; ``rarity`` weighs runs of characters."""
    if measure in _BY_RAPIDFUZZ:
        scorer = _BY_RAPIDFUZZ[measure]
        return np.asarray(process.cpdist(left, right, scorer=scorer, dtype=np.float64))
    compare = {
        Measure.RARE_GRAMS: lambda a, b: gram_likeness(a, b, rarity),
        Measure.COMPANY: company_likeness,
    }.get(measure, _equal)
    return np.fromiter(map(compare, left, right), np.float64, len(left))


_BY_RAPIDFUZZ: Mapping[Measure, Callable[..., float]] = {
    Measure.NAME: JaroWinkler.normalized_similarity,
    Measure.EDIT: Indel.normalized_similarity,
}


def _equal(left: str, right: str) -> float:
    return 1.0 if left == right else 0.0


def gram_likeness(left: str, right: str, rarity: Mapping[str, float]) -> float:
    """Return the cosine of the runs of three characters, weighted by ``rarity`` (1 if unknown)."""
    one, other = _weighted(left, rarity), _weighted(right, rarity)
    common = sum(weight * other[gram] for gram, weight in one.items() if gram in other)
    length = sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return min(1.0, common / length) if length else 0.0


def _weighted(text: str, rarity: Mapping[str, float]) -> dict[str, float]:
    return {g: count * rarity.get(g, 1.0) for g, count in Counter(grams(text)).items()}


def grams(text: str) -> list[str]:
    """Return the runs of three characters of a text with a blank at both ends."""
    padded = f" {text} "
    return [padded[i : i + _GRAM] for i in range(len(padded) - _GRAM + 1)]


def rarity_of(values: Sequence[str]) -> dict[str, float]:
    """Return the inverse document frequency of every run of characters in ``values``."""
    held = Counter(gram for value in values for gram in set(grams(value)))
    return {gram: log(1 + len(values) / count) for gram, count in held.items()}
