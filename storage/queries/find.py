"""Find leads by what a person types: a name, a full phone, its last four digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.values import IdentityKind, PersonId
from storage.repositories.leads import lead_of
from storage.repositories.person_rows import TAIL_KIND

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.vault import Vault

#: More hits than this are not listed; the user is asked to be more precise.
MOST = 10
TAIL_LENGTH = 4

# A name may stand with whoever it came in with: any member of a merge group.
_SELECT = (
    "select l.*, p.id as root_id, coalesce(nullif(p.name, ''),"
    " (select min(h.name) from person h where h.root_id = p.id and h.name <> ''), '') as name"
    " from lead l join person m on m.id = l.person_id"
    " join person p on p.id = m.root_id where l.stage <> 'invalid' and "
)
_CALLED = "p.id in (select h.root_id from person h where h.name {test})"
_OWN_FIRST = (
    " order by case when l.owner = $2 then 0 else 1 end, l.score_composite desc, l.id"
    f" limit {MOST + 1}"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A lead, what its person is called, and the id that speaks for the person."""

    lead: Lead
    name: str
    root_id: PersonId


async def by_name(tx: Transaction, name: str, own: str = "") -> tuple[Found, ...]:
    """Return leads whose person is called ``name``, else those whose name contains it.

    Leads of the employee ``own`` come first, then the best scores.
    """
    hits = await tx.fetch(_SELECT + _CALLED.format(test="= $1") + _OWN_FIRST, name, own)
    if not hits:
        pattern = "%" + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        called = _CALLED.format(test="like $1 escape '\\'")
        hits = await tx.fetch(_SELECT + called + _OWN_FIRST, pattern, own)
    return tuple(map(_found, hits))


async def by_phone(tx: Transaction, vault: Vault, phone: str, own: str = "") -> tuple[Found, ...]:
    """Return leads by full phone (E.164) or, given four digits, by the phone's end.

    Leads of the employee ``own`` come first, then the best scores.
    """
    if len(phone) == TAIL_LENGTH:
        test, wanted = tx.any_of("i.tail", 1), vault.blinds(TAIL_KIND, phone)
    else:
        # The kind comes first in the index: without it all of it would be read.
        test = f"i.kind = '{IdentityKind.PHONE}' and {tx.any_of('i.lookup', 1)}"
        wanted = vault.blinds(IdentityKind.PHONE, phone)
    rows = await tx.fetch(
        _SELECT + "m.root_id in (select h.root_id from identity i join person h"
        f" on h.id = i.person_id where {test})" + _OWN_FIRST,
        tx.array(wanted.values()),
        own,
    )
    return tuple(map(_found, rows))


async def of_owner(tx: Transaction, userid: str, limit: int = MOST + 1) -> tuple[Found, ...]:
    """Return the leads that a rep follows, best score first."""
    rows = await tx.fetch(
        _SELECT + "l.owner = $1 order by l.is_mature desc, l.score_composite desc, l.id"
        f" limit {limit}",
        userid,
    )
    return tuple(map(_found, rows))


def _found(row: Row) -> Found:
    return Found(lead_of(row), row["name"], PersonId(row["root_id"]))
