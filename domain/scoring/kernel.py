"""The arithmetic of the dynamic score: columns in, columns out.

One lead and a million go through the same operations and one reduction
primitive (``reduceat``), so that their numbers are equal to the last bit. Matches
are sorted by rule, then lead, then event order: what shares a cap of a rule stands
together, and each lead's sum is a row of a table with a column per rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.columns.days import Moments
from domain.columns.reduce import starts_of
from domain.columns.values import Positions
from domain.scoring.matching import Matches
from domain.scoring.scorecard import Floats, Integers, Scorecard
from domain.swift import swift

#: Bits that hold the ordinal of a day (year 5741 and before) in a composite key.
_DAY_BITS = 21


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """What leads start with: points and when they began, and the day of each one's last presence.

    ``seen`` has a row per lead and a column per absence rule.
    """

    points: Floats
    at: Integers
    day: Integers
    seen: Integers

    def only(self, rows: Positions) -> Starts:
        """Return some of the leads, in the order of ``rows``."""
        return Starts(self.points[rows], self.at[rows], self.day[rows], self.seen[rows])


def raw_of(initial: Floats, matched: Floats, absence: Floats) -> Floats:
    """Return the unclipped dynamic score of each lead out of its parts."""
    return initial + matched + row_sums(absence)


def raw_at(moments: Moments, card: Scorecard, matches: Matches, starts: Starts) -> Floats:
    """Return the unclipped dynamic score of each lead at its moment, without its standing."""
    leads = starts.points.size
    return raw_of(
        initial_of(starts, moments, card),
        matched_of(matches, points_of(matches, moments, card), leads, card),
        absence_of(starts.seen, moments, card),
    )


def initial_of(starts: Starts, moments: Moments, card: Scorecard) -> Floats:
    """Return what each lead's channel still counts."""
    only = np.zeros(starts.points.shape, dtype=np.int64)
    age, age_days = moments.us - starts.at, moments.day - starts.day
    decay = card.initial_decay
    return starts.points * decay.weights(only, np.maximum(age, 0), np.maximum(age_days, 0))


def absence_of(seen: Integers, moments: Moments, card: Scorecard) -> Floats:
    """Return what each absence rule (column) takes from each lead (row)."""
    points = np.zeros(seen.shape)
    for column, rule in enumerate(card.absence):
        gone = moments.day - seen[:, column]
        reached = np.searchsorted([step.days for step in rule.steps], gone, side="right")
        points[:, column] = np.array([0.0, *(step.points for step in rule.steps)])[reached]
    return points


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """What matches count. A run holds the matches of one rule and lead.

    ``own`` has one value per match, faded and scaled down to the cap per day; ``starts``
    is where runs begin, ``factors`` by what the cap in total scales each of them down,
    ``sums`` what each of them counts. ``grouped`` are the matches whose rules share caps
    as a group, and ``shared`` what those count in the end.
    """

    own: Floats
    starts: Positions
    factors: Floats
    sums: Floats
    grouped: Positions
    shared: Floats

    def each(self) -> Floats:
        """Return what each match counts in the end."""
        points = self.own * _along_runs(self.factors, self.starts, self.own.size)
        points[self.grouped] = self.shared
        return points


_NONE, _NOWHERE = np.zeros(0), np.zeros(0, dtype=np.intp)
_NO_POINTS = Points(_NONE, _NOWHERE, _NONE, _NONE, _NOWHERE, _NONE)


def points_of(matches: Matches, moments: Moments, card: Scorecard) -> Points:
    """Return what matches count: faded, and scaled down to the caps of rules and groups."""
    if matches.rule.size == 0:
        return _NO_POINTS
    columns, rule, lead = card.columns, matches.rule, matches.lead
    age = _of(moments.us, lead) - matches.at
    age_days = np.zeros(0, dtype=np.int64)
    if columns.decay.counts_days:
        age_days = np.maximum(_of(moments.day, lead) - matches.day(), 0)
    weight = columns.decay.weights(rule, np.maximum(age, 0), age_days)
    own = columns.points[rule] * weight
    _cap_days(own, weight, matches, card)
    starts = starts_of(rule, lead)
    sums = np.add.reduceat(own, starts)
    most = columns.total[rule[starts]]
    size = np.abs(sums)
    factors = np.divide(most, size, out=np.ones_like(sums), where=size > most)
    sums = np.where(size > most, np.copysign(most, sums), sums)
    if not (columns.group >= 0).any():
        points = Points(own, starts, factors, sums, _NOWHERE, _NONE)
        return _capped_by_day(points, weight, matches, card)
    grouped = np.flatnonzero(columns.group[rule] >= 0)
    scaled = (own * _along_runs(factors, starts, own.size))[grouped]
    mine = matches.only(grouped)
    shared = _capped_by_group(scaled, weight[grouped], mine, card)
    if grouped.size:
        in_group = columns.group[rule[starts]] >= 0
        sums[in_group] = np.add.reduceat(shared, starts_of(mine.rule, mine.lead))
    points = Points(own, starts, factors, sums, grouped, shared)
    return _capped_by_day(points, weight, matches, card)


