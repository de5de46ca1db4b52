"""Callback plaintext in the platform's XML: strings in CDATA, numbers bare, lists nested."""

from __future__ import annotations

from collections.abc import Sequence

Value = str | int | Sequence["Field"]
Field = tuple[str, Value]


def render(fields: Sequence[Field]) -> bytes:
    """Return ``<xml>…</xml>`` with one element per field, in order."""
    return f"<xml>{_inner(fields)}</xml>".encode()


def _inner(fields: Sequence[Field]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields)


def _value(value: Value) -> str:
    if isinstance(value, str):
        return f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"
    if isinstance(value, int):
        return str(value)
    return _inner(value)
