"""Values of ours as JSON bytes and back: what doors put into the inbox and quarantine."""

from __future__ import annotations

from types import MappingProxyType
from typing import TypeVar

import msgspec

Value = TypeVar("Value")


def to_json(value: object, *, is_sorted: bool = False) -> bytes:
    """Return frozen values as JSON; where ``is_sorted``, equal values are equal bytes."""
    return msgspec.json.encode(value, enc_hook=_open, order="deterministic" if is_sorted else None)


def from_json(raw: bytes, kind: type[Value]) -> Value:
    """Return the value of ``kind`` that :func:`to_json` wrote.

    Raises:
        msgspec.MsgspecError: it is not of that kind.
    """
    return msgspec.json.decode(raw, type=kind)


def _open(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError
