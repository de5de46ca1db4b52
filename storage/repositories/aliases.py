"""Other names of companies that were said while the service runs, through one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.values import PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Row, Transaction

#: Whoever changes aliases holds it: they are checked against each other.
_LOCK = b"clew company aliases"


@dataclass(frozen=True, slots=True)
class SaidAlias:
    """Another name of a company, and who said so when."""

    company: str
    alias: str
    by: str
    at: datetime


class CompanyAliases:
    """The table, through one transaction."""

    def __init__(self, tx: Transaction) -> None:
        """Belong to one transaction."""
        self._tx = tx

    async def lock(self) -> None:
        """Let nobody else change aliases until the end of the transaction."""
        await self._tx.lock_keys([_LOCK])

    async def in_force(self) -> tuple[SaidAlias, ...]:
        """Return the aliases in force, the oldest first."""
        rows = await self._tx.fetch(
            "select * from company_alias where ended_at is null order by id"
        )
        return tuple(map(_alias, rows))

    async def add(self, ids: Ids, said: SaidAlias) -> None:
        """Keep an alias. Call :meth:`lock` before."""
        await self._tx.execute(
            "insert into company_alias (id, company, alias, created_by, created_at, ended_by)"
            " values ($1, $2, $3, $4, $5, '')",
            ids.next(),
            said.company,
            said.alias,
            said.by,
            to_micros(said.at),
        )

    async def end(self, aliases: Sequence[str], by: str, at: datetime) -> int:
        """Let aliases, as they were said, be none any more; return how many were in force."""
        return await self._tx.execute(
            "update company_alias set ended_by = $2, ended_at = $3"
            f" where ended_at is null and {self._tx.any_of('alias', 1)}",
            self._tx.array(list(aliases)),
            by,
            to_micros(at),
        )


def _alias(row: Row) -> SaidAlias:
    return SaidAlias(
        row["company"], row["alias"], row["created_by"], from_micros(row["created_at"])
    )


async def people_of_brands(
    tx: Transaction, brands: Sequence[str], after: PersonId, limit: int
) -> tuple[PersonId, ...]:
    """Return people beyond id ``after`` who work for a company of one of these brands."""
    rows = await tx.fetch(
        "select id from person where id > $2 and company_id in (select b.company_id"
        f" from company_block b where {tx.any_of('b.block', 1)}) order by id limit $3",
        tx.array([f"={brand}" for brand in brands]),
        after,
        limit,
    )
    return tuple(PersonId(row["id"]) for row in rows)
