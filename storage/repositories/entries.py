"""Entry points as rows, through one transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import msgspec

from domain.channels.entry import Entry, EntryKind, EntryState, Schedule, Shift
from domain.values import UserId
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids


class ShiftCells(msgspec.Struct, array_like=True):
    """A shift in its row: members, weekdays, start and end as ``HH:MM:SS``."""

    userids: list[str]
    weekdays: list[int]
    since: time
    until: time


class Plan(msgspec.Struct):
    """What is only ever read together with its entry point."""

    shifts: list[ShiftCells] = []
    backups: list[str] = []
    daily_ceiling: int | None = None
    life_seconds: int | None = None
    chat_ids: list[str] = []


class Entries:
    """Rows of entry points and of what came through them by day."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids
        #: By account and word; one word brings many customers within a batch.
        self._of_word: dict[tuple[str, str], list[Entry]] = {}

    async def add(self, entry: Entry, now: datetime) -> bool:
        """Write a new entry point; False when its word is taken."""
        self._of_word.clear()
        return await self._tx.execute(INSERT, *_cells(entry), to_micros(now)) == 1

    async def save(self, entry: Entry) -> None:
        """Write an entry point again."""
        self._of_word.clear()
        await self._tx.execute(UPDATE, *_cells(entry))

    async def get(self, entry_id: int) -> Entry | None:
        """Return an entry point, held until the end of the transaction."""
        row = await self._tx.fetch_one(
            f"select * from entry_point where id = $1{self._tx.for_update()}", entry_id
        )
        return _entry(row) if row else None

    async def of_word(
        self, kinds: Collection[EntryKind], word: str, account: str = ""
    ) -> Entry | None:
        """Return the entry point that a word of the platform names; deleted ones still count."""
        if (account, word) not in self._of_word:
            rows = await self._tx.fetch(
                "select * from entry_point where word = $1 and account = $2 order by id",
                word,
                account,
            )
            self._of_word[account, word] = [_entry(row) for row in rows]
        return next((e for e in self._of_word[account, word] if e.kind in kinds), None)

    async def all(self) -> list[Entry]:
        """Return every entry point, oldest first."""
        return [
            _entry(row) for row in await self._tx.fetch("select * from entry_point order by id")
        ]

    async def with_member(self, userid: str) -> list[Entry]:
        """Return contact ways that name an employee."""
        ways = await self._tx.fetch(
            "select * from entry_point where kind = 'contact_way' and state <> 'deleted'"
            " order by id"
        )
        found = [_entry(row) for row in ways]
        folded = userid.casefold()
        return [
            entry
            for entry in found
            if folded in {member.casefold() for member in entry.schedule.members()}
        ]

    async def count(self, entry_id: int, userid: str, day: str) -> None:
        """Count one more customer who came to a member on a business day."""
        await self._tx.execute(COUNT, self._ids.next(), entry_id, userid, day)

    async def taken(self, entry_id: int, day: str) -> dict[str, int]:
        """Return how many customers each member got on a business day."""
        rows = await self._tx.fetch(
            "select userid, used from entry_day where entry_id = $1 and day = $2", entry_id, day
        )
        return {row["userid"]: row["used"] for row in rows}


def _cells(entry: Entry) -> tuple[object, ...]:
    schedule = entry.schedule
    plan = Plan(
        shifts=[
            ShiftCells(list(shift.userids), sorted(shift.weekdays), shift.since, shift.until)
            for shift in schedule.shifts
        ],
        backups=list(schedule.backups),
        daily_ceiling=schedule.daily_ceiling,
        life_seconds=int(entry.life_for.total_seconds()) if entry.life_for else None,
        chat_ids=list(entry.chat_ids),
    )
    return (
        entry.id,
        entry.kind.value,
        entry.account,
        entry.word,
        entry.channel,
        entry.title,
        msgspec.json.encode(plan).decode(),
        " ".join(entry.shown),
        entry.state.value,
        entry.platform_id,
        entry.url,
        entry.qr_code,
        entry.version,
    )


def _entry(row: Row) -> Entry:
    plan = msgspec.json.decode(row["plan"], type=Plan)
    shifts = tuple(
        Shift(
            tuple(UserId(userid) for userid in shift.userids),
            frozenset(shift.weekdays),
            shift.since,
            shift.until,
        )
        for shift in plan.shifts
    )
    backups = tuple(UserId(userid) for userid in plan.backups)
    return Entry(
        id=row["id"],
        kind=EntryKind(row["kind"]),
        word=row["word"],
        channel=row["channel"],
        title=row["title"],
        account=row["account"],
        schedule=Schedule(shifts, backups, plan.daily_ceiling),
        shown=tuple(UserId(userid) for userid in row["shown"].split()),
        state=EntryState(row["state"]),
        platform_id=row["platform_id"],
        url=row["url"],
        qr_code=row["qr_code"],
        version=row["version"],
        life_for=timedelta(seconds=plan.life_seconds) if plan.life_seconds else None,
        chat_ids=tuple(plan.chat_ids),
    )


INSERT = """
insert into entry_point (id, kind, account, word, channel, title, plan, shown, state,
                         platform_id, url, qr_code, version, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (kind, account, word) do nothing
"""

UPDATE = """
update entry_point set kind = $2, account = $3, word = $4, channel = $5, title = $6, plan = $7,
  shown = $8, state = $9, platform_id = $10, url = $11, qr_code = $12, version = $13
where id = $1
"""

COUNT = """
insert into entry_day (id, entry_id, userid, day, used) values ($1, $2, $3, $4, 1)
on conflict (entry_id, userid, day) do update set used = entry_day.used + 1
"""
