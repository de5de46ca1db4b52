"""Bodies of pushes as JSON with a type tag: ``{"type": "card", "body": {…}}``.

The tag is part of stored rows: a body type may be renamed, its tag may not.
"""

from __future__ import annotations

from typing import Any

import msgspec

from domain.messages import (
    Body,
    Card,
    CardUpdate,
    EntryOrder,
    MarkTag,
    Menu,
    Remark,
    Text,
    WearTags,
    Welcome,
)

_TYPES: dict[str, type[Any]] = {
    "text": Text,
    "card": Card,
    "card_update": CardUpdate,
    "welcome": Welcome,
    "menu": Menu,
    "remark": Remark,
    "mark_tag": MarkTag,
    "wear_tags": WearTags,
    "entry_order": EntryOrder,
}
_TAGS = {kind: tag for tag, kind in _TYPES.items()}


class _Envelope(msgspec.Struct):
    type: str
    body: msgspec.Raw


def encode_body(body: Body) -> bytes:
    """Return the body as it is stored (before it is sealed)."""
    return msgspec.json.encode({"type": _TAGS[type(body)], "body": body})


def decode_body(stored: bytes) -> Body:
    """Return the body of a stored row.

    Raises:
        ValueError: It is not what :func:`encode_body` wrote, or of a newer version.
    """
    try:
        envelope = msgspec.json.decode(stored, type=_Envelope)
        body: Body = msgspec.json.decode(envelope.body, type=_TYPES[envelope.type])
    except (msgspec.DecodeError, KeyError) as error:
        problem = f"the stored body cannot be read ({type(error).__name__})"
        raise ValueError(problem) from None
    return body
