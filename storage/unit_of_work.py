"""The only door to storage for handlers: one transaction with an identity map.

A batch of updates shares one unit of work: everything it touches is loaded in
sets, changed as values in memory and saved in sets with one commit
(architecture section 4). Leaving the block without :meth:`UnitOfWork.commit`
rolls back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING

from domain.events.event import Event
from domain.lead import Lead
from domain.messages import Fetch, Push, Timer
from domain.outcomes import Outcome
from domain.person import Person
from domain.tags.tagging import Tagging
from domain.values import ContactKey, LeadId, PersonId
from storage.fetches import insert_fetches
from storage.ids import IdsOfWork
from storage.moments import to_micros
from storage.outbox import insert_pushes
from storage.repositories.bases import Bases
from storage.repositories.blocks import Blocks
from storage.repositories.cases import Cases
from storage.repositories.companies import Companies
from storage.repositories.entries import Entries
from storage.repositories.events import Events
from storage.repositories.followups import FollowUps
from storage.repositories.items import Items
from storage.repositories.kinds import Kinds
from storage.repositories.leads import Leads
from storage.repositories.merges import Merges
from storage.repositories.organisation import Organisation
from storage.repositories.people import People
from storage.repositories.profiles import Profiles
from storage.repositories.records import Records
from storage.repositories.rules import Rules
from storage.repositories.screenings import Screenings
from storage.repositories.synchronisation import Synchronisations
from storage.repositories.tags import Tags
from storage.timers import cancel_timers, set_timers
from storage.touched import Touched

if TYPE_CHECKING:
    from storage.database import Database, Transaction
    from storage.ids import Ids, IdSource
    from storage.vault import Vault


@dataclass(slots=True)
class Leaving:
    """What this unit of work will make leave or happen later."""

    pushes: list[Push] = field(default_factory=list)
    fetches: list[Fetch] = field(default_factory=list)
    timers: dict[str, Timer | None] = field(default_factory=dict)


class UnitOfWork:
    """One transaction; its attributes are the repositories."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids, now: datetime) -> None:
        """Belong to one transaction; ``now`` is the moment of everything in it."""
        self.tx = tx
        self.now = now
        self.ids = ids
        self.people = People(tx, vault, ids)
        self.leads = Leads(tx, ids)
        self.events = Events(tx, vault, ids, self.people)
        self.kinds = Kinds(tx, vault, ids, self.people)
        self.profiles = Profiles(tx, vault, ids, self.people)
        self.items = Items(tx, ids)
        self.tags = Tags(tx, ids, now)
        self.organisation = Organisation(tx, ids)
        self.follow_ups = FollowUps(tx, vault, ids)
        self.records = Records(tx, vault, ids)
        self.screenings = Screenings(tx, ids)
        self.syncs = Synchronisations(tx, ids)
        self.entries = Entries(tx, ids)
        self.rules = Rules(tx)
        self.bases = Bases(tx, vault, ids, self.people)
        self.merges = Merges(tx, ids)
        self.cases = Cases(tx, ids)
        self.companies = Companies(tx, ids)
        self.blocks = Blocks(tx, ids)
        self.touched = Touched(self.people, self.leads, self.events)
        self.is_committed = False
        self.vault = vault
        self._leaving = Leaving()
        self._to_score: dict[PersonId, None] = {}
        self._held: set[PersonId] = set()
        self._to_tag: dict[PersonId, None] = {}
        self._outcomes: list[Outcome] = []
        #: Door and reason of what :meth:`refused` told.
        self.refusals: list[tuple[str, str]] = []

    async def load(self, keys: Iterable[ContactKey], lead_ids: Iterable[LeadId] = ()) -> None:
        """Load persons by key or lead, with their groups, leads and histories."""
        owners = await self.leads.person_of(lead_ids) if lead_ids else {}
        await self._load_of(await self.people.load(keys, owners.values()))

    async def load_people(self, person_ids: Iterable[PersonId]) -> None:
        """Load persons by id, with their groups, leads and histories."""
        await self._load_of(await self.people.load((), person_ids))

    async def _load_of(self, members: Sequence[PersonId]) -> None:
        if members:
            await self.leads.load(members)
            await self.events.load(members)
            await self.tags.load(members)
            await self.screenings.load(members)

    def add_person(self, person: Person) -> Person:
        """Take in a new person, of whom no lead and no event can be stored yet."""
        self.leads.begin(person.id)
        self.events.begin(person.id)
        self.tags.begin(person.id)
        self.screenings.begin(person.id)
        return self.people.add(person)

    def leads_of(self, person_id: PersonId) -> tuple[Lead, ...]:
        """Return all leads of the person and of whoever they were found to be, oldest first."""
        return self.leads.of(member.id for member in self.people.group(person_id))

    def history_of(self, person_id: PersonId) -> tuple[Event, ...]:
        """Return what the person, and whoever they were found to be, did, in event order."""
        return self.events.history(member.id for member in self.people.group(person_id))

    def tags_of(self, person_id: PersonId) -> dict[str, Tagging]:
        """Return the tags of the person and of whoever they were found to be, by name."""
        return self.tags.of(member.id for member in self.people.group(person_id))

    # ------------------------------------------------------- leaves or later

    def send(self, push: Push) -> None:
        """Put something into the outbox."""
        self._leaving.pushes.append(push)

    def ask(self, fetch: Fetch) -> None:
        """Ask the platform for data; the answer comes in through the inbox."""
        self._leaving.fetches.append(fetch)

    def set_timer(self, timer: Timer) -> None:
        """Let something happen later, replacing a pending timer of the same key."""
        self._leaving.timers[timer.dedupe_key] = timer

    def cancel_timer(self, dedupe_key: str) -> None:
        """Let it not happen."""
        self._leaving.timers[dedupe_key] = None

    # ------------------------------------------------------------- scoring

    def rescore(self, person_id: PersonId) -> None:
        """Mark the person's leads to be scored once, before the commit."""
        self._to_score[self.people.get(person_id).root_id] = None

    def take_to_score(self) -> tuple[PersonId, ...]:
        """Return and clear the roots marked by :meth:`rescore`."""
        marked = tuple(self._to_score)
        self._to_score.clear()
        return marked

    def hold_offers(self, person_id: PersonId) -> None:
        """Let the person's mature leads wait in their pools: their news is old."""
        self._held.add(self.people.get(person_id).root_id)

    def holds_offers(self, person_id: PersonId) -> bool:
        """Tell whether :meth:`hold_offers` named the person or whoever they were found to be."""
        return self.people.get(person_id).root_id in self._held

    # ------------------------------------------------------------- tags

    def retag(self, person_id: PersonId) -> None:
        """Mark the person's tags that time moves to be computed once, before the commit."""
        self._to_tag[self.people.get(person_id).root_id] = None

    def take_to_tag(self) -> tuple[PersonId, ...]:
        """Return and clear the roots marked by :meth:`retag`."""
        marked = tuple(self._to_tag)
        self._to_tag.clear()
        return marked

    def refused(self, door: str, reason: str) -> None:
        """Tell that something was refused, to be counted after the commit."""
        self.refusals.append((door, reason))

    # ------------------------------------------------------------- outcomes

    def happened(self, outcome: Outcome) -> None:
        """Tell what a decision brought about; reactions run before the commit."""
        self._outcomes.append(outcome)

    def take_outcomes(self) -> tuple[Outcome, ...]:
        """Return and clear what :meth:`happened` told."""
        told = tuple(self._outcomes)
        self._outcomes.clear()
        return told

    # ------------------------------------------------------------- inbox rows

    async def applied_before(self, inbox_ids: Sequence[int]) -> frozenset[int]:
        """Return those inbox rows that a committed unit of work has applied."""
        rows = await self.tx.fetch(
            f"select inbox_id from applied where {self.tx.any_of('inbox_id', 1)}",
            self.tx.array(list(inbox_ids)),
        )
        return frozenset(row["inbox_id"] for row in rows)

    async def commit(self, applied: Sequence[int] = ()) -> None:
        """Save everything and mark the inbox rows ``applied`` as having taken effect.

        Raises:
            Conflict: another process applied a row first or wrote the same key.
            OwnerChanged: another process changed an owner. In both cases nothing
                was written; decide anew from fresh rows.
        """
        async with self.tx.together():
            await self._save(applied)
        self._leaving = Leaving()
        self.is_committed = True

    def another(self) -> UnitOfWork:
        """Return a fresh one over the same transaction; it sees what this one has saved.

        Both take effect or neither.
        """
        other = UnitOfWork(self.tx, self.vault, self.ids, self.now)
        other.refusals = self.refusals
        return other

    async def _save(self, applied: Sequence[int]) -> None:
        await self.people.save()
        await self.events.save()
        await self.leads.save()
        await self.tags.save()
        await self.bases.save()
        await self.screenings.save()
        await self.blocks.save()
        await insert_pushes(self.tx, self.vault, self.ids, self._leaving.pushes, self.now)
        await insert_fetches(self.tx, self.ids, self._leaving.fetches, self.now)
        timers = self._leaving.timers
        gone = [key for key, timer in timers.items() if timer is None]
        await cancel_timers(self.tx, gone)
        await set_timers(self.tx, self.ids, [t for t in timers.values() if t is not None], self.now)
        if applied:
            stamp = to_micros(self.now)
            await self.tx.execute_set(
                "insert into applied (inbox_id, applied_at) values ($1, $2)",
                [(inbox_id, stamp) for inbox_id in applied],
            )


