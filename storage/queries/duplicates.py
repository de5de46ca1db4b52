"""Who is there already: leads of the persons behind identities, companies and names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.values import ContactKey, PersonId
from storage.repositories.leads import lead_of

if TYPE_CHECKING:
    from storage.protocols import Row, Transaction
    from storage.vault import Vault

#: Persons listed at most for one company or name.
MOST = 20

_LEADS = (
    "select l.*, p.id as root_id, m.company_id as own_company_id, coalesce(nullif(p.name, ''),"
    " m.name) as name from person m join person p on p.id = m.root_id"
    " join lead l on l.person_id = m.id where {test} order by l.score_composite desc, l.id"
    f" limit {MOST}"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A lead that is there already, with its person and, if by company, which one."""

    lead: Lead
    root_id: PersonId
    name: str
    company_id: int | None


async def leads_of_keys(
    tx: Transaction, vault: Vault, keys: Iterable[ContactKey]
) -> tuple[Known, ...]:
    """Return all leads of whoever is behind identities, the best first; with one statement.

    Leads of persons that were found to be one with them count too.
    """
    keys = list(keys)
    lookups = [blind for key in keys for blind in vault.blinds(key.kind, key.value).values()]
    test = (
        "m.root_id in (select h.root_id from identity i join person h on h.id = i.person_id"
        f" where {tx.any_of('i.kind', 1)} and {tx.any_of('i.lookup', 2)})"
    )
    kinds = sorted({key.kind.value for key in keys})
    rows = await tx.fetch(_LEADS.format(test=test), tx.array(kinds), tx.array(lookups))
    return tuple(map(_known, rows))


async def leads_of_companies(tx: Transaction, companies: Sequence[int]) -> tuple[Known, ...]:
    """Return leads of people who work for one of the companies, the best first."""
    if not companies:
        return ()
    rows = await tx.fetch(_LEADS.format(test=tx.any_of("m.company_id", 1)), tx.array(companies))
    return tuple(map(_known, rows))


def _known(row: Row) -> Known:
    return Known(lead_of(row), PersonId(row["root_id"]), row["name"], row["own_company_id"])
