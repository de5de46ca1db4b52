"""The score of a lead, and why it is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.columns.days import Moments
from domain.condition import Fact
from domain.lead import ScoreState
from domain.scoring.grade import HIGHEST, LOWEST, cell_of, rounded, standard_of
from domain.scoring.history import History, Subject, history_of
from domain.scoring.kernel import absence_of, initial_of, matched_of, points_of, raw_of
from domain.scoring.rules import StaticRule
from domain.scoring.scorecard import Scorecard
from domain.swift import swift

#: Detail of the limit over all gains.
GAINS = "gains"


class Part(StrEnum):
    """Which part of the score a contribution belongs to; STATIC alone is not dynamic."""

    STATIC = "static"
    CHANNEL = "channel"
    EVENT = "event"
    ABSENCE = "absence"
    STANDING = "standing"
    #: What clipping to 0–100 took away or gave back, on either score.
    LIMIT = "limit"


@swift
@dataclass(frozen=True, slots=True)
class Contribution:
    """One reason: ``rule`` gave ``points`` because of an event of ``kind`` that happened ``at``.

    ``label`` is the rule's Chinese word. ``detail`` is the channel code for
    CHANNEL and the name of the score, or ``gains``, for LIMIT. The contributions other than
    STATIC and its LIMIT add up to the dynamic score, up to their rounding to 1e-6.
    """

    part: Part
    rule: str
    label: str
    points: float
    kind: str = ""
    at: datetime | None = None
    detail: str = ""


@swift
@dataclass(frozen=True, slots=True)
class Share:
    """One lead's part of what the kernel counted; ``raw`` is the sum before clipping.

    ``standing`` is what the standing rules give, and part of ``raw``.
    """

    initial: float
    absence: Sequence[float]
    points: Sequence[float]
    standing: float
    raw: float


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """A score and what it was worked out from; :func:`explained` says why."""

    subject: Subject
    history: History
    state: ScoreState
    share: Share


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with its explanation, its matrix cell (B1) and the advice code of the cell.

    ``places`` are the facts that say where the lead stands on the journeys.
    """

    state: ScoreState
    contributions: tuple[Contribution, ...]
    cell: str
    advice: str
    places: tuple[tuple[str, str], ...] = ()


def score(subject: Subject, rules: Scorecard, now: datetime) -> Scored:
    """Score one lead as of ``now``, by all events given, and explain it."""
    return explained(rate(subject, rules, now), rules)


def rate(subject: Subject, rules: Scorecard, now: datetime) -> Rated:
    """Score one lead as of ``now``; :class:`domain.scoring.sheet.Sheet` rates many."""
    history = history_of(subject, rules)
    share = _share(subject, history, rules, Moments.of([now], rules.zone))
    return Rated(subject, history, _state(subject, history, share, rules, now), share)


def _share(subject: Subject, history: History, rules: Scorecard, moments: Moments) -> Share:
    matches, starts = history.matches, history.starts
    points = points_of(matches, moments, rules)
    initial = initial_of(starts, moments, rules)
    absence = absence_of(starts.seen, moments, rules)
    raw = raw_of(initial, matched_of(matches, points, 1, rules), absence)
    standing = standing_score(subject.facts, rules)
    return Share(
        initial=float(initial[0]),
        absence=absence[0].tolist(),
        points=points.each().tolist(),
        standing=standing,
        raw=float(raw[0]) + standing,
    )


def _state(
    subject: Subject, history: History, share: Share, rules: Scorecard, now: datetime
) -> ScoreState:
    grading = rules.grading
    static, dynamic = static_score(subject.facts, rules), clipped(share.raw)
    composite = grading.composite_of(static, dynamic)
    return ScoreState(
        initial=rounded(float(history.starts.points[0])),
        static=static,
        dynamic=dynamic,
        composite=composite,
        standard=standard_of(dynamic),
        level=grading.level_of(dynamic),
        grade=grading.grade_of(static),
        is_mature=grading.is_mature(composite),
        rules_version=rules.version,
        scored_at=now,
    )


