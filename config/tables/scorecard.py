"""``scorecard.toml``: the rules of the score."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from config.tables.rows import (
    Code,
    ConditionRow,
    Name,
    NotNegative,
    Positive,
    Share,
    TomlRow,
    Whole,
    conditions,
)
from domain.condition import Comparison, Condition, Fact
from domain.scoring.grade import Grading
from domain.scoring.rules import (
    AbsenceRule,
    AbsenceStep,
    Caps,
    Decay,
    DecayKind,
    EventRule,
    Repeat,
    RuleGroup,
    StaticCase,
    StaticRule,
)
from domain.scoring.scorecard import InitialRule, Scorecard

FILE = "scorecard.toml"

Marks = tuple[float, float, float]


class DecayRow(TomlRow, frozen=True):
    """``decay = { half_life = 14 }``, ``{ linear = 30 }``, ``{ step = 7, floor = 0.5 }``: days."""

    half_life: Positive | None = None
    linear: Positive | None = None
    step: Positive | None = None
    floor: Share = 0.0

    def __post_init__(self) -> None:
        """Refuse two ways to fade, or none."""
        if sum(days is not None for days in (self.half_life, self.linear, self.step)) != 1:
            code = "one_of_half_life_linear_step"
            raise ValueError(code)

    def build(self) -> Decay:
        """Return the decay."""
        if self.half_life is not None:
            return Decay(DecayKind.HALF_LIFE, self.half_life)
        if self.linear is not None:
            return Decay(DecayKind.LINEAR, self.linear, self.floor)
        return Decay(DecayKind.STEP, self.step or 0.0, self.floor)


class CapsRow(TomlRow, frozen=True):
    """``caps = { per_day = 10, total = 30 }``."""

    per_day: NotNegative | None = None
    total: NotNegative | None = None

    def build(self) -> Caps:
        """Return the caps."""
        return Caps(self.per_day, self.total)


class EventRuleRow(TomlRow, frozen=True):
    """One ``[[event]]``."""

    id: Code
    label: Name
    kind: Code
    points: float
    where: list[ConditionRow] = msgspec.field(default_factory=list)
    repeat: Repeat = Repeat.EACH
    decay: DecayRow | None = None
    caps: CapsRow | None = None
    group: str = ""

    def build(self) -> EventRule:
        """Return the rule."""
        return EventRule(
            self.id,
            self.label,
            self.kind,
            self.points,
            conditions(self.where),
            self.repeat,
            self.decay.build() if self.decay else Decay(),
            self.caps.build() if self.caps else Caps(),
            self.group,
        )


class GroupRow(TomlRow, frozen=True):
    """One ``[[group]]``."""

    id: Code
    caps: CapsRow

    def build(self) -> RuleGroup:
        """Return the group."""
        return RuleGroup(self.id, self.caps.build())


class StepRow(TomlRow, frozen=True):
    """``{ days = 7, points = -5 }``."""

    days: Annotated[int, msgspec.Meta(ge=1)]
    points: Annotated[float, msgspec.Meta(le=0)]


class AbsenceRow(TomlRow, frozen=True):
    """One ``[[absence]]``; without kinds every interaction counts as presence."""

    id: Code
    label: Name
    steps: list[StepRow]
    kinds: list[Code] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse steps that do not go on in time."""
        days = [step.days for step in self.steps]
        if not days or days != sorted(set(days)):
            code = "days_must_rise"
            raise ValueError(code)

    def build(self, interactions: frozenset[str]) -> AbsenceRule:
        """Return the rule."""
        steps = tuple(AbsenceStep(step.days, step.points) for step in self.steps)
        return AbsenceRule(self.id, self.label, frozenset(self.kinds) or interactions, steps)


class CaseRow(TomlRow, frozen=True):
    """``{ is = "in", value = ["北京"], points = 20 }``; the fact is the rule's."""

    points: float
    comparison: Comparison = msgspec.field(name="is", default=Comparison.EQUAL)
    value: Fact | list[Fact] | None = None

    def __post_init__(self) -> None:
        """Refuse what no condition would take."""
        self.condition("fact")

    def condition(self, fact: str) -> Condition:
        """Return the condition on ``fact``."""
        return ConditionRow(fact=fact, comparison=self.comparison, value=self.value).build()


class StaticRow(TomlRow, frozen=True):
    """One ``[[static]]``: the first case that holds counts."""

    id: Code
    label: Name
    fact: Name
    cases: list[CaseRow]

    def build(self) -> StaticRule:
        """Return the rule."""
        cases = (StaticCase(case.condition(self.fact), case.points) for case in self.cases)
        return StaticRule(self.id, self.label, tuple(cases))


class GradingRow(TomlRow, frozen=True):
    """``[grading]``."""

    grades: Marks
    levels: Marks
    static_weight: Share
    dynamic_weight: Share
    pass_mark: NotNegative
    matrix: dict[str, Code]

    def build(self) -> Grading:
        """Return the grading.

        Raises:
            RuleError: it leaves a lead without a clear place.
        """
        return Grading(
            self.grades,
            self.levels,
            self.static_weight,
            self.dynamic_weight,
            self.pass_mark,
            MappingProxyType(self.matrix),
        )


class InitialRow(TomlRow, frozen=True):
    """``[initial]``: what a lead without a known channel starts with, and how starts fade."""

    default_points: NotNegative = 5.0
    decay: DecayRow | None = None

    def build(self) -> InitialRule:
        """Return the rule."""
        return InitialRule(self.default_points, self.decay.build() if self.decay else Decay())


class ScorecardFile(TomlRow, frozen=True):
    """The whole file."""

    version: Whole
    name: Name
    grading: GradingRow
    initial: InitialRow = InitialRow()
    static: list[StaticRow] = msgspec.field(default_factory=list)
    event: list[EventRuleRow] = msgspec.field(default_factory=list)
    group: list[GroupRow] = msgspec.field(default_factory=list)
    absence: list[AbsenceRow] = msgspec.field(default_factory=list)

    def build(self, interactions: frozenset[str], zone: ZoneInfo) -> Scorecard:
        """Return the scorecard.

        Raises:
            RuleError: rules contradict each other.
        """
        return Scorecard(
            version=self.version,
            name=self.name,
            grading=self.grading.build(),
            initial=self.initial.build(),
            static=tuple(row.build() for row in self.static),
            events=tuple(row.build() for row in self.event),
            groups=tuple(row.build() for row in self.group),
            absence=tuple(row.build(interactions) for row in self.absence),
            zone=zone,
        )