class Store:
    """Opens units of work on one database."""

    def __init__(self, database: Database, vault: Vault, ids: IdSource) -> None:
        """Hold what every unit of work needs."""
        self.database = database
        self.vault = vault
        self.ids = ids
        #: Called after every commit: rows may be waiting for the relay.
        self.on_commit: list[Callable[[], None]] = []
        #: Called after the commit with door and reason of each refusal.
        self.on_refused: list[Callable[[str, str], None]] = []

    @asynccontextmanager
    async def unit_of_work(self, now: datetime) -> AsyncIterator[UnitOfWork]:
        """Open a transaction; it is rolled back unless the block called ``commit``."""
        async with self.database.write() as tx:
            work = UnitOfWork(tx, self.vault, IdsOfWork(self.ids), now)
            yield work
            if not work.is_committed:
                await tx.roll_back()
        if work.is_committed:
            for ring in self.on_commit:
                ring()
            for tell, refusal in product(self.on_refused, work.refusals):
                tell(*refusal)

    @asynccontextmanager
    async def looking(self, now: datetime) -> AsyncIterator[UnitOfWork]:
        """Open a unit of work that can only look: one snapshot, which holds nobody up."""
        async with self.database.read() as tx:
            yield UnitOfWork(tx, self.vault, IdsOfWork(self.ids), now)
