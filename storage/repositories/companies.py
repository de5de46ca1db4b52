"""Where companies are looked for: by name, by brand and by characters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.matching.company import (
    BRAND_BLOCK,
    SOUND_BLOCK,
    CompanyKey,
    CompanyMatch,
    blocks_of,
    compare_companies,
)
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids

#: Companies weighed at most for one look-up: those that share most characters first.
MOST_CANDIDATES = 200
_LONGEST_NAME = 256
_LONGEST_BLOCK = 80

INSERT_COMPANY = """
insert into company (id, name, normal_name, created_at) values ($1, $2, $3, $4)
on conflict (normal_name) do nothing
"""
INSERT_COMPANY_BLOCK = """
insert into company_block (id, company_id, block) values ($1, $2, $3)
on conflict (block, company_id) do nothing
"""


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A stored company, how it stands to the one looked for, and how alike they are (0–1)."""

    id: int
    name: str
    match: CompanyMatch
    likeness: float


class Companies:
    """Companies that were named, through one transaction."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids
        #: By normal name, what this transaction has seen.
        self._known: dict[str, int] = {}

    async def id_of(self, name: str, key: CompanyKey, at: datetime) -> int:
        """Return the id of the company of this normal name, stored when it is new."""
        if _normal(key) not in self._known:
            await self.store([(name, key)], at)
        return self._known[_normal(key)]

    async def store(self, named: Iterable[tuple[str, CompanyKey]], at: datetime) -> None:
        """Know companies by name and key, those that are new are stored: all at once."""
        missing: dict[str, tuple[str, CompanyKey]] = {}
        for name, key in named:
            if _normal(key) not in self._known:
                missing.setdefault(_normal(key), (name, key))
        if not missing:
            return
        await self._look(missing)
        new = {n: (self._ids.next(), *one) for n, one in missing.items() if n not in self._known}
        if not new:
            return
        await self._tx.execute_set(
            INSERT_COMPANY,
            [(i, name[:_LONGEST_NAME], n, to_micros(at)) for n, (i, name, _) in new.items()],
        )
        await self._look(new)
        blocks = [
            (self._ids.next(), fresh, block[:_LONGEST_BLOCK])
            for n, (fresh, _, key) in new.items()
            if self._known[n] == fresh  # else another process was first
            for block in blocks_of(key)
        ]
        if blocks:
            await self._tx.execute_set(INSERT_COMPANY_BLOCK, blocks)

    async def _look(self, names: Iterable[str]) -> None:
        rows = await self._tx.fetch(
            f"select id, normal_name from company where {self._tx.any_of('normal_name', 1)}",
            self._tx.array(list(names)),
        )
        self._known |= {row["normal_name"]: int(row["id"]) for row in rows}


def _normal(key: CompanyKey) -> str:
    return key.normal[:_LONGEST_NAME]


async def reblock_companies(tx: Transaction, ids: Ids, after: int, limit: int) -> int:
    """Let the companies beyond id ``after`` be looked for under all their keys.

    For those stored before there was one of the keys. Return the last id looked at, 0 at the end.
    """
    rows = await tx.fetch(
        "select id, normal_name from company where id > $1 order by id limit $2", after, limit
    )
    fresh = [
        (ids.next(), row["id"], block[:_LONGEST_BLOCK])
        for row in rows
        for block in blocks_of(_key_of(row))
    ]
    if fresh:
        await tx.execute_set(INSERT_COMPANY_BLOCK, fresh)
    return int(rows[-1]["id"]) if rows else 0


async def companies_like(tx: Transaction, key: CompanyKey) -> tuple[KnownCompany, ...]:
    """Return companies that are, or may be, the one of ``key``, the most alike first."""
    blocks = [block[:_LONGEST_BLOCK] for block in blocks_of(key)]
    whole = [block for block in blocks if block.startswith((BRAND_BLOCK, SOUND_BLOCK))]
    rows: dict[int, Row] = {}
    for block in whole:
        rows |= {row["id"]: row for row in await tx.fetch(_STANDING_UNDER, block)}
    pairs = [block for block in blocks if block not in whole]
    if pairs:
        shared = await tx.fetch(_SHARING.format(any_of=tx.any_of("block", 1)), tx.array(pairs))
        rows |= {row["id"]: row for row in shared}
    known = (_known(row, key) for row in rows.values())
    near = [company for company in known if company.match is not CompanyMatch.APART]
    return tuple(sorted(near, key=lambda c: (-c.likeness, c.id)))


_STANDING_UNDER = (
    "select c.id, c.name, c.normal_name from company_block b join company c"
    f" on c.id = b.company_id where b.block = $1 order by c.id limit {MOST_CANDIDATES}"
)
_SHARING = (
    "select c.id, c.name, c.normal_name from company c join (select company_id, count(*) as shared"
    " from company_block where {any_of} group by company_id"
    f" order by count(*) desc, company_id limit {MOST_CANDIDATES}) b on b.company_id = c.id"
)


def _known(row: Row, key: CompanyKey) -> KnownCompany:
    match, likeness = compare_companies(key, _key_of(row))
    return KnownCompany(row["id"], row["name"], match, likeness)


def _key_of(row: Row) -> CompanyKey:
    place, brand, business = row["normal_name"].split("|", 2)
    return CompanyKey(brand, place, business)
