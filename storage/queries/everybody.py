"""Pages of persons, in the order of their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.values import PersonId

if TYPE_CHECKING:
    from storage.protocols import Transaction

_PAGE = "select id from person where root_id = id and id > $1 order by id limit $2"


async def roots_after(tx: Transaction, after: PersonId, limit: int) -> list[PersonId]:
    """Return the next persons that speak for themselves and whoever was merged into them."""
    return [PersonId(row["id"]) for row in await tx.fetch(_PAGE, after, limit)]
