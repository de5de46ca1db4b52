"""Scores of everybody at once: the same kernel, without values per event in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from domain.behaviour.vectors.selection import Scene
from domain.columns.days import Integers
from domain.columns.values import Value
from domain.scoring.conditions import holds
from domain.scoring.grade import DECIMALS, HIGHEST, LOWEST, rounded
from domain.scoring.initial import SCALE
from domain.scoring.kernel import Starts, raw_at
from domain.scoring.matching import matcher_of
from domain.scoring.rules import StaticRule
from domain.scoring.scorecard import Floats, Scorecard

_SHIFT = 10.0**DECIMALS
#: Closer to the middle between two multiples than this, the decimal digits decide.
_NEAR = 1e-3


def raw_scores(
    scene: Scene, card: Scorecard, points: Floats, at: Integers, since_day: Integers
) -> Floats:
    """Return the unclipped dynamic score of each lead.

    ``points`` (0–10) is what each channel starts with and ``at`` (microseconds) when,
    ``since_day`` the day on which each lead began.
    """
    matcher = matcher_of(card)
    starts = Starts(points * SCALE, at, since_day, matcher.last_days(scene, since_day))
    return raw_at(scene.moments, card, matcher.find(scene), starts)


def points_by_case(rules: Sequence[StaticRule], facts: Mapping[str, Value], rows: int) -> Floats:
    """Return what rules give each row together: of each rule the first case that holds.

    Rules are added in their order, as :func:`domain.scoring.score.static_score` does.
    """
    total = np.zeros(rows)
    for rule in rules:
        gained, is_open = np.zeros(rows), np.ones(rows, dtype=np.bool_)
        for case in rule.cases:
            fits = is_open & holds(case.condition, facts.get(case.condition.name, Value()))
            gained = np.where(fits, rounded(case.points), gained)
            is_open &= ~fits
        total = total + gained
    return total


def clipped_all(raw: Floats) -> Floats:
    """Return scores kept within 0–100 and rounded, each as one score alone would be."""
    return rounded_all(np.clip(raw, LOWEST, HIGHEST))


def rounded_all(values: Floats) -> Floats:
    """Round to the precision at which scores are compared, as Python rounds, never minus zero."""
    scaled = values * _SHIFT
    found = np.rint(scaled) / _SHIFT + 0.0
    # Binary digits cannot say which side of the middle a number is on; decimal ones can.
    for row in np.flatnonzero(np.abs(scaled - np.floor(scaled) - 0.5) < _NEAR).tolist():
        found[row] = round(float(values[row]), DECIMALS) + 0.0
    return np.asarray(found)
