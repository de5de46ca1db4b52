"""Leads of many persons laid out to be scored together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from domain.columns.gathering import taken
from domain.scoring.basis import Basis, basis_of
from domain.scoring.sheet import Sheet
from storage.moments import from_micros
from storage.population.histories import Histories, Wish
from storage.population.people import Read, Taggings

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.lead import Lead
    from domain.person import Person
    from domain.scoring.tables import RuleTables
    from domain.values import PersonId
    from storage.population.whose import Whose
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Crowd:
    """Persons by root with their leads, oldest first, as one snapshot has them.

    They are good for facts: nothing that is sealed was opened, and nothing may be saved.
    """

    people: Mapping[PersonId, Person]
    leads: Mapping[PersonId, Sequence[Lead]]
    tags: Mapping[PersonId, Taggings] = field(default_factory=dict)

    @classmethod
    async def read(
        cls,
        work: UnitOfWork,
        whose: Whose,
        tags: Collection[str] | None = (),
        *,
        has_facts: bool = True,
    ) -> Crowd:
        """Read whoever is meant, with tags of some names, or all of them; or tags alone."""
        read = Read(work.tx, work.vault, work.ids)
        people = await read.people(whose) if has_facts else {}
        leads = await read.leads(whose) if has_facts else {}
        has_tags = tags is None or bool(tags)
        return cls(people, leads, await read.tags(whose, tags) if has_tags else {})

    def open_leads(self) -> list[Standing]:
        """Return the open leads, each with the root of its person."""
        return [
            Standing(root, lead)
            for root, leads in self.leads.items()
            for lead in leads
            if lead.is_open
        ]

    def basis_of(self, one: Standing) -> Basis:
        """Return what the score of a lead rests on besides events."""
        return basis_of(self.people[one.root], one.lead)


@dataclass(frozen=True, slots=True)
class Standing:
    """An open lead, and who speaks for its person."""

    root: PersonId
    lead: Lead


def wish_for(tables: Iterable[RuleTables], zone: ZoneInfo) -> Wish:
    """Return what of histories some versions of the rules look at."""
    return Wish(zone, frozenset(), frozenset[str]().union(*(one.properties for one in tables)))


def sheet_of(
    piece: Histories, crowd: Crowd, standings: Sequence[Standing], tables: RuleTables
) -> Sheet:
    """Return some leads, all of whose persons are in the piece, ready to be rated."""
    roots = np.array([one.root for one in standings], dtype=np.int64)
    columns = taken(piece.columns, np.searchsorted(piece.roots, roots))
    return Sheet(columns, [crowd.basis_of(one) for one in standings], tables)


def moments_of(piece: Histories, standings: Iterable[Standing], now: datetime) -> list[datetime]:
    """Return as of when each lead is rated: now, or when its person's last event was received."""
    received = dict(zip(piece.roots.tolist(), piece.received.tolist(), strict=True))
    return [max(now, from_micros(received[one.root])) for one in standings]


def in_piece(piece: Histories, standings: Iterable[Standing]) -> list[Standing]:
    """Return the leads whose persons are in the piece."""
    roots = set(piece.roots.tolist())
    return [one for one in standings if one.root in roots]
