"""Notes and reminders of one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.followup.reminder import ReminderState
from domain.values import LeadId, PersonId, UserId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids
    from storage.vault import Vault

REMINDER_PURPOSE = "reminder"


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a rep wants to be told, and when.

    ``repeats`` is the time expression of a recurring one as it was written
    ("每周一9点"), else empty.
    """

    id: int
    userid: UserId
    due_at: datetime
    text: str
    dedupe_key: str
    lead_id: LeadId | None = None
    person_id: PersonId | None = None
    state: ReminderState = ReminderState.PENDING
    repeats: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What a rep wrote about a lead, in their words."""

    lead_id: LeadId
    person_id: PersonId
    userid: UserId
    text: str
    dedupe_key: str
    at: datetime


class FollowUps:
    """Rows of notes and reminders through one transaction."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._ids = ids

    async def add_reminder(self, reminder: Reminder, now: datetime) -> None:
        """Store a reminder; one with the same key stands already when it was delivered twice."""
        await self._tx.execute(
            INSERT_REMINDER,
            reminder.id,
            reminder.userid,
            reminder.lead_id,
            reminder.person_id,
            self._vault.seal(REMINDER_PURPOSE, _words(reminder)),
            to_micros(reminder.due_at),
            reminder.state,
            reminder.dedupe_key,
            to_micros(now),
        )

    async def reminder(self, reminder_id: int) -> Reminder | None:
        """Return a reminder, or None."""
        rows = await self._tx.fetch("select * from reminder where id = $1", reminder_id)
        return self._reminder(rows[0]) if rows else None

    async def pending_of(self, userid: str) -> tuple[Reminder, ...]:
        """Return the pending reminders of a rep, soonest first."""
        rows = await self._tx.fetch(
            "select * from reminder where userid = $1 and state = 'pending' order by due_at, id",
            userid,
        )
        return tuple(self._reminder(row) for row in rows)

    async def settle(self, reminder_id: int, state: ReminderState, *since: ReminderState) -> bool:
        """Move a reminder from one of the states ``since`` on; False when it was in none."""
        is_since = self._tx.any_of("state", 3)
        written = await self._tx.execute(
            f"update reminder set state = $2 where id = $1 and {is_since}",
            reminder_id,
            state.value,
            self._tx.array([one.value for one in since]),
        )
        return written == 1

    async def add_note(self, note: Note, wrapped_key: bytes) -> None:
        """Store a note, sealed with the person's key."""
        sealed = self._vault.seal_for(note.person_id, wrapped_key, note.text.encode())
        await self._tx.execute(
            INSERT_NOTE,
            self._ids.next(),
            note.lead_id,
            note.person_id,
            note.userid,
            sealed,
            note.dedupe_key,
            to_micros(note.at),
        )

    def _reminder(self, row: Row) -> Reminder:
        opened = self._vault.open(REMINDER_PURPOSE, bytes(row["sealed"]))
        text, repeats = msgspec.json.decode(opened, type=tuple[str, str])
        return Reminder(
            id=row["id"],
            userid=UserId(row["userid"]),
            due_at=from_micros(row["due_at"]),
            text=text,
            dedupe_key=row["dedupe_key"],
            lead_id=None if row["lead_id"] is None else LeadId(row["lead_id"]),
            person_id=None if row["person_id"] is None else PersonId(row["person_id"]),
            state=ReminderState(row["state"]),
            repeats=repeats,
        )


def _words(reminder: Reminder) -> bytes:
    return msgspec.json.encode((reminder.text, reminder.repeats))


INSERT_REMINDER = """
insert into reminder (id, userid, lead_id, person_id, sealed, due_at, state, dedupe_key, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (dedupe_key) do nothing
"""

INSERT_NOTE = """
insert into note (id, lead_id, person_id, userid, sealed, dedupe_key, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (dedupe_key) do nothing
"""
