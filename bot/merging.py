"""Joining texts of one receiver into one message when their budget runs short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.trouble import read_trouble
from bot.wecom.render import MARK_BYTES, TEXT_BYTES
from domain.messages import Text
from storage.outbox import ClaimedPush

GAP = "\n\n"
_ROOM = TEXT_BYTES - MARK_BYTES


@dataclass(frozen=True, slots=True)
class Joined:
    """``into`` with the texts of ``others`` behind its own."""

    into: ClaimedPush
    others: tuple[ClaimedPush, ...]


def may_have_arrived(row: ClaimedPush) -> bool:
    """Tell whether an earlier attempt at the row may have had its effect."""
    before = read_trouble(row.error)
    return row.is_outcome_unknown or (before is not None and before.unknown_since is not None)


def join(first: ClaimedPush, rest: Sequence[ClaimedPush]) -> Joined | None:
    """Return ``first`` carrying those texts of ``rest`` that may be joined, None when none may.

    They keep their order; the whole stays below the limit of a text, and what would
    be said twice is said once. A text
    that may have arrived already is never joined: only the very same message is
    recognised as a repetition.
    """
    parts, others = [_joinable_text(first)], []
    if not parts[0]:
        return None
    for row in rest:
        text = _joinable_text(row) if row.push.merge_key == first.push.merge_key else ""
        if not text or len(GAP.join([*parts, text]).encode("utf-8", "replace")) > _ROOM:
            continue
        if text not in parts:  # the same answer to two sentences is one answer
            parts.append(text)
        others.append(row)
    if not others:
        return None
    push = replace(first.push, body=Text(GAP.join(parts)))
    return Joined(replace(first, push=push), tuple(others))


def _joinable_text(row: ClaimedPush) -> str:
    push = row.push
    if not push.merge_key or not isinstance(push.body, Text) or may_have_arrived(row):
        return ""
    return push.body.content.strip()
