"""Where twins are looked for: companies by brand and characters, persons by blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
from domain.values import PersonId
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import IdSource

#: A block that more persons share tells nobody from others.
LARGEST_BLOCK = 200
#: Companies weighed at most for one look-up: those that share most characters first.
MOST_CANDIDATES = 200
_LONGEST_NAME = 256
_LONGEST_BLOCK = 80
_LONGEST_PERSON_BLOCK = 200

INSERT_COMPANY = """
insert into company (id, name, normal_name, created_at) values ($1, $2, $3, $4)
on conflict (normal_name) do nothing
"""
INSERT_COMPANY_BLOCK = """
insert into company_block (id, company_id, block) values ($1, $2, $3)
on conflict (block, company_id) do nothing
"""
INSERT_PERSON_BLOCK = """
insert into person_block (id, person_id, block) values ($1, $2, $3)
on conflict (block, person_id) do nothing
"""


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A stored company, how it stands to the one looked for, and how alike they are (0–1)."""

    id: int
    name: str
    match: CompanyMatch
    likeness: float


class Twins:
    """Companies and blocks through one transaction."""

    def __init__(self, tx: Transaction, ids: IdSource) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids

    async def company(self, name: str, key: CompanyKey, at: datetime) -> int:
        """Return the id of the company of this normal name, stored when it is new."""
        normal = key.normal[:_LONGEST_NAME]
        known = await self._company_id(normal)
        if known is not None:
            return known
        fresh = self._ids.next()
        await self._tx.execute(INSERT_COMPANY, fresh, name[:_LONGEST_NAME], normal, to_micros(at))
        stored = await self._company_id(normal)
        if stored != fresh:  # another process was first
            return fresh if stored is None else stored
        await self._tx.execute_set(
            INSERT_COMPANY_BLOCK,
            [(self._ids.next(), fresh, block[:_LONGEST_BLOCK]) for block in blocks_of(key)],
        )
        return fresh

    async def _company_id(self, normal: str) -> int | None:
        row = await self._tx.fetch_one("select id from company where normal_name = $1", normal)
        return None if row is None else int(row["id"])

    async def put_blocks(self, person_id: PersonId, blocks: Collection[str]) -> None:
        """Let the person be looked for under ``blocks`` and no others."""
        cut = sorted({block[:_LONGEST_PERSON_BLOCK] for block in blocks})
        kept = self._tx.any_of("block", 2)
        await self._tx.execute(
            f"delete from person_block where person_id = $1 and not ({kept})",
            person_id,
            self._tx.array(cut),
        )
        rows = [(self._ids.next(), person_id, block) for block in cut]
        if rows:
            await self._tx.execute_set(INSERT_PERSON_BLOCK, rows)

    async def sharing(self, blocks: Iterable[str], besides: PersonId) -> tuple[PersonId, ...]:
        """Return who stands in one of the ``blocks``; blocks too large are passed over."""
        found: set[PersonId] = set()
        for block in sorted({block[:_LONGEST_PERSON_BLOCK] for block in blocks}):
            rows = await self._tx.fetch(
                f"select person_id from person_block where block = $1 limit {LARGEST_BLOCK + 1}",
                block,
            )
            if len(rows) <= LARGEST_BLOCK:
                found.update(PersonId(row["person_id"]) for row in rows)
        return tuple(sorted(found - {besides}))


async def reblock_companies(tx: Transaction, ids: IdSource, after: int, limit: int) -> int:
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
