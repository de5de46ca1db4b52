"""When must a lead be looked at again, because time alone may carry it over the pass mark?

Nothing is guessed: the same kernel is asked about later moments, with today's
events. The answer sets a timer (architecture section 5: crossings are noticed
within a minute). All leads of a batch are searched side by side, so that each
step asks the kernel once; and a search ends as soon as it shows a time of rest,
for what comes next is mostly a new event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.columns.days import EPOCH, Moments, days_of, microseconds
from domain.scoring.kernel import count
from domain.scoring.score import Rated, clipped
from domain.scoring.scorecard import Integers, Scorecard

#: How far ahead it pays to look; decays of a rule table are over long before.
HORIZON = timedelta(days=400)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_MINUTE_US = 60_000_000
#: Moments asked about at once, per lead, while closing in on a crossing.
_FAN = 15
#: Closer to the pass mark than this, only the rounding of the score itself decides.
_NEAR = 1e-4


def next_looks_at(
    rated: Sequence[Rated], card: Scorecard, horizon: timedelta = HORIZON
) -> list[datetime | None]:
    """Return the whole minute (UTC) at which each lead has to be scored again, or None.

    Whoever looks at every such moment sees each change of maturity in the very
    minute: the moment is that minute, or one before it until which maturity holds.
    None means: no change within ``horizon`` of the score, if no new event comes. A
    lead with fading losses can go both ways; then every hour of three days, every
    six hours of a month and every later day are looked at, and crossing twice
    between two of these moments is not noticed.
    """
    falling, swaying = [], []
    for position, one in enumerate(rated):
        if card.columns.is_fading_loss[one.history.rule].any() and _may_ripen(one, card):
            swaying.append(position)
        elif one.state.is_mature:
            falling.append(position)
    found: list[datetime | None] = [None] * len(rated)
    for positions, steps in ((falling, (horizon,)), (swaying, _fine(horizon))):
        minutes = _first_looks([rated[position] for position in positions], steps, card)
        for position, minute in zip(positions, minutes, strict=True):
            found[position] = None if minute is None else EPOCH + minute * _MINUTE
    return found


def _may_ripen(rated: Rated, card: Scorecard) -> bool:
    """Tell whether the lead would be mature without its losses: gains only fade."""
    gains = rated.share.initial + rated.share.standing
    gains += sum(points for points in rated.share.points if points > 0)
    gains += sum(max(0.0, *(step.points for step in rule.steps)) for rule in card.absence)
    grading = card.grading
    return grading.is_mature(grading.composite_of(rated.state.static, clipped(gains)) + _NEAR)


def _first_looks(
    rated: Sequence[Rated], steps: Sequence[timedelta], card: Scorecard
) -> list[int | None]:
    """Return the minute (since 1970) of each lead's next look, if the steps show a change."""
    if not rated:
        return []
    grid = _grid(rated, steps)
    has_changed = _differs(rated, grid[:, 1:], card)
    changing = np.flatnonzero(has_changed.any(axis=1))
    first = has_changed[changing].argmax(axis=1)
    bracket = _Bracket(
        [rated[row] for row in changing.tolist()],
        grid[changing, 0],
        grid[changing, first],
        grid[changing, first + 1],
    )
    found: list[int | None] = [None] * len(rated)
    for row, minute in zip(changing.tolist(), _close_in(bracket, card).tolist(), strict=True):
        found[row] = minute
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Bracket:
    """Leads whose maturity is as at ``start`` until ``before``, and has changed at ``after``."""

    rated: Sequence[Rated]
    start: Integers
    before: Integers
    after: Integers


def _grid(rated: Sequence[Rated], steps: Sequence[timedelta]) -> Integers:
    """Return the minute of each lead's score, then the whole minutes that the steps lead to."""
    starts = [microseconds(one.state.scored_at or EPOCH) for one in rated]
    ahead = [0, *(step // _MICROSECOND + _MINUTE_US - 1 for step in steps)]
    moments = np.array(starts, dtype=np.int64)[:, None] + np.array(ahead, dtype=np.int64)
    return moments // _MINUTE_US


def _close_in(bracket: _Bracket, card: Scorecard) -> Integers:
    """Return the first minute of change where it is near, else one before it."""
    before, after = bracket.before.copy(), bracket.after.copy()
    # Only who is not settled is asked on, so that nobody's look hangs on who shares the batch.
    while (rows := np.flatnonzero((before == bracket.start) & (after - before > 1))).size:
        asked = _between(before[rows], after[rows])
        has_changed = _differs([bracket.rated[row] for row in rows.tolist()], asked, card)
        first = np.where(has_changed.any(axis=1), has_changed.argmax(axis=1), _FAN)
        steps = np.column_stack((before[rows], asked, after[rows]))
        each = np.arange(rows.size)
        before[rows], after[rows] = steps[each, first], steps[each, first + 1]
    return np.where(after - before > 1, before, after)


def _between(before: Integers, after: Integers) -> Integers:
    """Return evenly spread minutes of each bracket, rising, its ends left out where they can."""
    share = np.arange(1, _FAN + 1, dtype=np.int64)
    inside = before[:, None] + (after - before)[:, None] * share // (_FAN + 1)
    return np.maximum(inside, np.minimum(before + 1, after)[:, None])


def _differs(rated: Sequence[Rated], minutes: Integers, card: Scorecard) -> NDArray[np.bool_]:
    """Tell whether each lead (row) is as mature as now at each of its minutes (column), or not."""
    columns = minutes.shape[1]
    us = minutes.ravel() * _MINUTE_US
    histories = [one.history for one in rated for _ in range(columns)]
    raw = count(histories, Moments(us, days_of(us, card.zone)), card).raw()
    raw += np.repeat(np.array([one.share.standing for one in rated], dtype=np.float64), columns)
    static = np.repeat([one.state.static for one in rated], columns)
    grading = card.grading
    rough = grading.static_weight * static + grading.dynamic_weight * np.clip(raw, 0.0, 100.0)
    is_mature = rough >= grading.pass_mark
    for index in np.flatnonzero(np.abs(rough - grading.pass_mark) < _NEAR).tolist():
        exact = grading.composite_of(float(static[index]), clipped(float(raw[index])))
        is_mature[index] = grading.is_mature(exact)
    was = np.array([one.state.is_mature for one in rated], dtype=np.bool_)
    return np.not_equal(is_mature.reshape(minutes.shape), was[:, None])


@lru_cache(maxsize=4)
def _fine(horizon: timedelta) -> tuple[timedelta, ...]:
    hours = [
        *range(1, 72),
        *range(72, 30 * 24, 6),
        *range(30 * 24, horizon // timedelta(hours=1), 24),
    ]
    steps = [timedelta(hours=hour) for hour in hours]
    return (*(step for step in steps if step < horizon), horizon)
