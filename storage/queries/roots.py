"""Pages of persons whose leads are scored, in the order of their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.values import PersonId

if TYPE_CHECKING:
    from storage.protocols import Transaction

_STALE = """
select distinct p.root_id from lead l join person p on p.id = l.person_id
where l.rules_version <> $1 and l.stage <> 'invalid' and p.root_id > $2
order by p.root_id limit $3
"""
_OPEN = """
select distinct p.root_id from lead l join person p on p.id = l.person_id
where l.stage <> 'invalid' and p.root_id > $1 and p.root_id % $2 = $3
order by p.root_id limit $4
"""
_COUNT = "select count(*) as found from lead where stage <> 'invalid'"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The persons whose number leaves ``index`` when divided by ``of``."""

    index: int = 0
    of: int = 1


EVERYBODY = Bucket()


async def stale_roots(
    tx: Transaction, version: int, after: PersonId, limit: int
) -> tuple[PersonId, ...]:
    """Return persons with an open lead that another version of the rules has scored."""
    rows = await tx.fetch(_STALE, version, after, limit)
    return tuple(PersonId(row["root_id"]) for row in rows)


async def open_roots(
    tx: Transaction, after: PersonId, limit: int, bucket: Bucket = EVERYBODY
) -> tuple[PersonId, ...]:
    """Return persons with an open lead."""
    rows = await tx.fetch(_OPEN, after, bucket.of, bucket.index, limit)
    return tuple(PersonId(row["root_id"]) for row in rows)


async def count_open_leads(tx: Transaction) -> int:
    """Return how many leads are open."""
    row = await tx.fetch_one(_COUNT)
    return int(row["found"]) if row else 0
