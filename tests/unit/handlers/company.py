"""A small company with Clew: two reps, a manager, a driven clock, real rows.

Updates are applied as the worker applies them (one unit of work per batch), and
tests read what came of it: rows, outbox bodies opened through the vault, events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.clock import DrivenClock
from config.load import load_catalog
from config.rules import RuleReader
from config.texts import Texts, load_texts
from domain.catalog import Catalog
from domain.events.event import Event
from domain.lead import Lead
from domain.messages import Body, Card, CardUpdate, Endpoint, Text
from domain.person import Person
from domain.values import BUSINESS_ZONE, ContactKey, LeadId, PersonId, Role, UserId
from handlers.context import Accounts, Context
from handlers.kinds import RunningKinds
from handlers.reactions import settle
from handlers.root import root_router
from handlers.rulebook import Rulebook
from handlers.tagbook import TagKeeper
from handlers.updates import Update
from handlers.updates.timer import TimerFired
from storage.bodies import decode_body
from storage.database import Row
from storage.ids import IdSource
from storage.moments import moment_or_none
from storage.outbox import PURPOSE
from storage.protocols import Database
from storage.repositories.leads import lead_of
from storage.repositories.organisation import Employee
from storage.timers import due_timers, next_due
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import MasterKeys, Vault
from tests.unit.handlers import acts

KEYS = MasterKeys.parse("1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")
TEXTS: Texts = load_texts()
CATALOG = load_catalog(TEXTS)
RULES = RuleReader(CATALOG, TEXTS, BUSINESS_ZONE)


def new_process(catalog: Catalog = CATALOG) -> Context:
    """Return the context of a process that has not looked at the database yet."""
    kinds = RunningKinds(catalog)
    return Context(
        catalog=catalog,
        kinds=kinds,
        tag_keeper=TagKeeper(catalog, kinds),
        words=TEXTS,
        accounts=Accounts("wwclewtest0000001", "1000002", "https://clew.example"),
        zone=BUSINESS_ZONE,
        rulebook=Rulebook(CATALOG.rules, RULES, kinds),
    )


CONTEXT = new_process()
LI_LEI, HAN_MEIMEI, MANAGER = UserId("LiLei"), UserId("HanMeimei"), UserId("WangManager")
STAFF = (
    Employee(LI_LEI, "李雷", frozenset({Role.REP})),
    Employee(HAN_MEIMEI, "韩梅梅", frozenset({Role.REP})),
    Employee(MANAGER, "王主管", frozenset({Role.MANAGER})),
)
_ROUTER = root_router()
B = TypeVar("B", Text, Card, CardUpdate)


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of the outbox with its body opened."""

    endpoint: Endpoint
    receiver: str
    body: Body
    dedupe_key: str
    expires_at: datetime | None
    merge_key: str


