"""A request of an employee, and the answer that happens once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.lifecycle.transitions import Actor
from domain.values import UserId
from handlers.actions.show import tell

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates import Update
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for something, in which words, when (event time).

    ``cause`` names the request (:func:`cause_of`): answers to it happen once.
    """

    actor: Actor
    userid: UserId
    text: str
    at: datetime
    cause: str


def cause_of(update: Update) -> str:
    """Return the update's key in letters and digits, as a task id may hold it."""
    return sha256(update.dedupe_key.encode()).hexdigest()[:20]


def reply(asked: Asked, work: UnitOfWork, ctx: Context, content: str) -> None:
    """Answer the employee."""
    tell(work, ctx, asked.userid, content, cause=asked.cause)
