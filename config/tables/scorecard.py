"""``scorecard.toml``: the rules of the score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Protocol, TypeVar

import msgspec

from config.tables.journey import Reading
from config.tables.rows import (
    Code,
    ConditionRow,
    Name,
    Share,
    TomlRow,
    Whole,
    conditions,
)
from domain.condition import Comparison, Condition, Fact
from domain.journey.journeys import Journey, Journeys, sentence_fact, sentence_of
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
from domain.scoring.tables import Guard, Phase, RuleFrame, RuleTables

FILE = "scorecard.toml"

#: No rule needs more; what is beyond is a slip of the pen.
Points = Annotated[float, msgspec.Meta(ge=-1000, le=1000)]
Loss = Annotated[float, msgspec.Meta(ge=-1000, le=0)]
Cap = Annotated[float, msgspec.Meta(ge=0, le=10_000)]
Mark = Annotated[float, msgspec.Meta(ge=0, le=100)]
Tenth = Annotated[float, msgspec.Meta(ge=0, le=10)]
#: From an hour to ten years.
Days = Annotated[float, msgspec.Meta(ge=0.04, le=3650)]
Marks = tuple[Mark, Mark, Mark]


class Model(StrEnum):
    """What may make up the dynamic score of a phase."""

    CHANNEL = "channel"
    EVENT = "event"
    ABSENCE = "absence"
    STANDING = "standing"


class DecayRow(TomlRow, frozen=True):
    """``decay = { half_life = 14 }``, ``{ linear = 30 }``, ``{ step = 7, floor = 0.5 }``: days."""

    half_life: Days | None = None
    linear: Days | None = None
    step: Days | None = None
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

    per_day: Cap | None = None
    total: Cap | None = None

    def build(self) -> Caps:
        """Return the caps."""
        return Caps(self.per_day, self.total)


class EventRuleRow(TomlRow, frozen=True):
    """One ``[[event]]``; ``given`` is a condition in the behaviour language on the event."""

    id: Code
    label: Name
    kind: Code
    points: Points
    where: list[ConditionRow] = msgspec.field(default_factory=list)
    given: str = ""
    repeat: Repeat = Repeat.EACH
    decay: DecayRow | None = None
    caps: CapsRow | None = None
    group: str = ""
    phases: list[Phase] = msgspec.field(default_factory=list)

    def build(self, reading: Reading) -> EventRule:
        """Return the rule; what cannot be understood is noted in ``reading``."""
        key = f"{self.id}.given"
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
            reading.of_event(self.given, self.kind, FILE, key) if self.given else None,
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

    days: Annotated[int, msgspec.Meta(ge=1, le=3650)]
    points: Loss


class AbsenceRow(TomlRow, frozen=True):
    """One ``[[absence]]``; without kinds every interaction counts as presence."""

    id: Code
    label: Name
    steps: list[StepRow]
    kinds: list[Code] = msgspec.field(default_factory=list)
    phases: list[Phase] = msgspec.field(default_factory=list)

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
    """``{ is = "in", value = ["北京"], points = 20 }``; the fact is the rule's.

    Or ``{ when = "次数(查看价格, 7天) >= 3", points = 5 }`` in the behaviour language.
    """

    points: Points
    comparison: Comparison = msgspec.field(name="is", default=Comparison.EQUAL)
    value: Fact | list[Fact] | None = None
    when: Name | None = None

    def __post_init__(self) -> None:
        """Refuse what no condition would take, and two conditions in one."""
        if self.when is None:
            self.condition("fact")
        elif self.value is not None or self.comparison is not Comparison.EQUAL:
            code = "when_or_is"
            raise ValueError(code)

    def condition(self, fact: str) -> Condition:
        """Return the condition on ``fact``."""
        return ConditionRow(fact=fact, comparison=self.comparison, value=self.value).build()


class StaticRow(TomlRow, frozen=True):
    """One ``[[static]]`` or ``[[standing]]``: the first case that holds counts."""

    id: Code
    label: Name
    cases: list[CaseRow]
    fact: Name | None = None
    phases: list[Phase] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse cases that ask about no fact."""
        if self.fact is None and any(case.when is None for case in self.cases):
            code = "fact_or_when_wanted"
            raise ValueError(code)

    def build(self) -> StaticRule:
        """Return the rule; what its cases say in ``when`` are facts of :meth:`sentences`."""
        cases = (
            StaticCase(self._condition(number, case), case.points)
            for number, case in enumerate(self.cases)
        )
        return StaticRule(self.id, self.label, tuple(cases))

    def _condition(self, number: int, case: CaseRow) -> Condition:
        if case.when is None:
            return case.condition(self.fact or "")
        return Condition(sentence_fact(self.id, number), Comparison.KNOWN)

    def sentences(self, reading: Reading) -> Iterator[Journey]:
        """Yield what cases say in ``when``; what cannot be understood is noted."""
        for number, case in enumerate(self.cases):
            if case.when is not None:
                key = f"{self.id}.cases[{number}].when"
                yield sentence_of(self.id, number, reading.of_rule(case.when, FILE, key))


