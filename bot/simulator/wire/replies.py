"""Passive replies: what Clew writes into the answer of a callback (fact sheet 1.5)."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bot.wecom.codec import Codec, CodecError, Signature


class BadReply(Exception):  # noqa: N818 - it describes the answer, which is data here
    """The answer is neither empty, an acknowledgement, nor a reply the platform can read."""


def read_reply(body: bytes, codec: Codec, *, may_be_plain: bool) -> Mapping[str, str] | None:
    """Return the reply's elements by name, or None for a mere acknowledgement.

    Nested elements are flattened by their own name (``Button/ReplaceName`` →
    ``ReplaceName``). ``may_be_plain`` allows unencrypted XML (official account in
    plain or compat mode).

    Raises:
        BadReply: not XML, not decryptable, or plain where it must not be.
    """
    if body.strip() in (b"", b"success"):
        return None
    outer = _elements(body)
    if "Encrypt" not in outer:
        if may_be_plain:
            return outer
        message = "a reply must be encrypted"
        raise BadReply(message)
    try:
        signature = Signature(outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
        return _elements(codec.open(signature, body))
    except (CodecError, KeyError) as error:
        message = f"the reply's envelope does not open: {error}"
        raise BadReply(message) from error


def _elements(body: bytes) -> dict[str, str]:
    try:
        # Answers of our own service; the parser expands no external entity.
        root = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as error:
        message = "the reply is not XML"
        raise BadReply(message) from error
    return {element.tag: element.text or "" for element in root.iter() if element is not root}
