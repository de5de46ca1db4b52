"""The score of a lead, and why it is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.behaviour.days import Moments
from domain.channels.channel import ChannelTree
from domain.condition import Fact
from domain.events.event import Event
from domain.facts import facts_of
from domain.lead import Lead, ScoreState
from domain.person import Person
from domain.scoring.grade import cell_of, rounded, standard_of
from domain.scoring.history import History, Subject, history_of
from domain.scoring.initial import start_of
from domain.scoring.kernel import Counted, count
from domain.scoring.rules import StaticRule
from domain.scoring.scorecard import Scorecard

LOWEST, HIGHEST = 0.0, 100.0


class Part(StrEnum):
    """Which part of the score a contribution belongs to; STATIC alone is not dynamic."""

    STATIC = "static"
    CHANNEL = "channel"
    EVENT = "event"
    ABSENCE = "absence"
    #: What clipping to 0–100 took away or gave back, on either score.
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Contribution:
    """One reason: ``rule`` gave ``points`` because of an event of ``kind`` that happened ``at``.

    ``label`` is the rule's Chinese word. ``detail`` is the channel code for
    CHANNEL and the name of the score for LIMIT. The contributions other than
    STATIC and its LIMIT add up to the dynamic score, up to their rounding to 1e-6.
    """

    part: Part
    rule: str
    label: str
    points: float
    kind: str = ""
    at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """One lead's part of what the kernel counted; ``raw`` is the sum before clipping."""

    initial: float
    absence: Sequence[float]
    points: Sequence[float]
    raw: float


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """A score and what it was worked out from; :func:`explained` says why."""

    subject: Subject
    history: History
    state: ScoreState
    share: Share


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with its explanation, its matrix cell (B1) and the advice code of the cell."""

    state: ScoreState
    contributions: tuple[Contribution, ...]
    cell: str
    advice: str


def subject_of(
    person: Person, lead: Lead, events: Sequence[Event], channels: ChannelTree
) -> Subject:
    """Gather what is scored; the channel of the first touch starts the score."""
    touch = lead.first_touch
    since = min(lead.created_at, touch.at) if touch else lead.created_at
    return Subject(facts_of(person), events, since, start_of(touch, channels))


def score(subject: Subject, rules: Scorecard, now: datetime) -> Scored:
    """Score one lead as of ``now``, by all events given, and explain it."""
    return explained(rate_all([subject], rules, now)[0], rules)


def rate_all(subjects: Sequence[Subject], rules: Scorecard, now: datetime) -> list[Rated]:
    """Score many leads at once; each state equals :func:`score` of that lead to the last bit."""
    histories = [history_of(subject, rules) for subject in subjects]
    counted = count(histories, Moments.of([now] * len(subjects), rules.zone), rules)
    shares = _shares(counted)
    return [
        Rated(subject, history, _state(subject, history, share, rules, now), share)
        for subject, history, share in zip(subjects, histories, shares, strict=True)
    ]


def _shares(counted: Counted) -> Iterator[Share]:
    # Lists once, not a numpy scalar per number: the columns are many and short.
    initial, raw, absence = counted.initial.tolist(), counted.raw().tolist(), counted.absence
    points, ends = counted.points.tolist(), counted.offsets.tolist()
    for index, missed in enumerate(absence.tolist()):
        own = points[ends[index] : ends[index + 1]]
        yield Share(initial[index], missed, own, raw[index])


def _state(
    subject: Subject, history: History, share: Share, rules: Scorecard, now: datetime
) -> ScoreState:
    grading = rules.grading
    static, dynamic = static_score(subject.facts, rules), clipped(share.raw)
    composite = grading.composite_of(static, dynamic)
    return ScoreState(
        initial=rounded(history.start_points),
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
    return clipped(sum(points for _, points in _static_points(facts, rules)))


def static_contributions(facts: Mapping[str, Fact], rules: Scorecard) -> tuple[Contribution, ...]:
    """Return what each static rule gives: the first case that holds, if it is worth anything."""
    return tuple(
        Contribution(Part.STATIC, rule.id, rule.label, points)
        for rule, points in _static_points(facts, rules)
    )


def _static_points(
    facts: Mapping[str, Fact], rules: Scorecard
) -> Iterator[tuple[StaticRule, float]]:
    for rule in rules.static:
        for case in rule.cases:
            if case.condition.holds(facts):
                if case.points:
                    yield rule, rounded(case.points)
                break


def _dynamic_contributions(rated: Rated, rules: Scorecard) -> tuple[Contribution, ...]:
    subject, history, share = rated.subject, rated.history, rated.share
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
    matches = zip(history.rule.tolist(), history.event.tolist(), share.points, strict=True)
    for row, position, points in matches:
        rule, event = rules.events[row], history.events[position]
        found.append(
            Contribution(
                Part.EVENT, rule.id, rule.label, rounded(points), event.kind, event.event_at
            )
        )
    found.extend(
        Contribution(Part.ABSENCE, rule.id, rule.label, rounded(points))
        for rule, points in zip(rules.absence, share.absence, strict=True)
    )
    return tuple(part for part in found if part.points)


def _limit(name: str, clipped: float, raw: float) -> tuple[Contribution, ...]:
    taken = rounded(clipped - raw)
    return (Contribution(Part.LIMIT, "limit", "", taken, detail=name),) if taken else ()


def clipped(value: float) -> float:
    """Return ``value`` kept within 0–100 and rounded."""
    return rounded(min(max(value, LOWEST), HIGHEST))
