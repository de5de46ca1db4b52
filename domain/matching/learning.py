"""Weights learned from pairs of which nobody said whether they are one.

Expectation–maximisation over patterns of agreement, as Winkler (1988) does for the
model of Fellegi and Sunter: no labels, only the fact that pairs fall into two kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.matching.linkage import MOST_BITS, FieldWeights, LinkModel
from domain.matching.measures import Field, Floats, Levels

_ROUNDS = 200
_STILL = 1e-9
#: Counts added to every level, so that a level never seen is unlikely and not impossible.
_SMOOTHING = 1e-3
#: Where the search starts: share of true pairs among those compared, share of them that
#: agree best in a field. Each further level starts at a fifth of the one before.
_FIRST_SHARE = 0.01
_FIRST_AGREEING = 0.8
_FALLING = 0.2
#: Merge at nine to one that both are one, review from one to nine on.
MERGE_BITS = float(np.log2(9))
REVIEW_BITS = -MERGE_BITS


def learn(table: Levels, fields: Sequence[Field]) -> LinkModel:
    """Return the model under which the levels of agreement in ``table`` are most likely."""
    patterns, counts = np.unique(table, axis=0, return_counts=True)
    weights = counts.astype(np.float64)
    true = [_start(field.count) for field in fields]
    other = [_shares(patterns[:, n], weights, field.count) for n, field in enumerate(fields)]
    share = _FIRST_SHARE
    for _ in range(_ROUNDS):
        odds = np.log(share / (1 - share)) + _log_ratios(patterns, true, other)
        is_true = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        found = float((is_true * weights).sum() / weights.sum())
        for n, field in enumerate(fields):
            true[n] = _shares(patterns[:, n], weights * is_true, field.count)
            other[n] = _shares(patterns[:, n], weights * (1 - is_true), field.count)
        is_still = abs(found - share) < _STILL
        share = min(max(found, _STILL), 1 - _STILL)
        if is_still:
            break
    return LinkModel(
        fields=tuple(
            FieldWeights(field, _bits(true[n], other[n])) for n, field in enumerate(fields)
        ),
        prior_bits=float(np.log2(share / (1 - share))),
        merge_bits=MERGE_BITS,
        review_bits=REVIEW_BITS,
    )


def _start(count: int) -> Floats:
    falling = _FIRST_AGREEING * _FALLING ** np.arange(count, dtype=np.float64)
    return np.asarray(falling / falling.sum())


def _shares(column: Levels, weights: Floats, count: int) -> Floats:
    held = np.bincount(column, weights=weights, minlength=count + 1)[1 : count + 1] + _SMOOTHING
    return np.asarray(held / held.sum())


def _log_ratios(patterns: Levels, true: Sequence[Floats], other: Sequence[Floats]) -> Floats:
    total = np.zeros(len(patterns))
    for n, (held, elsewhere) in enumerate(zip(true, other, strict=True)):
        ratios = np.concatenate([[0.0], np.log(held / elsewhere)])
        total += ratios[patterns[:, n]]
    return total


def _bits(true: Floats, other: Floats) -> tuple[float, ...]:
    bits = np.clip(np.log2(true / other), -MOST_BITS, MOST_BITS)
    return tuple(round(float(b), 4) for b in bits)