class GradingRow(TomlRow, frozen=True):
    """``[grading]``."""

    grades: Marks
    levels: Marks
    static_weight: Share
    dynamic_weight: Share
    pass_mark: Mark
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
    """``[initial]``: what a lead without a known channel starts with, and how starts fade.

    ``channels`` takes the place of the points in ``channels.toml``, by code.
    """

    default_points: Tenth = 5.0
    decay: DecayRow | None = None
    channels: dict[str, Tenth] = msgspec.field(default_factory=dict)

    def build(self) -> InitialRule:
        """Return the rule."""
        return InitialRule(self.default_points, self.decay.build() if self.decay else Decay())


class PhaseRow(TomlRow, frozen=True):
    """``[phase.screening]``: what counts in the phase, and where its grading differs."""

    use: list[Model] = msgspec.field(default_factory=lambda: list(Model))
    pass_mark: Mark | None = None
    static_weight: Share | None = None
    dynamic_weight: Share | None = None

    def grading(self, general: GradingRow) -> Grading:
        """Return the grading of the phase.

        Raises:
            RuleError: the weights do not add up.
        """
        own = {"pass_mark": self.pass_mark, "static_weight": self.static_weight}
        own["dynamic_weight"] = self.dynamic_weight
        given = {name: value for name, value in own.items() if value is not None}
        return replace(general.build(), **given)  # type: ignore[arg-type]


class GuardRow(TomlRow, frozen=True):
    """``[guard]``: what may be published without being confirmed."""

    most_activated: Share = 0.1

    def build(self) -> Guard:
        """Return the guard."""
        return Guard(self.most_activated)


class GainsRow(TomlRow, frozen=True):
    """``[gains]``: the most that all event rules may give together, in all and by one day."""

    total: Cap | None = None
    per_day: Cap | None = None


class DailyRow(TomlRow, frozen=True):
    """``[daily]``: when all scores are checked, by the clock of the business zone."""

    check_at: time = time(4, 10)


class ScorecardFile(TomlRow, frozen=True):
    """The whole file."""

    version: Whole
    name: Name
    grading: GradingRow
    initial: InitialRow = InitialRow()
    phase: dict[Phase, PhaseRow] = msgspec.field(default_factory=dict)
    guard: GuardRow = GuardRow()
    daily: DailyRow = DailyRow()
    gains: GainsRow = GainsRow()
    static: list[StaticRow] = msgspec.field(default_factory=list)
    standing: list[StaticRow] = msgspec.field(default_factory=list)
    event: list[EventRuleRow] = msgspec.field(default_factory=list)
    group: list[GroupRow] = msgspec.field(default_factory=list)
    absence: list[AbsenceRow] = msgspec.field(default_factory=list)

    def build(
        self, frame: RuleFrame, journeys: Journeys, reading: Reading, number: int | None = None
    ) -> RuleTables:
        """Return the tables, as version ``number`` or the one that the file names.

        Conditions that cannot be understood are noted in ``reading``.

        Raises:
            RuleError: rules contradict each other.
        """
        version = self.version if number is None else number
        whole = self._whole(frame, reading, version)
        cards = {phase: self._card(phase, whole) for phase in Phase}
        points = {**frame.points, **self.initial.channels}
        rows = (*self.static, *self.standing)
        sentences = tuple(one for row in rows for one in row.sentences(reading))
        return RuleTables(
            whole,
            MappingProxyType(cards),
            MappingProxyType(points),
            self.guard.build(),
            self.daily.check_at,
            replace(journeys, sentences=sentences),
        )

    def _whole(self, frame: RuleFrame, reading: Reading, version: int) -> Scorecard:
        return Scorecard(
            version=version,
            name=self.name,
            grading=self.grading.build(),
            initial=self.initial.build(),
            static=tuple(row.build() for row in self.static),
            events=tuple(row.build(reading) for row in self.event),
            groups=tuple(row.build() for row in self.group),
            absence=tuple(row.build(frame.interactions) for row in self.absence),
            standing=tuple(row.build() for row in self.standing),
            most_gained=self.gains.total,
            most_gained_per_day=self.gains.per_day,
            zone=reading.zone,
        )

    def _card(self, phase: Phase, whole: Scorecard) -> Scorecard:
        row = self.phase.get(phase, PhaseRow())
        uses = frozenset(row.use)
        return replace(
            whole,
            grading=row.grading(self.grading),
            has_start=Model.CHANNEL in uses,
            static=_of_phase(phase, self.static, whole.static),
            events=_of_phase(phase, self.event, whole.events) if Model.EVENT in uses else (),
            absence=_of_phase(phase, self.absence, whole.absence) if Model.ABSENCE in uses else (),
            standing=(
                _of_phase(phase, self.standing, whole.standing) if Model.STANDING in uses else ()
            ),
        )


class _Phased(Protocol):
    @property
    def phases(self) -> list[Phase]: ...


Rule = TypeVar("Rule")


def _of_phase(phase: Phase, rows: Sequence[_Phased], rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules of a phase; a rule whose row names none is of all."""
    pairs = zip(rows, rules, strict=True)
    return tuple(rule for row, rule in pairs if not row.phases or phase in row.phases)
