"""Runs of the synchronisation, their parts, and what they met, through one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.sync.part import PartKind, PartPlan, PartState, SyncPart, SyncRun
from domain.values import PersonId, UserId
from storage.moments import from_micros, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids

#: Kinds of what a run meets.
RELATION, EMPLOYEE, GROUP = "relation", "employee", "group"


@dataclass(frozen=True, slots=True)
class GoneRelation:
    """A friendship that we keep and the platform no longer lists."""

    person_id: PersonId
    external_userid: str
    userid: UserId


class Synchronisations:
    """Rows of runs and parts."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids

    # ------------------------------------------------------------------ runs

    async def unfinished(self) -> SyncRun | None:
        """Return the run whose lists are still being read, if there is one."""
        row = await self._tx.fetch_one(
            f"select * from sync_run where finished_at is null order by id limit 1"
            f"{self._tx.for_update()}"
        )
        return _run(row) if row else None

    async def begin(self, now: datetime) -> SyncRun:
        """Begin a run; what earlier runs met is forgotten."""
        run = SyncRun(self._ids.next(), now)
        await self._tx.execute("delete from sync_seen")
        await self._tx.execute(
            "insert into sync_run (id, started_at, finished_at) values ($1, $2, null)",
            run.id,
            to_micros(now),
        )
        return run

    async def run(self, run_id: int) -> SyncRun | None:
        """Return a run, held until the end of the transaction: its parts close one by one."""
        row = await self._tx.fetch_one(
            f"select * from sync_run where id = $1{self._tx.for_update()}", run_id
        )
        return _run(row) if row else None

    async def finish(self, run: SyncRun, now: datetime) -> None:
        """Write down that every list was read."""
        await self._tx.execute(
            "update sync_run set finished_at = $2 where id = $1", run.id, to_micros(now)
        )

    # ----------------------------------------------------------------- parts

    async def add(self, run_id: int, plans: Sequence[PartPlan]) -> list[SyncPart]:
        """Add lists to read."""
        parts = [SyncPart(self._ids.next(), run_id, p.kind, p.about) for p in plans]
        await self._tx.execute_many(INSERT_PART, [_cells(part) for part in parts])
        return parts

    async def part(self, part_id: int) -> SyncPart | None:
        """Return a part, held until the end of the transaction."""
        row = await self._tx.fetch_one(
            f"select * from sync_part where id = $1{self._tx.for_update()}", part_id
        )
        return _part(row) if row else None

    async def parts(self, run_id: int) -> list[SyncPart]:
        """Return all parts of a run, oldest first."""
        rows = await self._tx.fetch("select * from sync_part where run_id = $1 order by id", run_id)
        return [_part(row) for row in rows]

    async def save(self, part: SyncPart) -> None:
        """Write how far a part has come."""
        await self._tx.execute(
            UPDATE_PART,
            part.id,
            part.cursor,
            part.state.value,
            part.pages,
            part.items,
            part.error[:500],
        )

    # ------------------------------------------------------------------ seen

    async def saw(self, run_id: int, kind: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Note what the run met: (userid, subject); employees and groups leave one side empty."""
        rows = sorted({(userid.casefold(), subject) for userid, subject in pairs})
        cells = [(self._ids.next(), run_id, kind, *pair) for pair in rows]
        await self._tx.execute_set(INSERT_SEEN, cells)

    async def gone_relations(self, run: SyncRun, userids: Sequence[str]) -> list[GoneRelation]:
        """Return friendships of members that are older than the run and were not met in it."""
        folded = self._tx.array([userid.casefold() for userid in userids])
        rows = await self._tx.fetch(
            GONE_RELATIONS.format(members=self._tx.any_of("lower(r.userid)", 3)),
            run.id,
            to_micros(run.started_at),
            folded,
        )
        return [
            GoneRelation(PersonId(row["person_id"]), row["value"], UserId(row["userid"]))
            for row in rows
        ]

    async def gone_employees(self, run: SyncRun) -> list[UserId]:
        """Return active employees whom no department of the run named."""
        rows = await self._tx.fetch(GONE_EMPLOYEES, run.id)
        return [UserId(row["userid"]) for row in rows]

    async def gone_groups(self, run: SyncRun) -> list[str]:
        """Return groups that are kept as alive and that the run did not meet."""
        rows = await self._tx.fetch(GONE_GROUPS, run.id, to_micros(run.started_at))
        return [row["chat_id"] for row in rows]


def _run(row: Row) -> SyncRun:
    return SyncRun(row["id"], from_micros(row["started_at"]), moment_or_none(row["finished_at"]))


def _part(row: Row) -> SyncPart:
    return SyncPart(
        id=row["id"],
        run_id=row["run_id"],
        kind=PartKind(row["kind"]),
        about=tuple(row["about"].split()),
        cursor=row["cursor"],
        state=PartState(row["state"]),
        pages=row["pages"],
        items=row["items"],
        error=row["error"],
    )


def _cells(part: SyncPart) -> tuple[object, ...]:
    return (
        part.id,
        part.run_id,
        part.kind.value,
        " ".join(part.about),
        part.cursor,
        part.state.value,
        part.pages,
        part.items,
        part.error,
    )


INSERT_PART = """
insert into sync_part (id, run_id, kind, about, cursor, state, pages, items, error)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

UPDATE_PART = """
update sync_part set cursor = $2, state = $3, pages = $4, items = $5, error = $6 where id = $1
"""

INSERT_SEEN = """
insert into sync_seen (id, run_id, kind, userid, subject) values ($1, $2, $3, $4, $5)
on conflict (run_id, kind, userid, subject) do nothing
"""

# Half-added customers are in no list of the platform; a customer who deleted the
# member still is. So only plain friendships can be missing.
GONE_RELATIONS = """
select r.person_id, r.userid, i.value from relation r
join identity i on i.person_id = r.person_id and i.kind = 'external_userid'
where r.state = 'friend' and r.changed_at < $2 and {members} and not exists (
  select 1 from sync_seen s where s.run_id = $1 and s.kind = 'relation'
    and s.userid = lower(r.userid) and s.subject = i.value)
order by r.person_id, r.userid
"""

GONE_EMPLOYEES = """
select e.userid from employee e where e.is_active and not exists (
  select 1 from sync_seen s
  where s.run_id = $1 and s.kind = 'employee' and s.userid = e.folded and s.subject = '')
order by e.folded
"""

GONE_GROUPS = """
select g.chat_id from customer_group g
where not g.is_dismissed and g.generation < $2 and not exists (
  select 1 from sync_seen s
  where s.run_id = $1 and s.kind = 'group' and s.userid = '' and s.subject = g.chat_id)
order by g.chat_id
"""
