"""What scores rested on, from when on: appended in sets, read for replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.condition import Fact
from domain.lead import Lead, Touch
from domain.scoring.basis import Basis
from domain.scoring.tables import Phase
from domain.swift import swift
from domain.values import LeadId, PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Transaction
    from storage.repositories.people import People
    from storage.vault import Vault

#: Purpose of the blind mark by which a change is noticed.
_MARK = "score-basis"
_MARK_LENGTH = 16

_INSERT = """
insert into score_basis (id, lead_id, person_id, at, sealed) values ($1, $2, $3, $4, $5)
"""
_AT = """
select person_id, sealed from score_basis where lead_id = $1 and at <= $2
order by at desc, id desc limit 1
"""
_KEY = "select wrapped from data_key where person_id = $1"


class _Kept(msgspec.Struct, array_like=True):
    facts: dict[str, Fact]
    since: int
    channel: str
    touched: int


@swift
@dataclass(frozen=True, slots=True)
class _New:
    lead_id: LeadId
    person_id: PersonId
    at: datetime
    plain: bytes


def phase_in(mark: str) -> Phase | None:
    """Return the phase that a lead was last scored in; None before the first time."""
    return Phase(mark.partition(":")[0]) if mark else None


class Bases:
    """The log of bases, through one transaction."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids, people: People) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._ids = ids
        self._people = people
        self._new: dict[LeadId, _New] = {}
        #: Wrapped data keys beside those of loaded persons.
        self._keys: dict[PersonId, bytes] = {}

    def note(self, lead: Lead, basis: Basis, at: datetime) -> str:
        """Keep the basis if it differs from what stands; return the lead's mark for it."""
        plain = _plain(basis)
        blind = self._vault.blind(_MARK, f"{lead.id}:{plain.decode()}").hex()[:_MARK_LENGTH]
        mark = f"{basis.phase}:{blind}"
        if mark != lead.basis_mark:
            self._new[lead.id] = _New(lead.id, lead.person_id, at, plain)
        return mark

    async def at(self, lead: Lead, moment: datetime) -> Basis | None:
        """Return what the lead's score rested on at a moment; None before its first score.

        Raises:
            Erased: the person was erased.
        """
        row = await self._tx.fetch_one(_AT, lead.id, to_micros(moment))
        if row is None:
            return None
        person_id = row["person_id"]
        key = await self._tx.fetch_one(_KEY, person_id)
        wrapped = bytes(key["wrapped"]) if key else b""
        context = str(lead.id).encode()
        return _basis(self._vault.open_for(person_id, wrapped, bytes(row["sealed"]), context))

    async def load_keys(self) -> None:
        """Get ready to save bases of leads whose persons are loaded nowhere."""
        rows = await self._tx.fetch(
            f"select person_id, wrapped from data_key where {self._tx.any_of('person_id', 1)}",
            self._tx.array(sorted({new.person_id for new in self._new.values()})),
        )
        self._keys |= {row["person_id"]: bytes(row["wrapped"]) for row in rows}

    async def save(self) -> None:
        """Write what is new."""
        if self._new:
            await self._tx.execute_set(_INSERT, [self._row(new) for new in self._new.values()])
        self._new.clear()

    def _row(self, new: _New) -> tuple[object, ...]:
        known = new.person_id in self._keys
        wrapped = self._keys[new.person_id] if known else self._people.data_key(new.person_id)
        context = str(new.lead_id).encode()
        sealed = self._vault.seal_for(new.person_id, wrapped, new.plain, context)
        return (self._ids.next(), new.lead_id, new.person_id, to_micros(new.at), sealed)


def _plain(basis: Basis) -> bytes:
    touch = basis.touch
    kept = _Kept(
        facts=dict(sorted(basis.facts.items())),
        since=to_micros(basis.since),
        channel=touch.channel if touch else "",
        touched=to_micros(touch.at) if touch else 0,
    )
    return msgspec.json.encode(kept)


def _basis(plain: bytes) -> Basis:
    kept = msgspec.json.decode(plain, type=_Kept)
    facts: Mapping[str, Fact] = kept.facts
    touch = Touch(kept.channel, "", from_micros(kept.touched)) if kept.channel else None
    return Basis(facts, from_micros(kept.since), touch)
