"""A tag that somebody outside gives a person: a list of uids, an activation of a partner.

This is the one function behind both doors. It writes an event, ``tag_given``, and puts
the tag on.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.person import Person
from domain.tags.tagging import TagSource
from domain.values import Refusal
from handlers.actions.record import Occurrence, record
from handlers.actions.tags.by_hand import PutBy, put_on

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

TAG_GIVEN = "tag_given"
#: What the column of the actor holds.
_LONGEST_CAUSE = 64


def tag_from_outside(
    work: UnitOfWork, ctx: Context, person: Person, tag: str, *, at: datetime, cause: str
) -> None:
    """Give a loaded person a tag, once per ``cause`` (the list or form that says so).

    What was taken off since is not put on again by a repetition.
    """
    key = f"{cause}:tag:{person.id}"
    given = record(work, ctx, person.id, Occurrence(TAG_GIVEN, at, key, properties={"tag": tag}))
    if isinstance(given, Refusal):
        return
    put = put_on(work, ctx, person.id, tag, PutBy(TagSource.LIST, cause[:_LONGEST_CAUSE]))
    if isinstance(put, Refusal):
        work.refused("tag", put.code)
