"""Segments: definitions, runs, members with their history, and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.segments.segment import SegmentText
from domain.values import PersonId
from storage.moments import from_micros, moment_or_none, to_micros
from storage.resealing import SealedTable

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Row, Transaction
    from storage.vault import Vault

WAITING, DONE, FAILED = "waiting", "done", "failed"
PURPOSE = "segment-file"
SEALED = SealedTable("segment_file_part", PURPOSE)
#: How long a file may be fetched.
KEPT_FOR = timedelta(days=1)
#: Bytes of a piece of a file.
PIECE = 512 * 1024


@dataclass(frozen=True, slots=True)
class SegmentRun:
    """One computation of a segment."""

    id: int
    name: str
    text: str
    version: int
    is_estimate: bool
    state: str
    asked_by: str
    asked_at: datetime
    as_of: datetime | None
    size: int
    joined: int
    gone: int
    error: str


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A file made of a run."""

    id: int
    run_id: int
    format: str
    asked_by: str
    has_contacts: bool
    state: str
    rows: int
    expires_at: datetime


class Segments:
    """Rows of segments, through one transaction."""

    def __init__(self, tx: Transaction) -> None:
        """Belong to one transaction."""
        self._tx = tx

    # ------------------------------------------------------------- definitions

    async def texts(self) -> dict[str, SegmentText | None]:
        """Return what is defined beside the files, by name; None withdraws one."""
        rows = await self._tx.fetch("select * from segment order by name")
        return {
            row["name"]: SegmentText(row["name"], row["text"], row["note"], row["version"])
            if row["text"]
            else None
            for row in rows
        }

    async def define(self, text: SegmentText, author: str, now: datetime) -> None:
        """Write a definition; it takes the place of the one before."""
        await self._tx.execute(
            _DEFINE, text.name, text.text, text.note, text.version, author, to_micros(now)
        )

    # ------------------------------------------------------------- runs

    async def ask(
        self,
        ids: Ids,
        text: SegmentText,
        by: str,
        now: datetime,
        *,
        is_estimate: bool = False,
    ) -> int:
        """Ask for a computation, or for an estimate; return the number of the run."""
        run_id, at = ids.next(), to_micros(now)
        await self._tx.execute(
            _ASK, run_id, text.name, text.text, text.version, WAITING, by, at, is_estimate
        )
        return run_id

    async def tell(self, run_id: int, size: int, as_of: datetime) -> None:
        """Close an estimate."""
        await self._tx.execute(_FINISH, run_id, DONE, to_micros(as_of), size, 0, 0)

    async def run(self, run_id: int) -> SegmentRun | None:
        """Return one run."""
        row = await self._tx.fetch_one("select * from segment_run where id = $1", run_id)
        return None if row is None else _run(row)

    async def runs(self, name: str, limit: int) -> tuple[SegmentRun, ...]:
        """Return the last runs of a segment, newest first."""
        sql = (
            "select * from segment_run where name = $1 and not is_estimate order by id desc"
            " limit $2"
        )
        return tuple(map(_run, await self._tx.fetch(sql, name, limit)))

    async def last_sizes(self) -> dict[str, SegmentRun]:
        """Return the last finished run of every segment."""
        rows = await self._tx.fetch(_LAST, DONE)
        return {row["name"]: _run(row) for row in rows}

    async def waiting(self) -> SegmentRun | None:
        """Return the next run that nobody has computed."""
        sql = "select * from segment_run where state = $1 order by id limit 1"
        row = await self._tx.fetch_one(sql, WAITING)
        return None if row is None else _run(row)

    async def finish(
        self, ids: Ids, run: SegmentRun, found: Iterable[PersonId], as_of: datetime
    ) -> tuple[int, int]:
        """Keep who is in the segment; return how many joined and how many are gone."""
        before = {row["person_id"] for row in await self._tx.fetch(_PRESENT, run.name)}
        now = set(found)
        joined, gone = sorted(now - before), sorted(before - now)
        if gone:
            await self._tx.execute_set(_LEAVE, [(run.name, one, run.id) for one in gone])
        if joined:
            await self._tx.execute_set(
                _JOIN, [(ids.next(), run.name, one, run.id) for one in joined]
            )
        await self._tx.execute(
            _FINISH, run.id, DONE, to_micros(as_of), len(now), len(joined), len(gone)
        )
        return len(joined), len(gone)

    async def fail(self, run_id: int, error: str) -> None:
        """Give a run up."""
        await self._tx.execute(
            "update segment_run set state = $2, error = $3 where id = $1", run_id, FAILED, error
        )

    async def members(self, run: SegmentRun, after: PersonId, limit: int) -> list[PersonId]:
        """Return who was in the segment as of a run, in order of id."""
        rows = await self._tx.fetch(_MEMBERS, run.name, run.id, after, limit)
        return [PersonId(row["person_id"]) for row in rows]

    async def segments_of(self, person_ids: Sequence[PersonId]) -> tuple[str, ...]:
        """Return the segments that somebody is in, by name."""
        rows = await self._tx.fetch(
            "select distinct name from segment_member where until_run is null"
            f" and {self._tx.any_of('person_id', 1)} order by name",
            self._tx.array(list(person_ids)),
        )
        return tuple(row["name"] for row in rows)

    # ------------------------------------------------------------- files

    async def ask_file(
        self, ids: Ids, run: SegmentRun, kind: str, who: tuple[str, bool], now: datetime
    ) -> int:
        """Ask for a file of a run; ``who`` asks, and whether contacts may be in it."""
        file_id, (by, has_contacts) = ids.next(), who
        await self._tx.execute(
            _ASK_FILE,
            file_id,
            run.id,
            kind,
            by,
            has_contacts,
            WAITING,
            to_micros(now),
            to_micros(now + KEPT_FOR),
        )
        return file_id

    async def file(self, file_id: int, now: datetime) -> SegmentFile | None:
        """Return a file that has not run out."""
        row = await self._tx.fetch_one(
            "select * from segment_file where id = $1 and expires_at > $2", file_id, to_micros(now)
        )
        return None if row is None else _file(row)

    async def waiting_file(self) -> SegmentFile | None:
        """Return the next file that nobody has made."""
        sql = "select * from segment_file where state = $1 order by id limit 1"
        row = await self._tx.fetch_one(sql, WAITING)
        return None if row is None else _file(row)

    async def keep_file(
        self, ids: Ids, vault: Vault, file: SegmentFile, content: bytes, rows: int
    ) -> None:
        """Keep a file in sealed pieces."""
        pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
        await self._tx.execute_set(
            "insert into segment_file_part (id, file_id, position, sealed) values ($1, $2, $3, $4)",
            [
                (ids.next(), file.id, position, vault.seal(PURPOSE, piece))
                for position, piece in enumerate(pieces)
            ],
        )
        await self._tx.execute(
            "update segment_file set state = $2, rows = $3 where id = $1", file.id, DONE, rows
        )

    async def content(self, vault: Vault, file_id: int) -> bytes:
        """Return a kept file."""
        rows = await self._tx.fetch(
            "select sealed from segment_file_part where file_id = $1 order by position", file_id
        )
        return b"".join(vault.open(PURPOSE, bytes(row["sealed"])) for row in rows)


