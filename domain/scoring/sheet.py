"""Leads of any phase rated from columns, each by the table of its phase.

One lead to whom something happened and everybody at night go the same way. What
:func:`domain.scoring.rating.rate_case` says of each alone, with its reasons, is equal
to the last bit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property

import numpy as np

from domain.behaviour.horizon import NO_CHANGE
from domain.changing import replace
from domain.columns.days import Integers, Moments, days_of, microseconds, moment_of
from domain.columns.gathering import taken
from domain.columns.laying import lay_out
from domain.columns.persons import Columns, columns_in_order
from domain.columns.values import Marks, Positions, Value
from domain.events.event import in_order
from domain.journey.journeys import Journeys
from domain.lead import ScoreState
from domain.scoring.basis import Basis, subject_of
from domain.scoring.bulk import clipped_all, points_by_case, rounded_all
from domain.scoring.forecast import HORIZON, Outlook, next_looks
from domain.scoring.grade import HIGHEST, LOWEST, STANDARD
from domain.scoring.history import counting
from domain.scoring.kernel import Starts, gained_of, initial_of, points_of, raw_at
from domain.scoring.matching import Matches
from domain.scoring.rating import Case
from domain.scoring.scorecard import Floats, Scorecard
from domain.scoring.tables import Phase, RuleTables
from domain.values import Grade

_GRADES = tuple(Grade)
#: More than numbers are rounded by.
_NEAR = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The leads of one phase: their rows, and what counts of their events."""

    card: Scorecard
    rows: Positions
    matches: Matches
    starts: Starts
    #: How many leads there are of all phases.
    of_all: int

    @classmethod
    def of(cls, sheet: Sheet, card: Scorecard, rows: Positions) -> _Part:
        bases = [sheet.bases[row] for row in rows.tolist()]
        subjects = [subject_of(basis, (), sheet.tables) for basis in bases]
        of_all = sheet.columns.persons
        columns = sheet.columns if rows.size == of_all else taken(sheet.columns, rows)
        return cls(card, rows, *counting(columns, subjects, card), of_all)

    def rate(self, facts: Mapping[str, Value], us: Integers) -> _Numbers:
        """Return the numbers at a moment per lead; ``facts`` and ``us`` are of all leads."""
        card, size, us = self.card, self.rows.size, us[self.rows]
        if size < self.of_all:
            facts = {name: value.take(self.rows) for name, value in facts.items()}
        moments = Moments(us, days_of(us, card.zone))
        standing = points_by_case(card.standing, facts, size)
        static = clipped_all(points_by_case(card.static, facts, size))
        raw = raw_at(moments, card, self.matches, self.starts)
        dynamic = clipped_all(raw + standing)
        composite = rounded_all(card.grading.mixed(static, dynamic))
        passes = composite >= card.grading.pass_mark
        return _Numbers(moments, static, standing, dynamic, composite, passes)

    def stands_on(self, journeys: Journeys) -> bool:
        """Tell whether the place on a journey gives points in this phase."""
        return not self.card.facts.isdisjoint(journeys.names)

    def states(self, numbers: _Numbers, at: Sequence[datetime]) -> list[ScoreState]:
        """Return the numbers as what leads keep; ``at`` has the moment of each lead."""
        grading = self.card.grading
        columns = (
            rounded_all(self.starts.points).tolist(),
            numbers.static.tolist(),
            numbers.dynamic.tolist(),
            numbers.composite.tolist(),
            rounded_all(numbers.dynamic / STANDARD).tolist(),
            (_first_reached(numbers.dynamic, grading.levels) + 1).tolist(),
            [_GRADES[code] for code in _first_reached(numbers.static, grading.grades).tolist()],
            numbers.passes.tolist(),
            [self.card.version] * len(at),
            at,
        )
        return [ScoreState(*cells) for cells in zip(*columns, strict=True)]

    def may_ripen(self, numbers: _Numbers) -> Marks:
        """Tell whose losses fade, so that time alone may lift them over the pass mark."""
        card, size, matches = self.card, self.rows.size, self.matches
        found = np.zeros(size, dtype=np.bool_)
        found[matches.lead[card.columns.is_fading_loss[matches.rule]]] = True
        if not found.any():
            return found
        # Gains only fade: without what is taken nobody gets higher than this.
        gains = initial_of(self.starts, numbers.moments, card) + numbers.standing
        gains += gained_of(matches, points_of(matches, numbers.moments, card), size, card)
        gains += sum(max(0.0, *(step.points for step in rule.steps)) for rule in card.absence)
        most = card.grading.mixed(numbers.static, np.clip(gains, LOWEST, HIGHEST))
        return np.asarray(found & (most >= card.grading.pass_mark - _NEAR))

    def next_looks(self, numbers: _Numbers, horizon: timedelta) -> list[datetime | None]:
        """Return when each lead has to be looked at again because of what fades."""
        outlook = Outlook(
            self.card,
            self.matches,
            self.starts,
            numbers.moments.us,
            numbers.static,
            numbers.standing,
            numbers.passes,
        )
        swaying = self.may_ripen(numbers)
        return next_looks(outlook, numbers.passes & ~swaying, swaying, horizon)


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    moments: Moments
    static: Floats
    standing: Floats
    dynamic: Floats
    composite: Floats
    passes: Marks


