"""Pages of persons, in the order of their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.values import PersonId

if TYPE_CHECKING:
    from storage.protocols import Transaction

_COUNT = "select count(*) as found from person where root_id = id"
# A multiplicative hash: a sample that depends on nothing but the ids.
_SAMPLE = """
select id from person where root_id = id and (id / 64 * 7919) % 1000003 < $1 order by id limit $2
"""
_HASH = 1_000_003
_PAGE = "select id from person where root_id = id and id > $1 order by id limit $2"


async def roots_after(tx: Transaction, after: PersonId, limit: int) -> list[PersonId]:
    """Return the next persons that speak for themselves and whoever was merged into them."""
    return [PersonId(row["id"]) for row in await tx.fetch(_PAGE, after, limit)]


async def count_roots(tx: Transaction) -> int:
    """Return how many persons there are."""
    row = await tx.fetch_one(_COUNT)
    return int(row["found"]) if row else 0


async def count_events_since(tx: Transaction, first_id: int) -> int:
    """Return how many events have a number from ``first_id`` up."""
    row = await tx.fetch_one("select count(*) as found from event where id >= $1", first_id)
    return int(row["found"]) if row else 0


async def sampled_roots(tx: Transaction, everybody: int, size: int) -> list[PersonId]:
    """Return everybody when they are at most ``size``, else about ``size`` of them."""
    if everybody <= size:
        return await roots_after(tx, PersonId(0), size)
    share = min(1.0, size / everybody)
    rows = await tx.fetch(_SAMPLE, round(_HASH * share), 2 * size)
    return [PersonId(row["id"]) for row in rows]
