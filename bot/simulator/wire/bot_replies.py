"""What Clew answers as an AI bot: the same bodies on every transport (fact sheet 2.10)."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.simulator.wire.replies import BadReply
from bot.wecom.codec import Codec, CodecError, Signature


class Content(msgspec.Struct, forbid_unknown_fields=True):
    """A text or markdown part."""

    content: str


class Media(msgspec.Struct, forbid_unknown_fields=True):
    """A file, image, voice or video that was uploaded."""

    media_id: str


class Stream(msgspec.Struct, forbid_unknown_fields=True):
    """An answer that grows; ``msg_item`` (images) only with ``finish``."""

    id: str
    finish: bool = False
    content: str = ""
    msg_item: list[dict[str, Any]] = []
    feedback: dict[str, Any] = {}


class BotReply(msgspec.Struct, forbid_unknown_fields=True):
    """A reply; the part named by ``msgtype`` must be there."""

    msgtype: str = ""
    response_type: str = ""
    chatid: str = ""
    userids: list[str] = []
    stream: Stream | None = None
    template_card: dict[str, Any] | None = None
    text: Content | None = None
    markdown: Content | None = None
    image: Media | None = None
    file: Media | None = None
    voice: Media | None = None
    video: Media | None = None


class _Sealed(msgspec.Struct):
    encrypt: str
    msgsignature: str
    timestamp: str | int
    nonce: str


def read_body(raw: bytes) -> BotReply:
    """Return the reply of a body in clear.

    Raises:
        BadReply: it is not a reply.
    """
    try:
        return msgspec.json.decode(raw, type=BotReply)
    except msgspec.MsgspecError as error:
        message = f"not a bot reply: {error}"
        raise BadReply(message) from error


def open_reply(body: bytes, codec: Codec) -> BotReply | None:
    """Return the reply in a webhook's encrypted answer, or None for an empty one.

    Raises:
        BadReply: it does not open, or is not a reply.
    """
    if not body.strip():
        return None
    try:
        sealed = msgspec.json.decode(body, type=_Sealed)
        signature = Signature(sealed.msgsignature, str(sealed.timestamp), sealed.nonce)
        return read_body(codec.open(signature, body))
    except (msgspec.MsgspecError, CodecError) as error:
        message = f"the answer's envelope does not open: {error}"
        raise BadReply(message) from error
