"""The nodes of the JSON form: field by field those of the tree, each with its tag."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from domain.behaviour import syntax
from domain.behaviour.syntax import End, Function, Operator, Relation, Side, Spelled, Unit


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """An object of the JSON form."""


class WindowForm(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", omit_defaults=True
):
    """A window."""


class LastForm(WindowForm, frozen=True, tag="last"):
    """The last ``count`` units."""

    count: int
    unit: Unit = Unit.DAY


class BetweenForm(WindowForm, frozen=True, tag="between"):
    """From ``start`` to ``end``."""

    start: datetime | None = None
    end: datetime | None = None


class EverForm(WindowForm, frozen=True, tag="ever"):
    """All events."""


_EVER = EverForm()


class EventsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Events of a kind; without ``kind`` any interaction."""

    kind: str | None = None
    where: Node | None = None


class AnchoredForm(WindowForm, frozen=True, tag="anchored"):
    """After or before another event."""

    end: End
    events: EventsForm
    within: timedelta
    side: Side = Side.AFTER
    window: LastForm | BetweenForm | EverForm = _EVER


AnyWindow: TypeAlias = LastForm | BetweenForm | EverForm | AnchoredForm


class NumberForm(Form, frozen=True, tag="number"):
    """A number."""

    value: float


class TextForm(Form, frozen=True, tag="text"):
    """A text."""

    value: str


class FlagForm(Form, frozen=True, tag="flag"):
    """A flag."""

    value: bool


class MomentForm(Form, frozen=True, tag="moment"):
    """A moment."""

    value: datetime


LiteralForm: TypeAlias = NumberForm | TextForm | FlagForm | MomentForm


class AttributeForm(Form, frozen=True, tag="attribute"):
    """An attribute."""

    name: str


class TagForm(Form, frozen=True, tag="tag"):
    """A tag."""

    name: str


class PropertyForm(Form, frozen=True, tag="property"):
    """A property of the event at hand."""

    name: str


class AggregateForm(Form, frozen=True, tag="aggregate", omit_defaults=True):
    """A number out of events."""

    function: Function
    events: EventsForm
    property: str | None = None
    window: AnyWindow = _EVER


class EdgeForm(Form, frozen=True, tag="edge", omit_defaults=True):
    """The first or last event."""

    end: End
    events: EventsForm
    property: str | None = None
    window: AnyWindow = _EVER


class CastForm(Form, frozen=True, tag="cast"):
    """What the text of a property spells."""

    value: PropertyForm | EdgeForm
    to: Spelled


class AgeForm(Form, frozen=True, tag="age", omit_defaults=True):
    """How long ago."""

    moment: Node
    unit: Unit = Unit.DAY


class PreferenceForm(Form, frozen=True, tag="preference", omit_defaults=True):
    """The values that occur most."""

    events: EventsForm
    property: str
    most: int = 1
    by: str | None = None
    window: AnyWindow = _EVER


class ArithmeticForm(Form, frozen=True, tag="arithmetic"):
    """Two numbers and an operator."""

    operator: Operator
    left: Node
    right: Node


class ComparisonForm(Form, frozen=True, tag="comparison"):
    """Two values and how they stand."""

    relation: Relation
    left: Node
    right: Node


class MemberForm(Form, frozen=True, tag="member"):
    """One of several."""

    value: Node
    options: tuple[LiteralForm, ...]


class KnownForm(Form, frozen=True, tag="known"):
    """There is a value."""

    value: Node


class DoneForm(Form, frozen=True, tag="done", omit_defaults=True):
    """At least one such event."""

    events: EventsForm
    window: AnyWindow = _EVER


class SequenceForm(Form, frozen=True, tag="sequence", omit_defaults=True):
    """One after another."""

    steps: tuple[EventsForm, ...]
    within: timedelta | None = None
    window: AnyWindow = _EVER


class NotFollowedForm(Form, frozen=True, tag="not_followed", omit_defaults=True):
    """Done, and the other not done."""

    first: EventsForm
    then: EventsForm
    within: timedelta
    window: AnyWindow = _EVER


class AndForm(Form, frozen=True, tag="and"):
    """All of them."""

    operands: tuple[Node, ...]


class OrForm(Form, frozen=True, tag="or"):
    """At least one of them."""

    operands: tuple[Node, ...]


class NotForm(Form, frozen=True, tag="not"):
    """The opposite."""

    operand: Node


Node: TypeAlias = (
    NumberForm
    | TextForm
    | FlagForm
    | MomentForm
    | AttributeForm
    | TagForm
    | PropertyForm
    | AggregateForm
    | EdgeForm
    | CastForm
    | AgeForm
    | PreferenceForm
    | ArithmeticForm
    | ComparisonForm
    | MemberForm
    | KnownForm
    | DoneForm
    | SequenceForm
    | NotFollowedForm
    | AndForm
    | OrForm
    | NotForm
)

#: The form of each node of the tree, and back.
FORMS: Mapping[type, type[Form]] = {
    syntax.Attribute: AttributeForm,
    syntax.Tag: TagForm,
    syntax.Property: PropertyForm,
    syntax.Aggregate: AggregateForm,
    syntax.Edge: EdgeForm,
    syntax.Cast: CastForm,
    syntax.Age: AgeForm,
    syntax.Preference: PreferenceForm,
    syntax.Arithmetic: ArithmeticForm,
    syntax.Comparison: ComparisonForm,
    syntax.Member: MemberForm,
    syntax.Known: KnownForm,
    syntax.Done: DoneForm,
    syntax.Sequence: SequenceForm,
    syntax.NotFollowed: NotFollowedForm,
    syntax.And: AndForm,
    syntax.Or: OrForm,
    syntax.Not: NotForm,
}
NODES: Mapping[type, type] = {form: node for node, form in FORMS.items()}
WINDOW_FORMS: Mapping[type, type[WindowForm]] = {
    syntax.Last: LastForm,
    syntax.Between: BetweenForm,
    syntax.Ever: EverForm,
    syntax.Anchored: AnchoredForm,
}
WINDOWS: Mapping[type, type] = {form: window for window, form in WINDOW_FORMS.items()}


def of_literal(literal: syntax.Literal) -> LiteralForm:
    """Return the form of a literal."""
    value = literal.value
    if isinstance(value, bool):
        return FlagForm(value)
    if isinstance(value, str):
        return TextForm(value)
    return MomentForm(value) if isinstance(value, datetime) else NumberForm(value)


def literal_of(form: object) -> syntax.Literal | None:
    """Return the literal of a form, or None where it is no literal's."""
    if isinstance(form, NumberForm | TextForm | FlagForm | MomentForm):
        return syntax.Literal(form.value)
    return None
