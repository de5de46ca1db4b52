"""Pages of persons whose leads are scored, in the order of their ids."""

from __future__ import annotations

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
where l.stage <> 'invalid' and p.root_id > $1
order by p.root_id limit $2
"""


async def stale_roots(
    tx: Transaction, version: int, after: PersonId, limit: int
) -> tuple[PersonId, ...]:
    """Return persons with an open lead that another version of the rules has scored."""
    rows = await tx.fetch(_STALE, version, after, limit)
    return tuple(PersonId(row["root_id"]) for row in rows)


async def open_roots(tx: Transaction, after: PersonId, limit: int) -> tuple[PersonId, ...]:
    """Return persons with an open lead."""
    rows = await tx.fetch(_OPEN, after, limit)
    return tuple(PersonId(row["root_id"]) for row in rows)
