"""Weights of evidence: how strongly a pair of records speaks for being one.

Fellegi and Sunter (1969): the weight of a field that agrees at some level is
log2(m / u), with m how often true pairs and u how often others agree so. Weights of
independent fields add up; with the prior odds they are the odds that both are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from domain.matching.measures import (
    MISSING,
    Field,
    Floats,
    Levels,
    Measure,
    levels,
    likenesses,
    prepared,
    rarity_of,
)

Record = Mapping[str, str]
#: Odds never get farther from even than this, in bits: no field is without error.
MOST_BITS = 60.0
#: Two records alone say nothing about which runs of characters are rare.
_ONE_PAIR = 2


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """A field with the weight of each level in bits, the best level first."""

    field: Field
    bits: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """What a field says about a pair: the level of agreement and its weight in bits."""

    field: str
    level: int
    bits: float


class Verdict(StrEnum):
    """What a score means."""

    MERGE = "merge"
    REVIEW = "review"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The score of a pair in bits (log2 of the odds that both are one) and why."""

    bits: float
    reasons: tuple[Reason, ...]

    @property
    def probability(self) -> float:
        """Return the probability that both are one."""
        return float(1 / (1 + 2 ** -max(-MOST_BITS, min(MOST_BITS, self.bits))))


@dataclass(frozen=True, slots=True)
class LinkModel:
    """Weights of all fields, the prior odds in bits, and from which score on what happens."""

    fields: tuple[FieldWeights, ...]
    prior_bits: float
    merge_bits: float
    review_bits: float

    def weigh(self, one: Record, other: Record) -> Evidence:
        """Return the evidence that two records are one; the order does not matter."""
        table = compare([one, other], np.array([[0, 1]]), [w.field for w in self.fields])
        reasons = tuple(
            Reason(weights.field.name, int(level), weights.bits[int(level) - 1])
            for weights, level in zip(self.fields, table[0], strict=True)
            if level != MISSING
        )
        return Evidence(self.prior_bits + sum(reason.bits for reason in reasons), reasons)

    def scores(self, table: Levels) -> Floats:
        """Return the bits of every row of levels (:func:`compare`)."""
        total = np.full(len(table), self.prior_bits)
        for column, weights in enumerate(self.fields):
            total += np.array([0.0, *weights.bits])[table[:, column]]
        return total

    def verdict(self, bits: float) -> Verdict:
        """Return what a score means."""
        if bits >= self.merge_bits:
            return Verdict.MERGE
        return Verdict.REVIEW if bits >= self.review_bits else Verdict.APART


def compare(records: Sequence[Record], pairs: Levels, fields: Sequence[Field]) -> Levels:
    """Return the level of agreement of each pair (row) in each field (column)."""
    columns = [_column(records, pairs, field) for field in fields]
    return np.stack(columns, axis=1) if columns else np.zeros((len(pairs), 0), np.int64)


def _column(records: Sequence[Record], pairs: Levels, field: Field) -> Levels:
    values = [prepared(field.measure, record.get(field.reads, "")) for record in records]
    is_empty = np.array([not value for value in values])
    left = [values[i] for i in pairs[:, 0]]
    right = [values[j] for j in pairs[:, 1]]
    wants_rarity = field.measure is Measure.RARE_GRAMS and len(records) > _ONE_PAIR
    rarity = rarity_of(values) if wants_rarity else {}
    is_missing = is_empty[pairs[:, 0]] | is_empty[pairs[:, 1]]
    return levels(likenesses(field.measure, left, right, rarity), field, is_missing)


def one_to_one(pairs: Levels, scores: Floats) -> Iterator[int]:
    """Yield the positions of pairs that are the best of both their records.

    For two lists of which neither holds anybody twice; of equals the first one stands.
    """
    taken: set[int] = set()
    for position in sorted(range(len(pairs)), key=lambda p: (-scores[p], *pairs[p])):
        one, other = int(pairs[position, 0]), int(pairs[position, 1])
        if one not in taken and other not in taken:
            taken |= {one, other}
            yield position
