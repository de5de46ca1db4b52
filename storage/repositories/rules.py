"""Versions of the rule tables: texts that people wrote, and which of them is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.scoring.tables import RuleFrame
from domain.scoring.trial import Trial
from domain.scoring.version import RuleState, RuleVersion
from storage.moments import from_micros, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.protocols import Row, Transaction

#: Whoever changes versions holds it: numbers are given out and one is published at a time.
_LOCK = b"clew rule versions"

_IN_FORCE = "select max(number) as number from rule_version where state = 'published'"
_AT = """
select * from rule_version where published_at <= $1 order by published_at desc, number desc limit 1
"""
_FIRST = "select * from rule_version where published_at is not null order by number limit 1"
_ONE = "select * from rule_version where number = $1"
_NEWEST = "select * from rule_version order by number desc limit $1"
_LAST = "select coalesce(max(number), 0) as number from rule_version"
_WAITING = "select * from rule_version where trial_for <> '' order by number limit 1"
_INSERT = """
insert into rule_version (number, name, state, sources, frame, author, note, created_at,
                          trial_for, trial, published_by)
values ($1, $2, 'draft', $3, $4, $5, $6, $7, '', '', '')
"""
_ASK_TRIAL = "update rule_version set trial_for = $2 where number = $1"
_TRIED = """
update rule_version set trial = $2, tried_at = $3, trial_for = '',
  state = case when state = 'draft' then 'tried' else state end
where number = $1
"""
_RETIRE = "update rule_version set state = 'retired', retired_at = $1 where state = 'published'"
_PUBLISH = """
update rule_version set state = 'published', published_by = $2, published_at = $3 where number = $1
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to become a version; ``least`` is the lowest number that it may get."""

    name: str
    sources: Mapping[str, str]
    frame: RuleFrame
    author: str
    note: str = ""
    least: int = 1


class Rules:
    """All versions, through one transaction."""

    def __init__(self, tx: Transaction) -> None:
        """Belong to one transaction."""
        self._tx = tx

    async def lock(self) -> None:
        """Let nobody else change versions until the end of the transaction."""
        await self._tx.lock_keys([_LOCK])

    async def in_force(self) -> int:
        """Return the number of the published version; 0 when none was ever kept."""
        row = await self._tx.fetch_one(_IN_FORCE)
        return int(row["number"] or 0) if row else 0

    async def at(self, moment: datetime) -> RuleVersion | None:
        """Return the version that was in force at a moment; None before the first."""
        row = await self._tx.fetch_one(_AT, to_micros(moment))
        return _version(row) if row else None

    async def first(self) -> RuleVersion | None:
        """Return the first version that was ever in force."""
        row = await self._tx.fetch_one(_FIRST)
        return _version(row) if row else None

    async def version(self, number: int) -> RuleVersion | None:
        """Return one version."""
        row = await self._tx.fetch_one(_ONE, number)
        return _version(row) if row else None

    async def newest(self, most: int) -> tuple[RuleVersion, ...]:
        """Return the newest versions, the newest first."""
        return tuple(map(_version, await self._tx.fetch(_NEWEST, most)))

    async def waiting_for_trial(self) -> RuleVersion | None:
        """Return a version whose trial was asked for and not made yet."""
        row = await self._tx.fetch_one(_WAITING)
        return _version(row) if row else None

    async def add(self, draft: Draft, now: datetime) -> int:
        """Keep a draft; return its number. Call :meth:`lock` before."""
        row = await self._tx.fetch_one(_LAST)
        number = max(draft.least, (int(row["number"]) if row else 0) + 1)
        await self._tx.execute(
            _INSERT,
            number,
            draft.name,
            msgspec.json.encode(dict(draft.sources)).decode(),
            frame_text(draft.frame),
            draft.author,
            draft.note,
            to_micros(now),
        )
        return number

    async def ask_trial(self, number: int, userid: str) -> None:
        """Let the version be tried, and the result be told to somebody."""
        await self._tx.execute(_ASK_TRIAL, number, userid)

    async def put_trial(self, number: int, trial: Trial, now: datetime) -> None:
        """Keep what a trial found; a draft has been tried then."""
        await self._tx.execute(_TRIED, number, msgspec.json.encode(trial).decode(), to_micros(now))

    async def publish(self, number: int, by: str, now: datetime) -> None:
        """Put a version in force, in the place of the one before. Call :meth:`lock` before."""
        stamp = to_micros(now)
        await self._tx.execute(_RETIRE, stamp)
        await self._tx.execute(_PUBLISH, number, by, stamp)


def frame_text(frame: RuleFrame) -> str:
    """Return a frame as it is kept: equal frames are equal texts."""
    plain = {"points": dict(frame.points), "interactions": sorted(frame.interactions)}
    return msgspec.json.encode(plain, order="sorted").decode()


def _version(row: Row) -> RuleVersion:
    return RuleVersion(
        number=row["number"],
        name=row["name"],
        state=RuleState(row["state"]),
        sources=msgspec.json.decode(row["sources"], type=dict[str, str]),
        frame=msgspec.json.decode(row["frame"], type=RuleFrame),
        author=row["author"],
        note=row["note"],
        created_at=from_micros(row["created_at"]),
        trial_for=row["trial_for"],
        trial=msgspec.json.decode(row["trial"], type=Trial) if row["trial"] else None,
        tried_at=moment_or_none(row["tried_at"]),
        published_by=row["published_by"],
        published_at=moment_or_none(row["published_at"]),
        retired_at=moment_or_none(row["retired_at"]),
    )
