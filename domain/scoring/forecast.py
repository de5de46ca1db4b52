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

from domain.columns.days import EPOCH, MICROSECOND, Integers, Moments, days_of
from domain.columns.values import Marks, Positions
from domain.scoring.grade import HIGHEST, LOWEST
from domain.scoring.kernel import Starts, raw_at
from domain.scoring.matching import Matches
from domain.scoring.score import clipped
from domain.scoring.scorecard import Floats, Scorecard
from domain.swift import swift

#: How far ahead it pays to look; decays of a rule table are over long before.
HORIZON = timedelta(days=400)
_MINUTE = timedelta(minutes=1)
_MINUTE_US = 60_000_000
#: Moments asked about at once, per lead, while closing in on a crossing.
_FAN = 15
#: Closer to the pass mark than this, only the rounding of the score itself decides.
_NEAR = 1e-4
#: Stands for a lead that needs no look.
_NO_LOOK = -1


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Leads of one phase as they are, and what of them counts later.

    ``us`` is the moment of each lead's score in microseconds since 1970, ``static`` its
    static score, ``standing`` what its standing adds to the raw dynamic one, ``is_mature``
    whether it passes.
    """

    card: Scorecard
    matches: Matches
    starts: Starts
    us: Integers
    static: Floats
    standing: Floats
    is_mature: Marks

    def differs(self, rows: Positions, minutes: Integers) -> Marks:
        """Tell whether some leads (rows, rising) are otherwise at their minutes (columns)."""
        columns = minutes.shape[1]
        us = minutes.ravel() * _MINUTE_US
        moments = Moments(us, days_of(us, self.card.zone))
        matches, starts = self._repeated(rows, columns)
        raw = raw_at(moments, self.card, matches, starts)
        raw += np.repeat(self.standing[rows], columns)
        static, grading = np.repeat(self.static[rows], columns), self.card.grading
        rough = grading.mixed(static, np.clip(raw, LOWEST, HIGHEST))
        passes = rough >= grading.pass_mark
        for index in np.flatnonzero(np.abs(rough - grading.pass_mark) < _NEAR).tolist():
            exact = grading.composite_of(float(static[index]), clipped(float(raw[index])))
            passes[index] = grading.is_mature(exact)
        return np.not_equal(passes.reshape(minutes.shape), self.is_mature[rows, None])

    def _repeated(self, rows: Positions, times: int) -> tuple[Matches, Starts]:
        """Return some leads as if each of them were several that stand side by side."""
        place = np.full(self.us.size, -1)
        place[rows] = np.arange(rows.size)
        mine = np.flatnonzero(place[self.matches.lead] >= 0)
        lead = place[self.matches.lead[mine], None] * times + np.arange(times)
        chosen, lead = np.repeat(mine, times), lead.ravel()
        order = np.argsort(self.matches.rule[chosen] * (rows.size * times) + lead, kind="stable")
        every = np.repeat(rows, times)
        return self.matches.only(chosen[order], lead[order]), self.starts.only(every)


def next_looks(
    outlook: Outlook, falling: Marks, swaying: Marks, horizon: timedelta = HORIZON
) -> list[datetime | None]:
    """Return the whole minute (UTC) at which each lead has to be scored again, or None.

    Whoever looks at every such moment sees each change of maturity in the very
    minute: the moment is that minute, or one before it until which maturity holds.
    None means: no change within ``horizon`` of the score, if no new event comes.
    ``falling`` leads can change once; ``swaying`` ones, with fading losses, both ways:
    for them every hour of three days, every six hours of a month and every later day
    are looked at, and crossing twice between two of these moments is not noticed.
    """
    found = np.full(outlook.us.size, _NO_LOOK)
    for marks, steps in ((falling, (horizon,)), (swaying, _fine(horizon))):
        rows = np.flatnonzero(marks)
        if rows.size:
            found[rows] = _first_looks(outlook, rows, steps)
    return [None if minute == _NO_LOOK else EPOCH + minute * _MINUTE for minute in found.tolist()]


def _first_looks(outlook: Outlook, rows: Positions, steps: Sequence[timedelta]) -> Integers:
    """Return the minute (since 1970) of each lead's next look, if the steps show a change."""
    grid = _grid(outlook.us[rows], steps)
    has_changed = outlook.differs(rows, grid[:, 1:])
    changing = np.flatnonzero(has_changed.any(axis=1))
    found = np.full(rows.size, _NO_LOOK)
    if changing.size:
        first = has_changed[changing].argmax(axis=1)
        bracket = grid[changing, 0], grid[changing, first], grid[changing, first + 1]
        found[changing] = _close_in(outlook, rows[changing], *bracket)
    return found


def _grid(us: Integers, steps: Sequence[timedelta]) -> Integers:
    """Return the minute of each lead's score, then the whole minutes that the steps lead to."""
    ahead = [0, *(step // MICROSECOND + _MINUTE_US - 1 for step in steps)]
    return (us[:, None] + np.array(ahead, dtype=np.int64)) // _MINUTE_US


def _close_in(
    outlook: Outlook, rows: Positions, start: Integers, before: Integers, after: Integers
) -> Integers:
    """Return the first minute of change where it is near, else one before it.

    Maturity is as at ``start`` until ``before``, and has changed at ``after``.
    """
    before, after = before.copy(), after.copy()
    # Only who is not settled is asked on, so that nobody's look hangs on who shares the batch.
    while (open_ := np.flatnonzero((before == start) & (after - before > 1))).size:
        asked = _between(before[open_], after[open_])
        has_changed = outlook.differs(rows[open_], asked)
        first = np.where(has_changed.any(axis=1), has_changed.argmax(axis=1), _FAN)
        steps = np.column_stack((before[open_], asked, after[open_]))
        each = np.arange(open_.size)
        before[open_], after[open_] = steps[each, first], steps[each, first + 1]
    return np.where(after - before > 1, before, after)


def _between(before: Integers, after: Integers) -> Integers:
    """Return evenly spread minutes of each bracket, rising, its ends left out where they can."""
    share = np.arange(1, _FAN + 1, dtype=np.int64)
    inside = before[:, None] + (after - before)[:, None] * share // (_FAN + 1)
    return np.maximum(inside, np.minimum(before + 1, after)[:, None])


@lru_cache(maxsize=4)
def _fine(horizon: timedelta) -> tuple[timedelta, ...]:
    hours = [
        *range(1, 72),
        *range(72, 30 * 24, 6),
        *range(30 * 24, horizon // timedelta(hours=1), 24),
    ]
    steps = [timedelta(hours=hour) for hour in hours]
    return (*(step for step in steps if step < horizon), horizon)
