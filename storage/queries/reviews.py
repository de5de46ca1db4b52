"""How long the review queue is, and which persons were merged last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.repositories.merges import MergeLink, merge_link_of

if TYPE_CHECKING:
    from storage.protocols import Transaction


async def count_reviews(tx: Transaction) -> int:
    """Return how many doubts wait for a decision."""
    row = await tx.fetch_one(
        "select count(*) as found from review where state = 'open' and kind = 'same_person'"
    )
    return int(row["found"]) if row else 0


async def latest_merges(tx: Transaction, limit: int, offset: int = 0) -> tuple[MergeLink, ...]:
    """Return the links that hold, the latest first."""
    rows = await tx.fetch(
        "select * from merge_link where ended_at is null order by id desc limit $1 offset $2",
        limit,
        offset,
    )
    return tuple(map(merge_link_of, rows))
