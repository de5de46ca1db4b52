"""The tree of an expression: what the parser makes, the checker types and the kernel runs.

Values are numbers, texts, flags, moments or lists of texts, and any of them may
be *missing*. A comparison with something missing is false, ``!=`` included;
arithmetic with something missing, and a division by zero, is missing. ``Not``
turns false into true, so ``not (x > 3)`` holds where ``x`` is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias


class Unit(StrEnum):
    """In what a window is counted: minutes and hours roll, days are calendar days."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Last:
    """The last ``count`` units until now.

    Minutes and hours roll: an event counts while ``now - event < count units``.
    Days are calendar days of the business zone and include today. Events after
    the moment that is asked about never count.
    """

    count: int
    unit: Unit = Unit.DAY


@dataclass(frozen=True, slots=True)
class Between:
    """From ``start`` (inclusive) to ``end`` (exclusive), aware moments; None leaves a side open."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Ever:
    """All events until now."""


EVER = Ever()


@dataclass(frozen=True, slots=True)
class EventPattern:
    """Events of one kind (its registered name) that meet ``where``; first filtered, then counted.

    ``kind`` None is any kind that counts as interaction. ``where`` may mention
    properties of the event, and nothing of the person.
    """

    kind: str | None
    where: Expression | None = None


class End(StrEnum):
    """Which of the events in order (event time, source sequence, dedupe key)."""

    FIRST = "first"
    LAST = "last"


class Side(StrEnum):
    """On which side of an event a window lies."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Anchored:
    """The events after (or before) one event, at most ``within`` (elapsed, inclusive) from it.

    The anchor is the first or last of ``events`` in ``window``, which is not anchored
    itself. Events after it are those later in order, events before it those earlier;
    the anchor is none of them. Without an anchor there are none.
    """

    end: End
    events: EventPattern
    within: timedelta
    side: Side = Side.AFTER
    window: Last | Between | Ever = EVER


Window: TypeAlias = Last | Between | Ever | Anchored


class Function(StrEnum):
    """How events become a number; of no event COUNT, SUM, DISTINCT and DAYS are 0, others missing.

    AVG, MAX, MIN, SUM and DISTINCT read a property and pass over events that lack
    it. DAYS counts distinct calendar days.
    """

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MAX = "max"
    MIN = "min"
    DISTINCT = "distinct"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number (60% is 0.6), a text, a flag or an aware moment as written."""

    value: float | str | bool | datetime


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact about the person or lead, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Tag:
    """The value of a tag of the person, missing when they do not have it."""

    name: str


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the event at hand; only inside ``EventPattern.where``."""

    name: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A number out of the events in a window."""

    function: Function
    events: EventPattern
    property: str | None = None
    window: Window = EVER


@dataclass(frozen=True, slots=True)
class Edge:
    """The first or last event in a window: its property, or its moment where that is None."""

    end: End
    events: EventPattern
    property: str | None = None
    window: Window = EVER


class Spelled(StrEnum):
    """What the text of a property spells."""

    MOMENT = "moment"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Cast:
    """The moment or list that the text of an event's property spells; missing where it is none.

    A moment is ISO 8601, in the business zone where it names none; elements of a list
    are apart by 、 or a comma, semicolon or line.
    """

    value: Property | Edge
    to: Spelled


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago a moment is: whole calendar days for DAY, else units with fractions."""

    moment: Expression
    unit: Unit = Unit.DAY


@dataclass(frozen=True, slots=True)
class Preference:
    """The ``most`` values of a text property that occur most often, or with the largest sum.

    ``by`` None counts events, else the property of that name is summed. Equal ones
    stand in the order of their last event, the later first, then of their text.
    """

    events: EventPattern
    property: str
    most: int = 1
    by: str | None = None
    window: Window = EVER


class Operator(StrEnum):
    """Arithmetic between two numbers."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers and an operator."""

    operator: Operator
    left: Expression
    right: Expression


class Relation(StrEnum):
    """How two values compare. Numbers are rounded to 1e-6 first, texts ignore case."""

    EQUAL = "="
    NOT_EQUAL = "!="
    AT_LEAST = ">="
    MORE = ">"
    AT_MOST = "<="
    LESS = "<"
    #: A text holds another, or a list an element.
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values of one type and how they stand."""

    relation: Relation
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Member:
    """The value is one of ``options``; what is missing is none of them."""

    value: Expression
    options: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """There is a value: not missing, and not an empty text."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Done:
    """At least one such event in the window."""

    events: EventPattern
    window: Window = EVER


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another: each step by an event later in order than the step before.

    An event serves one step. The last step comes at most ``within`` (elapsed time,
    inclusive) after the first; None sets no limit. Every event is in the window.
    Any choice of events that fits makes it true.
    """

    steps: tuple[EventPattern, ...]
    within: timedelta | None = None
    window: Window = EVER


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """``first`` was done in the window and ``then`` not within ``within`` after it.

    True from the moment ``within`` is over (elapsed, inclusive) for some such
    event, with nobody doing anything; only events later in order than it count
    as ``then``, the very end of ``within`` included.
    """

    first: EventPattern
    then: EventPattern
    within: timedelta
    window: Window = EVER


@dataclass(frozen=True, slots=True)
class And:
    """All of them; there are at least two."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them; there are at least two."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    operand: Expression


Expression: TypeAlias = (
    Literal
    | Attribute
    | Tag
    | Property
    | Aggregate
    | Edge
    | Cast
    | Age
    | Preference
    | Arithmetic
    | Comparison
    | Member
    | Known
    | Done
    | Sequence
    | NotFollowed
    | And
    | Or
    | Not
)
