"""Where twins are looked for: companies by brand and characters, persons by blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.matching.company import CompanyKey, CompanyMatch, blocks_of, compare_companies
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


async def companies_like(tx: Transaction, key: CompanyKey) -> tuple[KnownCompany, ...]:
    """Return companies that are, or may be, the one of ``key``, the most alike first."""
    blocks = [block[:_LONGEST_BLOCK] for block in blocks_of(key)]
    exact = await tx.fetch(
        "select c.id, c.name, c.normal_name from company_block b join company c"
        f" on c.id = b.company_id where b.block = $1 order by c.id limit {MOST_CANDIDATES}",
        blocks[0] if blocks else "",
    )
    rows = {row["id"]: row for row in exact}
    if len(blocks) > 1:
        shared = await tx.fetch(_SHARING.format(any_of=tx.any_of("block", 1)), tx.array(blocks[1:]))
        rows |= {row["id"]: row for row in shared}
    known = (_known(row, key) for row in rows.values())
    near = [company for company in known if company.match is not CompanyMatch.APART]
    return tuple(sorted(near, key=lambda c: (-c.likeness, c.id)))


_SHARING = (
    "select c.id, c.name, c.normal_name from company c join (select company_id, count(*) as shared"
    " from company_block where {any_of} group by company_id"
    f" order by count(*) desc, company_id limit {MOST_CANDIDATES}) b on b.company_id = c.id"
)


def _known(row: Row, key: CompanyKey) -> KnownCompany:
    place, brand, business = row["normal_name"].split("|", 2)
    match, likeness = compare_companies(key, CompanyKey(brand, place, business))
    return KnownCompany(row["id"], row["name"], match, likeness)
