"""Leads that the black or the red list speaks of now, or spoke of until now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.screening.rules import Reason
from domain.values import IdentityKind, LeadId

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: Reasons that come from a list of people.
LISTED = (Reason.BLACKLISTED, Reason.RED_LISTED)
_KINDS = [kind.value for kind in IdentityKind]


@dataclass(frozen=True, slots=True)
class Listed:
    """Leads that stand under a list: what is open against each, and what its person is known by.

    ``lookups`` are blind indexes of all keys of the person and of whoever they are.
    """

    reasons: Mapping[LeadId, frozenset[Reason]]
    lookups: Mapping[LeadId, frozenset[bytes]]


async def leads_to_object(
    tx: Transaction, tokens: Sequence[bytes], reason: Reason
) -> tuple[LeadId, ...]:
    """Return open leads of people with one of these tokens against which ``reason`` is not held.

    Leads that nobody screened yet are left out, and those let through in spite of it.
    """
    rows = await tx.fetch(
        "select distinct l.id from identity i join person m on m.id = i.person_id"
        " join person g on g.root_id = m.root_id join lead l on l.person_id = g.id"
        f" where {tx.any_of('i.kind', 1)} and {tx.any_of('i.lookup', 2)}"
        " and l.stage not in ('invalid', 'generated') and not exists (select 1 from objection o"
        " where o.lead_id = l.id and o.reason = $3 and o.state in ('open', 'restored'))"
        " order by l.id",
        tx.array(_KINDS),
        tx.array(list(tokens)),
        reason.value,
    )
    return tuple(LeadId(row["id"]) for row in rows)


async def listed_leads(tx: Transaction, after: LeadId, limit: int) -> Listed:
    """Return the next leads, by id, against which a place on a list is held."""
    wanted = [reason.value for reason in LISTED]
    rows = await tx.fetch(
        "select lead_id, reason from objection where state = 'open'"
        f" and {tx.any_of('reason', 2)} and lead_id in (select distinct lead_id from objection"
        f" where state = 'open' and {tx.any_of('reason', 2)} and lead_id > $1"
        " order by lead_id limit $3) order by lead_id",
        after,
        tx.array(wanted),
        limit,
    )
    reasons: dict[LeadId, frozenset[Reason]] = {}
    for row in rows:
        lead_id = LeadId(row["lead_id"])
        reasons[lead_id] = reasons.get(lead_id, frozenset()) | {Reason(row["reason"])}
    keys = await tx.fetch(
        "select l.id, i.lookup from lead l join person m on m.id = l.person_id"
        " join person g on g.root_id = m.root_id join identity i on i.person_id = g.id"
        f" where {tx.any_of('l.id', 1)}",
        tx.array(list(reasons)),
    )
    lookups: dict[LeadId, frozenset[bytes]] = dict.fromkeys(reasons, frozenset())
    for row in keys:
        lookups[LeadId(row["id"])] |= {bytes(row["lookup"])}
    return Listed(reasons, lookups)