def _first_reached(values: Floats, marks: tuple[float, float, float]) -> Positions:
    """Return which of the falling marks is the first that each value reaches; 3 for none."""
    return np.asarray((values[:, None] < np.array(marks)).sum(axis=1))


class Sheet:
    """Leads as columns, made ready for one version of the rules.

    ``columns`` have a row per lead with all events of its person; facts, tags and what
    counts as interaction in them do not matter. What matches is found once, however many
    moments are asked about.
    """

    def __init__(self, columns: Columns, bases: Sequence[Basis], tables: RuleTables) -> None:
        """Lay out what the leads rest on and match their events."""
        self.columns = columns
        self.bases = bases
        self.tables = tables
        self.facts = lay_out([basis.facts for basis in bases], tables.facts)
        rows: defaultdict[Phase, list[int]] = defaultdict(list)
        for row, basis in enumerate(bases):
            rows[basis.phase].append(row)
        self.parts = [
            _Part.of(self, tables.card_for(phase), np.array(mine, dtype=np.intp))
            for phase, mine in rows.items()
        ]

    @classmethod
    def of(cls, cases: Sequence[Case], tables: RuleTables) -> Sheet:
        """Lay out leads with the events of each."""
        histories = [in_order(case.events) for case in cases]
        columns = columns_in_order(histories, tables.whole.zone, properties=tables.properties)
        return cls(columns, [case.basis for case in cases], tables)

    def rate(self, at: Sequence[datetime]) -> Ratings:
        """Rate each lead at its moment."""
        return Ratings(self, at)

    def places(self, moments: Moments) -> dict[str, Value]:
        """Return where each lead stands on the journeys, as facts."""
        return self.tables.journeys.places_of(self._as_journeys_read, moments)

    def restless(self, us: Integers) -> list[_Part]:
        """Return the parts whose leads may leave a place that gives points before the day ends.

        ``us`` are the moments (microseconds since 1970) from which on.
        """
        journeys = self.tables.journeys
        # An event dated ahead comes due at its own moment, whatever the windows.
        looks_ahead = self.columns.at.size > 0 and self.columns.at.max() > us.min()
        if not journeys.turns_within_day and not looks_ahead:
            return []
        return [part for part in self.parts if part.stands_on(journeys)]

    def next_moves(self, moments: Moments) -> list[datetime | None]:
        """Return when each lead may leave its place on a journey at another time than midnight."""
        until = self.tables.journeys.next_changes_of(self._as_journeys_read, moments).tolist()
        moves = [None if us == NO_CHANGE else moment_of(us) for us in until]
        zone = self.tables.whole.zone
        return [
            None if move is None or move.astimezone(zone).time() == time() else move
            for move in moves
        ]

    @cached_property
    def _as_journeys_read(self) -> Columns:
        journeys, columns = self.tables.journeys, self.columns
        shown = [kind in journeys.interactions for kind in columns.kinds]
        is_interaction = np.array(shown, dtype=np.bool_)
        return replace(columns, facts=self.facts, is_interaction=is_interaction)


class Ratings:
    """What a sheet says of each lead at a moment of its own."""

    def __init__(self, sheet: Sheet, at: Sequence[datetime]) -> None:
        """Rate the leads of ``sheet``, each at its moment (aware)."""
        self._sheet = sheet
        self._at = at
        us = np.array([microseconds(moment) for moment in at], dtype=np.int64)
        zone = sheet.tables.journeys.zone
        self._moments = Moments(us, days_of(us, zone))
        facts = sheet.facts | sheet.places(self._moments)
        self._numbers = [part.rate(facts, us) for part in sheet.parts]

    @cached_property
    def states(self) -> list[ScoreState]:
        """The score of each lead."""
        found: dict[int, ScoreState] = {}
        for part, numbers in self._by_part():
            rows = part.rows.tolist()
            states = part.states(numbers, [self._at[row] for row in rows])
            found.update(zip(rows, states, strict=True))
        return [found[row] for row in range(len(self._at))]

    def may_turn(self) -> Marks:
        """Tell whose maturity time alone may change; never too few.

        All others need nobody to look again until something happens or a day begins.
        """
        found = np.zeros(len(self._at), dtype=np.bool_)
        for part, numbers in self._by_part():
            found[part.rows] = numbers.passes | part.may_ripen(numbers)
        for part in self._sheet.restless(self._moments.us):
            found[part.rows] = True
        return found

    def next_looks(self, horizon: timedelta = HORIZON) -> list[datetime | None]:
        """Return when each lead must be looked at again, if no new event comes.

        Maturity may cross by what fades (:func:`domain.scoring.forecast.next_looks`), or
        because somebody leaves a stage of a journey. What turns at midnight is left to the
        sweep.
        """
        found: list[datetime | None] = [None] * len(self._at)
        for part, numbers in self._by_part():
            looks = part.next_looks(numbers, horizon)
            for row, look in zip(part.rows.tolist(), looks, strict=True):
                found[row] = look
        if restless := self._sheet.restless(self._moments.us):
            moves = self._sheet.next_moves(self._moments)
            for row in [row for part in restless for row in part.rows.tolist()]:
                found[row] = min(filter(None, (found[row], moves[row])), default=None)
        return found

    def _by_part(self) -> Iterable[tuple[_Part, _Numbers]]:
        return zip(self._sheet.parts, self._numbers, strict=True)
