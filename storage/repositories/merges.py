"""Who was found to be whom, what that changed, and what a human has to decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.values import LeadId, PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids


class ReviewState(StrEnum):
    """How a doubt stands."""

    OPEN = "open"
    MERGED = "merged"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two persons who may be one; ``score`` is in bits, ``reasons`` are fields and weights."""

    person_id: PersonId
    other_id: PersonId
    reason: str
    score: float | None = None
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A doubt in the review queue."""

    id: int
    doubt: Doubt
    state: ReviewState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MergeLink:
    """``from_id`` was found to be ``to_id``; both spoke for their groups then."""

    id: int
    from_id: PersonId
    to_id: PersonId
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class MergeChange:
    """A lead that a merge closed in favour of ``kept_id``: images as JSON."""

    id: int
    lead_id: LeadId
    kept_id: LeadId
    before: str
    after: str
    kept_before: str
    is_undone: bool = False


class Merges:
    """Links, changes and doubts of one transaction."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids

    # ------------------------------------------------------------- the ledger

    async def link(self, from_id: PersonId, to_id: PersonId, reason: str, at: datetime) -> int:
        """Write down a merge and return the number of the link."""
        link_id = self._ids.next()
        await self._tx.execute(
            "insert into merge_link (id, from_id, to_id, reason, since)"
            " values ($1, $2, $3, $4, $5)",
            link_id,
            from_id,
            to_id,
            reason,
            to_micros(at),
        )
        return link_id

    async def changed(self, link_id: int, change: MergeChange) -> None:
        """Write down what a merge did to two leads."""
        await self._tx.execute(
            "insert into merge_change (id, link_id, lead_id, kept_id, before, after, kept_before)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            change.id,
            link_id,
            change.lead_id,
            change.kept_id,
            change.before,
            change.after,
            change.kept_before,
        )

    async def changes_of(self, leads: Iterable[LeadId]) -> tuple[MergeChange, ...]:
        """Return every change that has to do with these leads, the oldest first."""
        rows = await self._tx.fetch(
            f"select * from merge_change where {self._tx.any_of('lead_id', 1)}"
            f" or {self._tx.any_of('kept_id', 1)} order by id",
            self._tx.array(sorted(leads)),
        )
        return tuple(map(_change, rows))

    async def undone(self, changes: Iterable[int], at: datetime) -> None:
        """Mark changes as put back."""
        await self._tx.execute(
            f"update merge_change set undone_at = $2 where {self._tx.any_of('id', 1)}",
            self._tx.array(sorted(changes)),
            to_micros(at),
        )

    async def links_among(self, people: Iterable[PersonId]) -> tuple[MergeLink, ...]:
        """Return the links that hold among these persons, the oldest first."""
        rows = await self._tx.fetch(
            f"select * from merge_link where {self._tx.any_of('from_id', 1)}"
            " and ended_at is null order by id",
            self._tx.array(sorted(people)),
        )
        return tuple(map(merge_link_of, rows))

    async def link_of(self, link_id: int) -> MergeLink | None:
        """Return a link that still holds, or None."""
        row = await self._tx.fetch_one(
            "select * from merge_link where id = $1 and ended_at is null", link_id
        )
        return None if row is None else merge_link_of(row)

    async def end(self, link_id: int, at: datetime) -> bool:
        """End a link; False when it had ended before."""
        ended = await self._tx.execute(
            "update merge_link set ended_at = $2 where id = $1 and ended_at is null",
            link_id,
            to_micros(at),
        )
        return ended == 1

    async def gather(self, from_id: LeadId, to_id: LeadId, rule: str, at: datetime) -> None:
        """Link a lead that came in again to its source lead, once."""
        await self._tx.execute(
            "insert into lead_link (id, from_id, to_id, rule, since) values ($1, $2, $3, $4, $5)"
            " on conflict (from_id, to_id) do update set ended_at = null",
            self._ids.next(),
            from_id,
            to_id,
            rule,
            to_micros(at),
        )

    async def scatter(self, leads: Iterable[LeadId], at: datetime) -> None:
        """End the links of leads to their source leads."""
        await self._tx.execute(
            f"update lead_link set ended_at = $2 where {self._tx.any_of('from_id', 1)}"
            " and ended_at is null",
            self._tx.array(sorted(leads)),
            to_micros(at),
        )

    # ------------------------------------------------------------- the review queue

    async def doubt(self, doubt: Doubt, at: datetime) -> None:
        """Put two persons into the review queue, once per pair and reason."""
        low, high = sorted((doubt.person_id, doubt.other_id))
        await self._tx.execute(
            "insert into review (id, kind, person_id, other_id, reason, dedupe_key, state,"
            " created_at, score, reasons, decided_by)"
            " values ($1, 'same_person', $2, $3, $4, $5, 'open', $6, $7, $8, '')"
            " on conflict (dedupe_key) do nothing",
            self._ids.next(),
            low,
            high,
            doubt.reason,
            f"{doubt.reason}:{low}:{high}",
            to_micros(at),
            doubt.score,
            doubt.reasons,
        )

    async def keep_apart(self, one: PersonId, other: PersonId, by: str, at: datetime) -> None:
        """Remember that a human said two persons are not one: nothing joins them again."""
        low, high = sorted((one, other))
        await self._tx.execute(
            "insert into review (id, kind, person_id, other_id, reason, dedupe_key, state,"
            " created_at, decided_by, decided_at)"
            " values ($1, 'same_person', $2, $3, 'unmerged', $4, 'apart', $5, $6, $5)"
            " on conflict (dedupe_key) do update set state = 'apart'",
            self._ids.next(),
            low,
            high,
            f"unmerged:{low}:{high}",
            to_micros(at),
            by,
        )

    async def are_apart(self, group: Iterable[PersonId], other: Iterable[PersonId]) -> bool:
        """Tell whether a human keeps somebody of one group apart from somebody of the other."""
        left, right = self._tx.array(sorted(group)), self._tx.array(sorted(other))
        either = (
            f"({self._tx.any_of('person_id', 1)} and {self._tx.any_of('other_id', 2)})"
            f" or ({self._tx.any_of('person_id', 2)} and {self._tx.any_of('other_id', 1)})"
        )
        row = await self._tx.fetch_one(
            f"select 1 as found from review where state = 'apart' and ({either}) limit 1",
            left,
            right,
        )
        return row is not None

    async def open_reviews(self, limit: int, offset: int = 0) -> Sequence[Review]:
        """Return what waits for a decision, the surest first, then the oldest.

        What was put off comes behind, the longest ago first.
        """
        rows = await self._tx.fetch(
            "select * from review where state = 'open' and kind = 'same_person'"
            " order by coalesce(put_off_at, 0), coalesce(score, 0) desc, id limit $1 offset $2",
            limit,
            offset,
        )
        return [_review(row) for row in rows]

    async def put_off(self, review_id: int, at: datetime) -> bool:
        """Let an open review come behind all others; False when it was settled before."""
        put_off = await self._tx.execute(
            "update review set put_off_at = $2 where id = $1 and state = 'open'",
            review_id,
            to_micros(at),
        )
        return put_off == 1

    async def review(self, review_id: int) -> Review | None:
        """Return a review by number."""
        row = await self._tx.fetch_one("select * from review where id = $1", review_id)
        return None if row is None else _review(row)

    async def decide(self, review_id: int, state: ReviewState, by: str, at: datetime) -> bool:
        """Settle an open review; False when it was settled before."""
        settled = await self._tx.execute(
            "update review set state = $2, decided_by = $3, decided_at = $4"
            " where id = $1 and state = 'open'",
            review_id,
            state.value,
            by,
            to_micros(at),
        )
        return settled == 1


def merge_link_of(row: Row) -> MergeLink:
    """Return the link of a row of ``merge_link``."""
    return MergeLink(
        row["id"],
        PersonId(row["from_id"]),
        PersonId(row["to_id"]),
        row["reason"],
        from_micros(row["since"]),
    )


def _change(row: Row) -> MergeChange:
    return MergeChange(
        row["id"],
        LeadId(row["lead_id"]),
        LeadId(row["kept_id"]),
        row["before"],
        row["after"],
        row["kept_before"],
        row["undone_at"] is not None,
    )


def _review(row: Row) -> Review:
    doubt = Doubt(
        PersonId(row["person_id"]),
        PersonId(row["other_id"]),
        row["reason"],
        row["score"],
        row["reasons"] or "",
    )
    return Review(row["id"], doubt, ReviewState(row["state"]), from_micros(row["created_at"]))