async def forget_files(tx: Transaction, now: datetime, limit: int) -> int:
    """Drop files that have run out, with their pieces."""
    rows = await tx.fetch(
        "select id from segment_file where expires_at <= $1 order by id limit $2",
        to_micros(now),
        limit,
    )
    gone = tx.array([row["id"] for row in rows])
    await tx.execute(f"delete from segment_file_part where {tx.any_of('file_id', 1)}", gone)
    return await tx.execute(f"delete from segment_file where {tx.any_of('id', 1)}", gone)


def _run(row: Row) -> SegmentRun:
    return SegmentRun(
        id=row["id"],
        name=row["name"],
        text=row["text"],
        version=row["version"],
        is_estimate=bool(row["is_estimate"]),
        state=row["state"],
        asked_by=row["asked_by"],
        asked_at=from_micros(row["asked_at"]),
        as_of=moment_or_none(row["as_of"]),
        size=row["size"],
        joined=row["joined"],
        gone=row["gone"],
        error=row["error"],
    )


def _file(row: Row) -> SegmentFile:
    return SegmentFile(
        id=row["id"],
        run_id=row["run_id"],
        format=row["format"],
        asked_by=row["asked_by"],
        has_contacts=bool(row["has_contacts"]),
        state=row["state"],
        rows=row["rows"],
        expires_at=from_micros(row["expires_at"]),
    )


_DEFINE = """
insert into segment (name, text, note, version, author, changed_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (name) do update set text = excluded.text, note = excluded.note,
  version = excluded.version, author = excluded.author, changed_at = excluded.changed_at
"""
_ASK = """
insert into segment_run (id, name, text, version, state, asked_by, asked_at, is_estimate,
                         as_of, size, joined, gone, error)
values ($1, $2, $3, $4, $5, $6, $7, $8, null, 0, 0, 0, '')
"""
_LAST = """
select * from segment_run where id in (
  select max(id) from segment_run where state = $1 and not is_estimate group by name)
"""
_PRESENT = "select person_id from segment_member where name = $1 and until_run is null"
_LEAVE = """
update segment_member set until_run = $3
where name = $1 and person_id = $2 and until_run is null
"""
_JOIN = """
insert into segment_member (id, name, person_id, from_run, until_run)
values ($1, $2, $3, $4, null)
"""
_FINISH = """
update segment_run set state = $2, as_of = $3, size = $4, joined = $5, gone = $6 where id = $1
"""
_MEMBERS = """
select person_id from segment_member
where name = $1 and from_run <= $2 and (until_run is null or until_run > $2) and person_id > $3
order by person_id limit $4
"""
_ASK_FILE = """
insert into segment_file (id, run_id, format, asked_by, has_contacts, state, rows, asked_at,
                          expires_at)
values ($1, $2, $3, $4, $5, $6, 0, $7, $8)
"""