def explained(rated: Rated, rules: Scorecard) -> Scored:
    """Return the score with every contribution."""
    state, share = rated.state, rated.share
    static_parts = static_contributions(rated.subject.facts, rules)
    parts = (
        *static_parts,
        *_limit("static", state.static, sum(part.points for part in static_parts)),
        *_dynamic_contributions(rated, rules),
        *_limit("dynamic", state.dynamic, share.raw),
    )
    cell = cell_of(state.grade, state.level)
    return Scored(state, parts, cell, rules.grading.advice_for(state.grade, state.level))


def static_score(facts: Mapping[str, Fact], rules: Scorecard) -> float:
    """Return the static score 0–100 of a person's facts."""
    return clipped(_added(facts, rules.static))


def standing_score(facts: Mapping[str, Fact], rules: Scorecard) -> float:
    """Return what a lead's standing adds to its dynamic score, before clipping."""
    return _added(facts, rules.standing)


def _added(facts: Mapping[str, Fact], rules: Sequence[StaticRule]) -> float:
    # Not ``sum``: newer Pythons compensate in it, and columns are added one by one.
    total = 0.0
    for _, points in _points_by_case(facts, rules):
        total += points
    return total


def static_contributions(facts: Mapping[str, Fact], rules: Scorecard) -> tuple[Contribution, ...]:
    """Return what each static rule gives: the first case that holds, if it is worth anything."""
    return _contributions(Part.STATIC, facts, rules.static)


def _contributions(
    part: Part, facts: Mapping[str, Fact], rules: Sequence[StaticRule]
) -> tuple[Contribution, ...]:
    return tuple(
        Contribution(part, rule.id, rule.label, points)
        for rule, points in _points_by_case(facts, rules)
    )


def _points_by_case(
    facts: Mapping[str, Fact], rules: Sequence[StaticRule]
) -> Iterator[tuple[StaticRule, float]]:
    for rule in rules:
        for case in rule.cases:
            if case.condition.holds(facts):
                if case.points:
                    yield rule, rounded(case.points)
                break


def _dynamic_contributions(rated: Rated, rules: Scorecard) -> tuple[Contribution, ...]:
    subject, history, share = rated.subject, rated.history, rated.share
    counted = history.matches
    start = subject.start
    found = [
        Contribution(
            Part.CHANNEL,
            "channel",
            "",
            rounded(share.initial),
            at=start.at if start else subject.since,
            detail=start.channel if start else "",
        )
    ]
    matches = zip(counted.rule.tolist(), counted.event.tolist(), share.points, strict=True)
    for row, position, points in matches:
        rule, event = rules.events[row], history.events[position]
        found.append(
            Contribution(
                Part.EVENT, rule.id, rule.label, rounded(points), event.kind, event.event_at
            )
        )
    found.extend(_too_much_gained(rated, rules))
    found.extend(
        Contribution(Part.ABSENCE, rule.id, rule.label, rounded(points))
        for rule, points in zip(rules.absence, share.absence, strict=True)
    )
    found.extend(_contributions(Part.STANDING, subject.facts, rules.standing))
    return tuple(part for part in found if part.points)


def _too_much_gained(rated: Rated, rules: Scorecard) -> tuple[Contribution, ...]:
    """Return what the cap over all gains takes."""
    gained = sum(points for points in rated.share.points if points > 0)
    if rules.most_gained is None or gained <= rules.most_gained:
        return ()
    taken = rounded(rules.most_gained - gained)
    return (Contribution(Part.LIMIT, "limit", "", taken, detail=GAINS),)


def _limit(name: str, clipped: float, raw: float) -> tuple[Contribution, ...]:
    taken = rounded(clipped - raw)
    return (Contribution(Part.LIMIT, "limit", "", taken, detail=name),) if taken else ()


def clipped(value: float) -> float:
    """Return ``value`` kept within 0–100 and rounded."""
    return rounded(min(max(value, LOWEST), HIGHEST))
