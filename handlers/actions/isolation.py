"""Show what was put aside, find what somebody wants to restore."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.cleaning.phone import normalise_phone
from domain.screening.rules import Reason as FilterReason
from domain.values import Refusal
from handlers.actions.portray import moment_words
from storage.queries.find import TAIL_LENGTH
from storage.queries.isolated import Isolated, Reason, Wish

if TYPE_CHECKING:
    from handlers.context import Context

_DIGITS = re.compile(r"\+?[\d\s-]{4,20}")
_BY_FILTER = frozenset(FilterReason)


def wish_for(text: str, reason: str = "", offset: int = 0) -> Wish | None:
    """Return what a person who types ``text`` looks for: a phone, its end, or a name.

    None when the text is like a phone and cannot be one.
    """
    wanted = text.strip()
    if not _DIGITS.fullmatch(wanted):
        return Wish(name=wanted, reason=reason, offset=offset)
    if len(wanted) == TAIL_LENGTH:
        return Wish(phone=wanted, reason=reason, offset=offset)
    phone = normalise_phone(wanted)
    if isinstance(phone, Refusal):
        return None
    return Wish(phone=phone.e164, reason=reason, offset=offset)


def reason_words(reason: Reason, ctx: Context) -> str:
    """Return a reason in words: what is wrong, with which field, which kind of word."""
    if reason.reason not in _BY_FILTER:
        return ctx.words.get(f"reason.{reason.reason}")
    words = ctx.words.get(f"objection.{reason.reason}")
    where = ctx.words.get(f"field.{reason.field}") if reason.field else ""
    detail = _detail(reason, ctx)
    said = "".join(filter(None, (where, detail)))
    return ctx.words.get("isolated.reason", reason=words, detail=said) if said else words


def _detail(reason: Reason, ctx: Context) -> str:
    if reason.reason == FilterReason.INVALID_CONTACT and reason.detail:
        return ctx.words.get(f"refusals.{reason.detail}")
    return ctx.words.get("isolated.category", category=reason.detail) if reason.detail else ""


def reasons_words(found: Isolated, ctx: Context) -> str:
    """Return all reasons of a lead in one line."""
    return "；".join(reason_words(reason, ctx) for reason in found.reasons)


def lines_of(found: Sequence[Isolated], ctx: Context) -> str:
    """Return leads as lines of a message: name, since when, why."""
    return "\n".join(
        ctx.words.get(
            "isolated.line",
            name=one.name or ctx.words.get("card.nameless"),
            moment=moment_words(one.since, ctx),
            reasons=reasons_words(one, ctx),
        )
        for one in found
    )