@dataclass(slots=True)
class Company:
    """What comes in, goes out and is kept."""

    store: Store
    clock: DrivenClock
    ctx: Context = field(default=CONTEXT)

    @classmethod
    async def opened(
        cls, database: Database, clock: DrivenClock, staff: Iterable[Employee] = STAFF
    ) -> Company:
        """Return a company whose staff is known."""
        store = Store(database, Vault(KEYS), IdSource(clock.now))
        company = cls(store, clock, new_process())
        await company.employs(*staff)
        return company

    # ------------------------------------------------------------- comes in

    async def employs(self, *staff: Employee) -> None:
        async with self.store.unit_of_work(self.clock.now()) as work:
            for employee in staff:
                await work.organisation.put_employee(employee, work.now)
            await work.commit()

    async def receives(self, *updates: Update) -> None:
        """Apply updates as one batch of the worker."""
        async with self.store.unit_of_work(self.clock.now()) as work:
            await self.handles(work, *updates)
            await work.commit()

    async def handles(self, work: UnitOfWork, *updates: Update) -> None:
        """Apply updates in an open unit of work, reactions included."""
        await work.load(key for update in updates for key in update.contact_keys())
        for update in updates:
            found = _ROUTER.find(update)
            assert found is not None, f"nobody takes {type(update).__name__}"
            await found[1](update, work, self.ctx)
        await settle(work, self.ctx)

    async def lets_pass(self, span: timedelta) -> None:
        """Let time go by; every timer fires at its moment, as a batch of its own."""
        until = self.clock.now() + span
        while (due_at := await self._next_due()) is not None and due_at <= until:
            self.clock.advance(max(due_at - self.clock.now(), timedelta(0)))
            for timer in await self.due():
                await self.receives(timer)
        self.clock.advance(until - self.clock.now())

    async def due(self) -> list[TimerFired]:
        """Return the timers that are due now, as they come in."""
        async with self.store.database.read() as tx:
            due = await due_timers(tx, self.clock.now(), 100)
        return [
            TimerFired(
                source="timer",
                at=timer.due_at,
                dedupe_key=f"timer:{timer.id}:{timer.due_at}",
                timer_id=timer.id,
                kind=timer.kind,
                subject_id=timer.subject_id,
                due_at=timer.due_at,
                payload=timer.payload,
            )
            for timer in due
        ]

    async def _next_due(self) -> datetime | None:
        async with self.store.database.read() as tx:
            return await next_due(tx)

    # ------------------------------------------------------------- is kept

    async def rows(self, sql: str, *args: object) -> Sequence[Row]:
        async with self.store.database.read() as tx:
            return await tx.fetch(sql, *args)

    async def count(self, table: str) -> int:
        return int((await self.rows(f"select count(*) as found from {table}"))[0]["found"])

    async def leads(self) -> list[Lead]:
        """Return all leads, oldest first."""
        return [lead_of(row) for row in await self.rows("select * from lead order by id")]

    async def lead(self) -> Lead:
        """Return the only lead there is."""
        (lead,) = await self.leads()
        return lead

    async def person(self, key: ContactKey) -> Person:
        """Return the whole person (merged persons included) whom a key leads to."""
        async with self.store.unit_of_work(self.clock.now()) as work:
            await work.load([key])
            holder = work.people.holder(key)
            assert holder is not None, f"nobody holds {key}"
            return work.people.whole(holder.id)

    async def events(self, kind: str = "") -> list[Event]:
        """Return all events (of a kind) in event order."""
        everybody = [PersonId(r["id"]) for r in await self.rows("select id from person")]
        async with self.store.unit_of_work(self.clock.now()) as work:
            await work.load_people(everybody)
            found = work.events.history(everybody)
        return [event for event in found if kind in ("", event.kind)]

    async def kinds(self) -> list[str]:
        """Return the kinds of all events, in event order."""
        return [event.kind for event in await self.events()]

    # ------------------------------------------------------------- goes out

    async def sent(self, receiver: str = "") -> list[Sent]:
        """Return what is to leave (to a receiver), in the order in which it was put there."""
        return [
            self._sent(row)
            for row in await self.rows("select * from outbox order by id")
            if receiver in ("", row["receiver"])
        ]

    def _sent(self, row: Row) -> Sent:
        opened = self.store.vault.open(PURPOSE, bytes(row["sealed"]), row["id"].to_bytes(8))
        return Sent(
            endpoint=Endpoint(row["endpoint"]),
            receiver=row["receiver"],
            body=decode_body(opened),
            dedupe_key=row["dedupe_key"],
            expires_at=moment_or_none(row["expires_at"]),
            merge_key=row["merge_key"],
        )

    async def bodies(self, kind: type[B], receiver: str = "") -> list[B]:
        """Return the bodies of one kind that leave (for a receiver)."""
        return [sent.body for sent in await self.sent(receiver) if isinstance(sent.body, kind)]

    async def texts(self, receiver: str = "") -> list[str]:
        """Return the plain texts that leave (for a receiver)."""
        return [body.content for body in await self.bodies(Text, receiver)]

    async def cards(self, receiver: str = "") -> list[Card]:
        """Return the cards that leave (for a receiver)."""
        return await self.bodies(Card, receiver)

    async def updates(self, receiver: str = "") -> list[CardUpdate]:
        """Return the replacements of cards that leave (for a receiver)."""
        return await self.bodies(CardUpdate, receiver)


def words(key: str, **values: object) -> str:
    """Return a text as users read it."""
    return TEXTS.get(key, **values)


async def changed(company: Company, lead_id: LeadId, **changes: object) -> Lead:
    """Write fields of a lead directly: a state that would take long to play."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead_id])
        lead = work.leads.put(replace(work.leads.get(lead_id), **changes))  # type: ignore[arg-type]
        await work.commit()
    return lead


async def offered(company: Company, customer: str = acts.ZHANG_SAN) -> tuple[Lead, Card]:
    """Let a friend of 李雷 become a mature lead; return it with the card that a rep got."""
    known = {lead.id for lead in await company.leads()}
    await company.receives(acts.added(customer, "LiLei", at=company.clock.now()))
    await company.receives(acts.wrote(acts.EAGER, customer, at=company.clock.now()))
    (lead,) = [lead for lead in await company.leads() if lead.id not in known]
    assert lead.owner is not None, f"not offered: {lead}"
    return lead, (await company.cards(lead.owner))[-1]
