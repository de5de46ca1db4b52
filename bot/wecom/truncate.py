"""Cutting text to what the platform takes, where a reader would cut it.

Limits count characters on cards and UTF-8 bytes in messages (fact sheet 3.2).
A cut never splits a character, an emoji made of several code points, or an
``<a>`` element, and shows as ``…``.
"""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"
_JOINER = "\u200d"
_LINK = re.compile(r"<a\b[^>]*>.*?</a>", re.DOTALL)


def sound(text: str) -> str:
    """Replace halves of surrogate pairs, which no UTF-8 can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def cut_characters(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` characters (code points)."""
    text = sound(text)
    if len(text) <= limit:
        return text
    return text[: _seam(text, limit - len(ELLIPSIS))] + ELLIPSIS


def cut_bytes(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` bytes of UTF-8."""
    text = sound(text)
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    kept = encoded[: max(limit - len(ELLIPSIS.encode()), 0)].decode("utf-8", "ignore")
    return text[: _seam(text, len(kept))] + ELLIPSIS


def cut_linked_bytes(text: str, limit: int) -> str:
    """Like :func:`cut_bytes`, dropping an ``<a>`` element whole rather than half of it."""
    cut = cut_bytes(text, limit)
    end = len(cut) - len(ELLIPSIS)
    if cut == sound(text):
        return cut
    for link in _LINK.finditer(sound(text)):
        if link.start() < end < link.end():
            return cut[: link.start()] + ELLIPSIS
    return cut


def _seam(text: str, end: int) -> int:
    """Return the last place up to ``end`` that lies between two whole characters."""
    while 0 < end < len(text) and not _is_seam(text, end):
        end -= 1
    return max(end, 0)


def _is_seam(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if _JOINER in (before, after) or unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff":  # skin tones
        return False
    return not (_is_flag(before) and _is_flag(after) and _flags_before(text, at) % 2)


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    """Count the regional indicators before ``at``: a flag is a pair of them."""
    start = at
    while start and _is_flag(text[start - 1]):
        start -= 1
    return at - start
