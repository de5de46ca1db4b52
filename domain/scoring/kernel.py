"""The arithmetic of the dynamic score: columns in, columns out.

One lead and a million go through the same operations and one reduction
primitive (``reduceat``), so that their numbers are equal to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.behaviour.days import Moments
from domain.scoring.history import History
from domain.scoring.scorecard import Floats, Integers, Scorecard

#: Bits that hold the ordinal of a day (year 5741 and before) in a composite key.
_DAY_BITS = 21


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The parts of each lead's dynamic score, before clipping.

    ``initial`` has one value per lead, ``absence`` a row per lead and a column
    per absence rule, ``points`` one value per match; lead *i* owns the matches
    ``offsets[i]`` to ``offsets[i + 1]``.
    """

    initial: Floats
    absence: Floats
    points: Floats
    offsets: Integers

    def raw(self) -> Floats:
        """Return the unclipped dynamic score of each lead."""
        owned = _segment_sums(self.points, self.offsets)
        columns = self.absence.shape[1]
        ends = np.arange(0, self.absence.size + 1, columns or 1, dtype=np.int64)
        missed = _segment_sums(self.absence.ravel(), ends) if columns else 0.0
        return self.initial + owned + missed


def count(histories: Sequence[History], moments: Moments, card: Scorecard) -> Counted:
    """Work out what every part of every lead counts at its moment."""
    sizes = np.array([history.rule.shape[0] for history in histories], dtype=np.int64)
    lead = np.repeat(np.arange(len(histories), dtype=np.int64), sizes)
    return Counted(
        initial=_initial(histories, moments, card),
        absence=_absence(histories, moments, card),
        points=_points(histories, lead, moments, card),
        offsets=np.concatenate(([0], np.cumsum(sizes))),
    )


def _initial(histories: Sequence[History], moments: Moments, card: Scorecard) -> Floats:
    points = np.array([history.start_points for history in histories], dtype=np.float64)
    at = np.array([history.start_at for history in histories], dtype=np.int64)
    day = np.array([history.start_day for history in histories], dtype=np.int64)
    only = np.zeros(len(histories), dtype=np.int64)
    age, age_days = np.maximum(moments.us - at, 0), np.maximum(moments.day - day, 0)
    return points * card.initial_decay.weights(only, age, age_days)


def _absence(histories: Sequence[History], moments: Moments, card: Scorecard) -> Floats:
    points = np.zeros((len(histories), len(card.absence)))
    for column, rule in enumerate(card.absence):
        seen = np.array([history.seen[column] for history in histories], dtype=np.int64)
        reached = np.searchsorted([s.days for s in rule.steps], moments.day - seen, side="right")
        points[:, column] = np.array([0.0, *(s.points for s in rule.steps)])[reached]
    return points


def _points(
    histories: Sequence[History], lead: Integers, moments: Moments, card: Scorecard
) -> Floats:
    if lead.size == 0:
        return np.zeros(0)
    columns = card.columns
    rule = np.concatenate([history.rule for history in histories])
    at = np.concatenate([history.at for history in histories])
    day = np.concatenate([history.day for history in histories])
    age = np.maximum(moments.us[lead] - at, 0)
    age_days = np.maximum(moments.day[lead] - day, 0)
    weight = columns.decay.weights(rule, age, age_days)
    points = columns.points[rule] * weight
    of_rule = lead * len(card.events) + rule
    points = _capped(points, weight, (of_rule << _DAY_BITS) + day, columns.per_day[rule])
    points = _capped(points, None, of_rule, columns.total[rule])
    grouped = np.flatnonzero(columns.group[rule] >= 0)
    if grouped.size:
        group = columns.group[rule[grouped]]
        of_group = lead[grouped] * columns.group_total.size + group
        mine, own = points[grouped], weight[grouped]
        mine = _capped(
            mine, own, (of_group << _DAY_BITS) + day[grouped], columns.group_per_day[group]
        )
        points[grouped] = _capped(mine, None, of_group, columns.group_total[group])
    return points


def _capped(points: Floats, weight: Floats | None, key: Integers, limit: Floats) -> Floats:
    """Scale down what shares a key until its sum stays within the limit.

    With ``weight`` the limit fades as the freshest of them does. All points of
    one key have the same sign.
    """
    if np.isinf(limit).all():
        return points
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    starts = np.flatnonzero(np.concatenate(([True], sorted_key[1:] != sorted_key[:-1])))
    sizes = np.diff(np.concatenate((starts, [key.size])))
    sums = np.abs(np.add.reduceat(points[order], starts))
    most = limit[order][starts]
    if weight is not None:
        top = np.maximum.reduceat(weight[order], starts)
        most = np.multiply(most, top, out=np.full_like(most, np.inf), where=np.isfinite(most))
    factor = np.divide(most, sums, out=np.ones_like(sums), where=sums > most)
    scaled = np.empty_like(points)
    scaled[order] = points[order] * np.repeat(factor, sizes)
    return scaled


def _segment_sums(values: Floats, offsets: Integers) -> Floats:
    """Sum ``values`` between consecutive offsets; an empty segment sums to zero."""
    sums = np.zeros(offsets.size - 1)
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    if filled.size:
        sums[filled] = np.add.reduceat(values, offsets[:-1][filled])
    return sums
