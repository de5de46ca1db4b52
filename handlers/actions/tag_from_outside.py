"""A tag that somebody outside gives a person: a list of uids, an activation of a partner.

This is the one function behind both doors. It writes an event, ``tag_given``, in
the order of event time: who keeps tags reads them from there.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.person import Person
from handlers.actions.record import Occurrence, record

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

TAG_GIVEN = "tag_given"


def tag_from_outside(
    work: UnitOfWork, ctx: Context, person: Person, tag: str, *, at: datetime, cause: str
) -> None:
    """Give a loaded person a tag, once per ``cause`` (the list or form that says so)."""
    key = f"{cause}:tag:{person.id}"
    record(work, ctx, person.id, Occurrence(TAG_GIVEN, at, key, properties={"tag": tag}))
