"""What speaks against leads, and which contacts were made, through one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.screening.contact import Contacted, ContactKind
from domain.screening.rules import Objection, Reason, Verdict
from domain.values import LeadId, PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids

_OPEN = """
insert into objection (id, lead_id, person_id, reason, verdict, field, detail, state, opened_at,
  closed_by) values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, '')
on conflict (lead_id, reason) do update set verdict = excluded.verdict, field = excluded.field,
  detail = excluded.detail, state = 'open', closed_at = null, closed_by = '', opened_at =
  case when objection.state = 'open' then objection.opened_at else excluded.opened_at end
  where objection.state <> 'restored'
"""
_NOTE = """
insert into contact (id, person_id, kind, dedupe_key, at) values ($1, $2, $3, $4, $5)
on conflict (dedupe_key) do nothing
"""


class ObjectionState(StrEnum):
    """What became of an objection."""

    OPEN = "open"
    #: A person let the lead through; the reason does not count again for it.
    RESTORED = "restored"
    #: The reason is gone: a phone came, a name was put right.
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Standing:
    """An objection as it is kept."""

    objection: Objection
    state: ObjectionState
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class _Noted:
    person_id: PersonId
    kind: ContactKind
    at: datetime


class Screenings:
    """Objections and contacts of one unit of work."""

    def __init__(self, tx: Transaction, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._ids = ids
        #: By lead; leads of persons in ``_people`` that are missing here have none.
        self._known: dict[LeadId, tuple[Standing, ...]] = {}
        self._people: set[PersonId] = set()
        #: Leads whose objections were changed here: they are read anew.
        self._changed: set[LeadId] = set()
        self._new: set[PersonId] = set()
        #: Messages counted here and not yet written, by their key.
        self._noted: dict[str, _Noted] = {}

    async def load(self, members: Sequence[PersonId]) -> None:
        """Load what is held against the leads of these persons, with one statement."""
        self._people.update(members)
        rows = await self._tx.fetch(
            f"select * from objection where {self._tx.any_of('person_id', 1)}"
            " order by opened_at desc, reason",
            self._tx.array(list(members)),
        )
        for row in rows:
            lead_id = LeadId(row["lead_id"])
            self._known[lead_id] = (*self._known.get(lead_id, ()), _standing(row))

    def begin(self, person_id: PersonId) -> None:
        """Take in a new person, against whose leads nothing can be held yet."""
        self._people.add(person_id)
        self._new.add(person_id)

    async def of_lead(self, lead: Lead) -> tuple[Standing, ...]:
        """Return everything that was ever held against the lead, newest first."""
        if lead.id not in self._changed:
            if lead.id in self._known:
                return self._known[lead.id]
            if lead.person_id in self._people:
                return ()
        rows = await self._tx.fetch(
            "select * from objection where lead_id = $1 order by opened_at desc, reason", lead.id
        )
        return tuple(map(_standing, rows))

    async def restored(self, person_ids: Iterable[PersonId]) -> frozenset[Reason]:
        """Return the reasons that somebody let these persons through in spite of."""
        rows = await self._tx.fetch(
            "select distinct reason from objection"
            f" where state = 'restored' and {self._tx.any_of('person_id', 1)}",
            self._tx.array(list(person_ids)),
        )
        return frozenset(Reason(row["reason"]) for row in rows)

    async def open(self, lead: Lead, found: Iterable[Objection], at: datetime) -> None:
        """Hold ``found`` against the lead.

        What is open keeps its moment, what was restored stays restored.
        """
        for objection in found:
            self._changed.add(lead.id)
            await self._tx.execute(
                _OPEN,
                self._ids.next(),
                lead.id,
                lead.person_id,
                objection.reason.value,
                objection.verdict.value,
                objection.field,
                objection.detail,
                to_micros(at),
            )

    async def close(
        self,
        lead_id: LeadId,
        reasons: Collection[Reason],
        state: ObjectionState,
        *,
        by: str,
        at: datetime,
    ) -> None:
        """Close open objections of the lead."""
        self._changed.add(lead_id)
        await self._tx.execute(
            "update objection set state = $2, closed_at = $3, closed_by = $4"
            f" where lead_id = $1 and state = 'open' and {self._tx.any_of('reason', 5)}",
            lead_id,
            state.value,
            to_micros(at),
            by,
            self._tx.array([reason.value for reason in reasons]),
        )

    # -------------------------------------------------------------- contacts

    async def contacts(
        self, person_ids: Iterable[PersonId], since: datetime
    ) -> Sequence[Contacted]:
        """Return the counted messages that went to these persons, oldest first."""
        group = set(person_ids)
        found = {
            key: Contacted(one.kind, one.at)
            for key, one in self._noted.items()
            if one.person_id in group and one.at >= since
        }
        if stored := group - self._new:  # nothing can be stored of those who came in here
            rows = await self._tx.fetch(
                "select kind, at, dedupe_key from contact"
                f" where {self._tx.any_of('person_id', 1)} and at >= $2",
                self._tx.array(sorted(stored)),
                to_micros(since),
            )
            for row in rows:
                contacted = Contacted(ContactKind(row["kind"]), from_micros(row["at"]))
                found[row["dedupe_key"]] = contacted
        return sorted(found.values(), key=lambda contacted: contacted.at)

    def contacted(
        self, person_id: PersonId, kind: ContactKind, *, dedupe_key: str, at: datetime
    ) -> None:
        """Count a message to a person, once per key; it is written when all is saved."""
        self._noted.setdefault(dedupe_key, _Noted(person_id, kind, at))

    async def save(self) -> None:
        """Write what was counted."""
        rows = [
            (self._ids.next(), one.person_id, one.kind.value, key, to_micros(one.at))
            for key, one in self._noted.items()
        ]
        if rows:
            await self._tx.execute_set(_NOTE, rows)
        self._noted.clear()
        self._new.clear()


def _standing(row: Row) -> Standing:
    objection = Objection(
        Reason(row["reason"]), Verdict(row["verdict"]), row["field"], row["detail"]
    )
    return Standing(objection, ObjectionState(row["state"]), from_micros(row["opened_at"]))
