"""The vocabulary of a rule table: decay, caps, and the four kinds of rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.behaviour.syntax import Expression
from domain.condition import Condition


class DecayKind(StrEnum):
    """How points fade; see :class:`Decay`."""

    NONE = "none"
    HALF_LIFE = "half_life"
    LINEAR = "linear"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Decay:
    """The part of its points that an event still counts with, from 1 down to 0.

    * NONE: 1 for ever.
    * HALF_LIFE: ``0.5 ** (age / days)``, age rolling to the microsecond.
    * LINEAR: 1 on the day itself, falling to ``floor`` on day ``days``.
    * STEP: 1 on the last ``days`` calendar days (today included), then ``floor``.

    LINEAR and STEP count calendar days of the business zone (architecture
    section 5), so that they change at midnight only. ``days`` may be a fraction
    for HALF_LIFE.
    """

    kind: DecayKind = DecayKind.NONE
    days: float = 0.0
    floor: float = 0.0


NO_DECAY = Decay()


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may count, in points of either sign; None is no limit.

    ``per_day`` bounds what the events of one calendar day count for, fading as
    the freshest of them does; ``total`` bounds the faded sum.
    """

    per_day: float | None = None
    total: float | None = None


NO_CAPS = Caps()


class Repeat(StrEnum):
    """Whether each occurrence counts, or the latest alone."""

    EACH = "each"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class EventRule:
    """Points (negative ones too) for every event of ``kind`` that meets ``where``.

    ``given`` is a condition in the language of behaviour over the event's properties,
    which has to hold as well.
    """

    id: str
    label: str
    kind: str
    points: float
    where: tuple[Condition, ...] = ()
    repeat: Repeat = Repeat.EACH
    decay: Decay = NO_DECAY
    caps: Caps = NO_CAPS
    group: str = ""
    given: Expression | None = None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that share caps; gains and losses of a group are bounded apart."""

    id: str
    caps: Caps


@dataclass(frozen=True, slots=True)
class AbsenceStep:
    """``points`` (negative) once there was nothing for ``days`` calendar days."""

    days: int
    points: float


@dataclass(frozen=True, slots=True)
class AbsenceRule:
    """Attenuation: no event of ``kinds`` for so many days. The deepest step alone counts.

    Days are counted from the last such event, or from the beginning of the lead.
    """

    id: str
    label: str
    kinds: frozenset[str]
    steps: tuple[AbsenceStep, ...]


@dataclass(frozen=True, slots=True)
class StaticCase:
    """Points if ``condition`` holds."""

    condition: Condition
    points: float


@dataclass(frozen=True, slots=True)
class StaticRule:
    """What one attribute is worth: the first case that holds."""

    id: str
    label: str
    cases: tuple[StaticCase, ...]
