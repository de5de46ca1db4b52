"""Ask the customer's own system what shall happen to a duplicate, and wait only so long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from domain.messages import Fetch, FetchKind, Timer
from domain.values import LeadId
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Timer that lets the fallback happen when no answer came.
HOOK_TIMER = "dedup_hook"


@dataclass(frozen=True, slots=True)
class Question:
    """What the hook is asked about; ids and codes only, nothing personal.

    ``key`` is the cause and begins with the number of the lead.
    """

    lead_id: LeadId
    rule: str
    channel: str
    key: str


def ask_hook(work: UnitOfWork, ctx: Context, question: Question) -> None:
    """Ask, and set the timer that decides without an answer."""
    work.ask(
        Fetch(
            kind=FetchKind.DEDUP_HOOK,
            subject=question.key,
            account="",
            generation=to_micros(work.now),
            token=msgspec.json.encode((question.rule, question.channel)).decode(),
        )
    )
    due_at = work.now + ctx.catalog.dedup.hook.answer_within
    payload = (("key", question.key),)
    timer = Timer(HOOK_TIMER, question.lead_id, due_at, hook_key(question.key), payload)
    work.set_timer(timer)


def hook_key(cause: str) -> str:
    """Return the key of the timer of a question."""
    return f"{HOOK_TIMER}:{cause}"