def _capped_by_day(points: Points, weight: Floats, matches: Matches, card: Scorecard) -> Points:
    """Scale down what gains of all rules count together of one day's events, if that is capped."""
    if card.most_gained_per_day is None:
        return points
    each = points.each()
    gains = np.flatnonzero(each > 0)
    if gains.size == 0:
        return points
    lead, day = matches.lead[gains], matches.day()[gains]
    order = np.argsort((lead << _DAY_BITS) + day, kind="stable")
    rows, starts = gains[order], starts_of(lead[order], day[order])
    limit = np.full(rows.size, card.most_gained_per_day)
    each[rows] = _capped(each[rows], weight[rows], starts, limit)
    sums = np.add.reduceat(each, points.starts)
    return Points(each, points.starts, np.ones_like(sums), sums, _NOWHERE, _NONE)


def _cap_days(own: Floats, weight: Floats, matches: Matches, card: Scorecard) -> None:
    """Scale down in place what rules give on one day."""
    is_capped = np.isfinite(card.columns.per_day)
    if not is_capped.any():
        return
    rows = np.flatnonzero(is_capped[matches.rule])
    if rows.size:
        mine = matches.only(rows)
        starts = starts_of(mine.rule, mine.lead, mine.day())
        own[rows] = _capped(own[rows], weight[rows], starts, card.columns.per_day[mine.rule])


def _along_runs(per_run: Floats, starts: Positions, size: int) -> Floats:
    return np.repeat(per_run, np.diff(np.concatenate((starts, [size]))))


def _of(per_lead: Integers, lead: Integers) -> Integers:
    return per_lead[lead] if per_lead.ndim else per_lead


def _capped_by_group(points: Floats, weight: Floats, matches: Matches, card: Scorecard) -> Floats:
    """Scale down what rules of a group give together, day by day and in all."""
    if points.size == 0:
        return points
    columns = card.columns
    group = columns.group[matches.rule]
    of_group = matches.lead * columns.group_total.size + group
    # Rules of a group take turns in time, so here their matches have to be sorted.
    day = matches.day()
    order = np.argsort((of_group << _DAY_BITS) + day, kind="stable")
    of_group, day, group = of_group[order], day[order], group[order]
    sorted_points = _capped(
        points[order], weight[order], starts_of(of_group, day), columns.group_per_day[group]
    )
    sorted_points = _capped(sorted_points, None, starts_of(of_group), columns.group_total[group])
    scaled = np.empty_like(points)
    scaled[order] = sorted_points
    return scaled


def _capped(points: Floats, weight: Floats | None, starts: Positions, limit: Floats) -> Floats:
    """Scale down each run (from one start to the next) until its sum stays within the limit.

    With ``weight`` the limit fades as the freshest of them does. All points of
    one run have the same sign.
    """
    sums = np.abs(np.add.reduceat(points, starts))
    most = limit[starts]
    if weight is not None:
        top = np.maximum.reduceat(weight, starts)
        most = np.multiply(most, top, out=np.full_like(most, np.inf), where=np.isfinite(most))
    factor = np.divide(most, sums, out=np.ones_like(sums), where=sums > most)
    return np.asarray(points * _along_runs(factor, starts, points.size))


def matched_of(matches: Matches, points: Points, leads: int, card: Scorecard) -> Floats:
    """Return the sum of all matches of each lead: rule by rule, then over the rules.

    What gains are too much for the cap over all of them is left out.
    """
    table = _by_rule(matches, points, leads, card)
    sums = row_sums(table)
    if card.most_gained is None or not card.events:
        return sums
    gained = row_sums(np.maximum(table, 0.0))
    return np.where(gained > card.most_gained, sums - (gained - card.most_gained), sums)


def gained_of(matches: Matches, points: Points, leads: int, card: Scorecard) -> Floats:
    """Return what the matches of each lead give, before what others take and any cap over all."""
    return row_sums(np.maximum(_by_rule(matches, points, leads, card), 0.0))


def _by_rule(matches: Matches, points: Points, leads: int, card: Scorecard) -> Floats:
    """Return what each rule (column) counts for each lead (row)."""
    table = np.zeros((leads, len(card.events)))
    table[matches.lead[points.starts], matches.rule[points.starts]] = points.sums
    return table


def row_sums(table: Floats) -> Floats:
    """Sum each row of a table; its width is the same for one lead and for all."""
    rows, columns = table.shape
    if columns == 0 or rows == 0:
        return np.zeros(rows)
    return np.asarray(np.add.reduceat(table.ravel(), np.arange(0, table.size, columns)))
