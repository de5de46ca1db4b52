"""Leads of any phase rated from columns, each by the table of its phase.

What :func:`domain.scoring.rating.rate_cases` does for some, without values per event:
every state is equal to the last bit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from domain.behaviour.vectors.selection import Scene
from domain.changing import replace
from domain.columns.days import Integers, Moments, days_of, microseconds
from domain.columns.gathering import taken
from domain.columns.laying import lay_out
from domain.columns.persons import Columns
from domain.columns.values import Marks, Positions, Value
from domain.lead import ScoreState
from domain.scoring.basis import Basis, subject_of
from domain.scoring.bulk import clipped_all, points_by_case, raw_of_matches, rounded_all
from domain.scoring.history import start_points
from domain.scoring.kernel import Starts, gained_of, initial_of, points_of
from domain.scoring.matching import Matches, matcher_of
from domain.scoring.scorecard import Floats, Scorecard
from domain.scoring.tables import RuleTables
from domain.values import Grade

_GRADES = tuple(Grade)
#: More than numbers are rounded by.
_NEAR = 1e-3
#: A standard score is a tenth of the dynamic one.
_STANDARD = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The leads of one phase: their rows, their events as columns, and what counts of them."""

    card: Scorecard
    rows: Positions
    columns: Columns
    matches: Matches
    starts: Starts

    @classmethod
    def of(cls, sheet: Sheet, card: Scorecard, rows: Positions) -> _Part:
        bases = [sheet.bases[row] for row in rows.tolist()]
        subjects = [subject_of(basis, (), sheet.tables) for basis in bases]
        starts = [one.start.at if one.start else one.since for one in subjects]
        since = np.array([microseconds(one.since) for one in subjects], dtype=np.int64)
        at = np.array([microseconds(moment) for moment in starts], dtype=np.int64)
        points = np.array([start_points(one, card) for one in subjects], dtype=np.float64)
        is_all = rows.size == sheet.columns.persons
        columns = sheet.columns if is_all else taken(sheet.columns, rows)
        # No rule has a window, so the moment does not matter for what matches.
        scene, matcher = Scene(columns, _NO_MOMENT), matcher_of(card)
        seen = matcher.last_days(scene, days_of(since, card.zone))
        began = Starts(points, at, days_of(at, card.zone), seen)
        return cls(card, rows, columns, matcher.find(scene), began)

    def rate(self, facts: Mapping[str, Value], us: Integers) -> _Numbers:
        """Return the numbers at a moment per lead; ``facts`` and ``us`` are of all leads."""
        card, size = self.card, self.rows.size
        mine = {name: value.take(self.rows) for name, value in facts.items()}
        moments = Moments(us[self.rows], days_of(us[self.rows], card.zone))
        raw = raw_of_matches(Scene(self.columns, moments), card, self.matches, self.starts)
        static = clipped_all(points_by_case(card.static, mine, size))
        dynamic = clipped_all(raw + points_by_case(card.standing, mine, size))
        weights = card.grading.static_weight, card.grading.dynamic_weight
        composite = rounded_all(weights[0] * static + weights[1] * dynamic)
        return _Numbers(rounded_all(self.starts.points), static, dynamic, composite)

    def may_ripen(self, facts: Mapping[str, Value], us: Integers) -> Marks:
        """Tell whose losses fade, so that time alone may lift them over the pass mark."""
        card, size, matches = self.card, self.rows.size, self.matches
        found = np.zeros(size, dtype=np.bool_)
        found[matches.lead[card.columns.is_fading_loss[matches.rule]]] = True
        if not found.any():
            return found
        mine = {name: value.take(self.rows) for name, value in facts.items()}
        moments = Moments(us[self.rows], days_of(us[self.rows], card.zone))
        # Gains only fade: without what is taken nobody gets higher than this.
        gains = initial_of(self.starts, moments, card)
        gains = gains + points_by_case(card.standing, mine, size)
        gains += gained_of(matches, points_of(matches, moments, card), size, card)
        gains += sum(max(0.0, *(step.points for step in rule.steps)) for rule in card.absence)
        static = clipped_all(points_by_case(card.static, mine, size))
        grading = card.grading
        most = grading.static_weight * static + grading.dynamic_weight * np.clip(gains, 0.0, 100.0)
        return np.asarray(found & (most >= grading.pass_mark - _NEAR))


_NO_MOMENT = Moments(np.array(0), np.array(0))


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    initial: Floats
    static: Floats
    dynamic: Floats
    composite: Floats

    def states(self, card: Scorecard, at: Sequence[datetime]) -> list[ScoreState]:
        grading = card.grading
        grades = _first_reached(self.static, grading.grades)
        columns = (
            self.initial.tolist(),
            self.static.tolist(),
            self.dynamic.tolist(),
            self.composite.tolist(),
            rounded_all(self.dynamic / _STANDARD).tolist(),
            (_first_reached(self.dynamic, grading.levels) + 1).tolist(),
            [_GRADES[code] for code in grades.tolist()],
            (self.composite >= grading.pass_mark).tolist(),
            [card.version] * len(at),
            at,
        )
        return [ScoreState(*cells) for cells in zip(*columns, strict=True)]


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
        self._facts = lay_out([basis.facts for basis in bases])
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, basis in enumerate(bases):
            rows[basis.phase].append(row)
        self._parts = [
            _Part.of(
                self,
                tables.card_for(bases[mine[0]].phase),
                np.array(mine, dtype=np.intp),
            )
            for mine in rows.values()
        ]

    def rate(self, at: Sequence[datetime]) -> list[ScoreState]:
        """Return the score of each lead at its moment."""
        if not self.bases:
            return []
        us = np.array([microseconds(moment) for moment in at], dtype=np.int64)
        facts = self._facts | self._places(us)
        found: list[ScoreState | None] = [None] * len(at)
        for part in self._parts:
            rows = part.rows.tolist()
            states = part.rate(facts, us).states(part.card, [at[row] for row in rows])
            for row, state in zip(rows, states, strict=True):
                found[row] = state
        return [state for state in found if state is not None]

    def _places(self, us: Integers) -> dict[str, Value]:
        """Return where each lead stands on the journeys, as facts."""
        journeys, columns = self.tables.journeys, self.columns
        moments = Moments(us, days_of(us, journeys.zone))
        shown = [kind in journeys.interactions for kind in columns.kinds]
        is_interaction = np.array(shown, dtype=np.bool_)
        columns = replace(columns, facts=self._facts, is_interaction=is_interaction)
        return journeys.places_of(columns, moments)

    def may_turn(self, at: Sequence[datetime], states: Sequence[ScoreState]) -> Marks:
        """Tell whose maturity time alone may change; never too few.

        All others need nobody to look again until something happens or a day begins.
        """
        found = np.array([state.is_mature for state in states], dtype=np.bool_)
        if not self.bases or self._moves_by_hours(at):
            return np.ones(found.shape, dtype=np.bool_)
        us = np.array([microseconds(moment) for moment in at], dtype=np.int64)
        facts = self._facts | self._places(us)
        for part in self._parts:
            found[part.rows] |= part.may_ripen(facts, us)
        return found

    def _moves_by_hours(self, at: Sequence[datetime]) -> bool:
        """Tell whether a journey that gives points may be gone along before the day ends."""
        journeys = self.tables.journeys
        standing = {
            case.condition.name
            for part in self._parts
            for rule in part.card.standing
            for case in rule.cases
        }
        if standing.isdisjoint(journeys.facts()):
            return False
        if journeys.turns_within_day or self.columns.at.size == 0:
            return journeys.turns_within_day
        return bool(self.columns.at.max() > min(map(microseconds, at)))
