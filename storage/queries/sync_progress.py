"""How far a synchronisation has come, for whoever waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from storage.moments import from_micros, moment_or_none

if TYPE_CHECKING:
    from storage.protocols import Transaction

_RUN = "select * from sync_run order by id desc limit 1"
_LISTS = """
select kind, count(*) as lists, sum(case when state = 'done' then 1 else 0 end) as done,
       sum(items) as items
from sync_part where run_id = $1 group by kind order by kind
"""
_FAILED_PARTS = """
select kind, about, error from sync_part where run_id = $1 and state = 'failed' order by id
"""
# Requests that were given up without an answer: the network, or a defect.
_FAILED_FETCHES = """
select p.kind, p.about, f.error from sync_part p
join platform_fetch f on f.kind = 'sync_page' and f.subject = cast(p.id as text)
where p.run_id = $1 and p.state = 'open' and f.state = 'failed' order by p.id
"""
_ASKED = """
select count(*) as found from sync_part p
join platform_fetch f on f.kind = 'sync_page' and f.subject = cast(p.id as text)
where p.run_id = $1 and p.state = 'open' and f.state = 'open'
"""
_WAITING = """
select f.error from sync_part p
join platform_fetch f on f.kind = 'sync_page' and f.subject = cast(p.id as text)
where p.run_id = $1 and p.state = 'open' and f.state = 'open' and f.error <> '' limit 1
"""
_GROUPS_AHEAD = """
select count(*) as found from sync_seen s
left join customer_group g on g.chat_id = s.subject
where s.run_id = $1 and s.kind = 'group' and coalesce(g.generation, 0) < $2 and not exists (
  select 1 from platform_fetch f
  where f.kind = 'group_chat' and f.subject = s.subject and f.state = 'failed')
"""


@dataclass(frozen=True, slots=True)
class ListProgress:
    """Lists of one kind: how many there are, how many were read, the entries taken in."""

    kind: str
    lists: int
    done: int
    items: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A list that is not read any more: of which kind, about whom, and why."""

    kind: str
    about: str
    error: str


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """The newest run. ``groups_ahead`` are groups whose details did not come yet.

    ``waits_because`` is what a request met that will be repeated, empty when none waits.
    ``asked`` counts pages that are asked for and did not come yet; with ``is_parked``
    none is, and one that came keeps failing.
    """

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    lists: tuple[ListProgress, ...]
    failures: tuple[Failure, ...]
    groups_ahead: int
    waits_because: str = ""
    asked: int = 0
    is_parked: bool = False

    @property
    def is_blocked(self) -> bool:
        """Nothing more will come before an operator acts."""
        return self.waits_because.startswith("operator ")

    @property
    def is_over(self) -> bool:
        """Nothing more will come by itself."""
        given_up = any(list_.done < list_.lists for list_ in self.lists) and self.is_stuck
        return given_up or (self.finished_at is not None and not self.groups_ahead)

    @property
    def is_stuck(self) -> bool:
        """Every list that was not read to its end was given up."""
        left = sum(list_.lists - list_.done for list_ in self.lists)
        return 0 < left <= len(self.failures)


async def sync_progress(tx: Transaction) -> SyncProgress | None:
    """Return how far the newest run has come; None when there was none."""
    run = await tx.fetch_one(_RUN)
    if run is None:
        return None
    lists = [
        ListProgress(row["kind"], int(row["lists"]), int(row["done"]), int(row["items"]))
        for row in await tx.fetch(_LISTS, run["id"])
    ]
    failed = [
        *await tx.fetch(_FAILED_PARTS, run["id"]),
        *await tx.fetch(_FAILED_FETCHES, run["id"]),
    ]
    ahead = await tx.fetch_one(_GROUPS_AHEAD, run["id"], run["started_at"])
    waiting = await tx.fetch_one(_WAITING, run["id"])
    asked = await tx.fetch_one(_ASKED, run["id"])
    return SyncProgress(
        run_id=run["id"],
        started_at=from_micros(run["started_at"]),
        finished_at=moment_or_none(run["finished_at"]),
        lists=tuple(lists),
        failures=tuple(Failure(row["kind"], row["about"], row["error"]) for row in failed),
        groups_ahead=int(ahead["found"]) if ahead else 0,
        waits_because=waiting["error"] if waiting else "",
        asked=int(asked["found"]) if asked else 0,
    )
