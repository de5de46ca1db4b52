"""Tree ↔ JSON: every node is an object with its ``type``, the whole carries a version.

``{"version": 1, "expression": {"type": "done", "events": {"kind": "pay_order"},
"window": {"type": "last", "count": 7}}}``. Names are the registered ones, moments
carry their offset, lengths of time are ISO 8601 (``P7D``).
"""

from __future__ import annotations

from typing import cast

import msgspec

from domain.behaviour import json_nodes as form
from domain.behaviour.json_nodes import Form, Node, WindowForm
from domain.behaviour.mistakes import LanguageError, Mistake
from domain.behaviour.syntax import EVER, EventPattern, Expression, Literal, Window
from domain.behaviour.walk import MOST_DEPTH, is_too_deep

VERSION = 1
#: Bytes of a JSON form, at most.
MOST_BYTES = 200_000


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The outermost object."""

    version: int
    expression: Node


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Envelope)


def to_json(expression: Expression) -> bytes:
    """Return the JSON form of an expression.

    Raises:
        LanguageError: expressions lie in each other too deep.
    """
    if is_too_deep(expression):
        raise _too_deep()
    return _ENCODER.encode(Envelope(VERSION, _formed(expression)))


def from_json(data: bytes | str) -> Expression:
    """Return the expression of a JSON form; its types are not checked.

    Raises:
        LanguageError: it is no JSON, of another version, not of this form, or too large.
    """
    if len(data) > MOST_BYTES:
        values = {"length": str(len(data)), "most": str(MOST_BYTES)}
        raise LanguageError([Mistake("json_too_long", values=values)])
    try:
        envelope = _DECODER.decode(data)
        if envelope.version != VERSION:
            values = {"version": str(envelope.version), "known": str(VERSION)}
            raise LanguageError([Mistake("json_version", values=values)])
        expression = _tree(envelope.expression)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.DecodeError, UnicodeError) as error:
        values = {"reason": str(error)}
        raise LanguageError([Mistake("json_wrong", values=values)]) from error
    if is_too_deep(expression):
        raise _too_deep()
    return expression


def _too_deep() -> LanguageError:
    return LanguageError([Mistake("too_deep", values={"most": str(MOST_DEPTH)})])


def _formed(expression: Expression) -> Node:
    """Return the form of a node: the same fields, with forms in place of nodes."""
    if isinstance(expression, Literal):
        return form.of_literal(expression)
    kind = form.FORMS[type(expression)]
    fields = {name: _value(getattr(expression, name)) for name in kind.__struct_fields__}
    return cast("Node", kind(**fields))


def _value(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_value(part) for part in value)
    if isinstance(value, EventPattern):
        where = None if value.where is None else _formed(value.where)
        return form.EventsForm(value.kind, where)
    if isinstance(value, Literal):
        return form.of_literal(value)
    kind = form.FORMS.get(type(value)) or form.WINDOW_FORMS.get(type(value))
    if kind is None:
        return value
    return kind(**{name: _value(getattr(value, name)) for name in kind.__struct_fields__})


def _tree(node: Form) -> Expression:
    literal = form.literal_of(node)
    if literal is not None:
        return literal
    kind = form.NODES[type(node)]
    fields = {name: _part(getattr(node, name)) for name in node.__struct_fields__}
    return cast("Expression", kind(**fields))


def _part(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_part(part) for part in value)
    if isinstance(value, form.EventsForm):
        return EventPattern(value.kind, None if value.where is None else _tree(value.where))
    if isinstance(value, WindowForm):
        return _window(value)
    return _tree(value) if isinstance(value, Form) else value


def _window(value: WindowForm) -> Window:
    kind = form.WINDOWS[type(value)]
    fields = {name: _part(getattr(value, name)) for name in value.__struct_fields__}
    return cast("Window", kind(**fields)) if fields else EVER
