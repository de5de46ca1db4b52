"""A whole rule table, with its rules laid out as columns for the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.errors import RuleError
from domain.scoring.grade import Grading
from domain.scoring.rules import (
    NO_DECAY,
    AbsenceRule,
    Decay,
    DecayKind,
    EventRule,
    RuleGroup,
    StaticRule,
)
from domain.values import BUSINESS_ZONE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class InitialRule:
    """How the channel's quality starts the dynamic score: points × 10, fading by ``decay``.

    ``default_points`` (0–10) stand for a lead without a known channel.
    """

    default_points: float = 5.0
    decay: Decay = NO_DECAY


@dataclass(frozen=True, slots=True, eq=False)
class DecayColumns:
    """Decays as columns; one row per rule."""

    is_half_life: NDArray[np.bool_]
    is_linear: NDArray[np.bool_]
    is_step: NDArray[np.bool_]
    days: Floats
    floor: Floats

    @classmethod
    def of(cls, decays: Sequence[Decay]) -> DecayColumns:
        """Lay out ``decays``."""
        return cls(
            np.array([d.kind is DecayKind.HALF_LIFE for d in decays], dtype=np.bool_),
            np.array([d.kind is DecayKind.LINEAR for d in decays], dtype=np.bool_),
            np.array([d.kind is DecayKind.STEP for d in decays], dtype=np.bool_),
            np.array([d.days or 1.0 for d in decays], dtype=np.float64),
            np.array([d.floor for d in decays], dtype=np.float64),
        )

    @property
    def counts_days(self) -> bool:
        """Whether any of them asks for an age in days."""
        return bool(self.is_linear.any() or self.is_step.any())

    def weights(self, rows: Integers, age_us: Integers, age_days: Integers) -> Floats:
        """Return the weight 0–1 of each occurrence: its rule's row, age, and age in days.

        ``age_days`` is only read where :attr:`counts_days`.
        """
        if self.is_half_life.all():
            return self._halved(rows, age_us)
        weight = np.ones(rows.shape[0])
        if self.is_half_life.any():
            weight = np.where(self.is_half_life[rows], self._halved(rows, age_us), weight)
        if self.is_linear.any():
            days, floor = self.days[rows], self.floor[rows]
            fading = np.maximum(1.0 - age_days / days * (1.0 - floor), floor)
            weight = np.where(self.is_linear[rows], fading, weight)
        if self.is_step.any():
            step = np.where(age_days < self.days[rows], 1.0, self.floor[rows])
            weight = np.where(self.is_step[rows], step, weight)
        return weight

    def _halved(self, rows: Integers, age_us: Integers) -> Floats:
        return np.exp2(age_us * (-1.0 / (self.days * _DAY_US))[rows])


@dataclass(frozen=True, slots=True, eq=False)
class RuleColumns:
    """Event rules as columns; row = position in :attr:`Scorecard.events`.

    ``group`` is the row of the rule's group, gains on even and losses on odd
    numbers (2 × row, 2 × row + 1); −1 is none.
    """

    points: Floats
    is_fading_loss: NDArray[np.bool_]
    decay: DecayColumns
    per_day: Floats
    total: Floats
    group: Integers
    group_per_day: Floats
    group_total: Floats

    @classmethod
    def of(cls, rules: Sequence[EventRule], groups: Sequence[RuleGroup]) -> RuleColumns:
        """Lay out rules and groups."""
        row = {group.id: index for index, group in enumerate(groups)}
        sides = [row[r.group] * 2 + (r.points < 0) if r.group else -1 for r in rules]
        return cls(
            points=np.array([rule.points for rule in rules], dtype=np.float64),
            is_fading_loss=np.array(
                [r.points < 0 and r.decay.kind is not DecayKind.NONE for r in rules], dtype=np.bool_
            ),
            decay=DecayColumns.of([rule.decay for rule in rules]),
            per_day=_limits(rule.caps.per_day for rule in rules),
            total=_limits(rule.caps.total for rule in rules),
            group=np.array(sides, dtype=np.int64),
            group_per_day=np.repeat(_limits(group.caps.per_day for group in groups), 2),
            group_total=np.repeat(_limits(group.caps.total for group in groups), 2),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """One version of the score's rules.

    ``standing`` rules give points of the dynamic score for where a lead stands (status,
    stage of a journey, wish to buy again), ``static`` ones points of the static score.

    Raises:
        RuleError: a rule names a group that does not exist, or an id is used twice.
    """

    version: int
    name: str
    grading: Grading
    initial: InitialRule = InitialRule()
    static: tuple[StaticRule, ...] = ()
    events: tuple[EventRule, ...] = ()
    groups: tuple[RuleGroup, ...] = ()
    absence: tuple[AbsenceRule, ...] = ()
    standing: tuple[StaticRule, ...] = ()
    #: The most that gains of all event rules count together; None is no limit.
    most_gained: float | None = None
    #: The most that gains of one calendar day's events count together, fading as the freshest
    #: of them does; None is no limit.
    most_gained_per_day: float | None = None
    #: Whether the quality of the channel starts the dynamic score.
    has_start: bool = True
    zone: ZoneInfo = BUSINESS_ZONE
    columns: RuleColumns = field(init=False, repr=False)
    initial_decay: DecayColumns = field(init=False, repr=False)
    #: Kinds of events that any rule looks at; all others leave the score alone.
    kinds: frozenset[str] = field(init=False, repr=False)
    #: Facts of persons and leads that any rule asks about.
    facts: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check what columns cannot express, then lay the rules out."""
        _refuse_twins(
            [
                *(rule.id for rule in self.static),
                *(rule.id for rule in self.events),
                *(rule.id for rule in self.absence),
                *(rule.id for rule in self.standing),
            ]
        )
        _refuse_twins([group.id for group in self.groups])
        known = {group.id for group in self.groups}
        for rule in self.events:
            if rule.group and rule.group not in known:
                raise RuleError(rule.id, code="unknown_group", detail=rule.group)
        object.__setattr__(self, "columns", RuleColumns.of(self.events, self.groups))
        object.__setattr__(self, "initial_decay", DecayColumns.of([self.initial.decay]))
        absent = {kind for rule in self.absence for kind in rule.kinds}
        object.__setattr__(self, "kinds", frozenset(absent.union(r.kind for r in self.events)))
        asked = (case.condition.name for r in (*self.static, *self.standing) for case in r.cases)
        object.__setattr__(self, "facts", frozenset(asked))


def _limits(values: Iterable[float | None]) -> Floats:
    return np.array([np.inf if value is None else value for value in values], dtype=np.float64)


def _refuse_twins(ids: Sequence[str]) -> None:
    twins = sorted({name for name in ids if ids.count(name) > 1})
    if twins:
        raise RuleError(twins[0], code="defined_twice")
