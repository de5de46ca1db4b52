"""The night: T+1, tags, a segment and the refresh of files over everybody, on both databases.

``CLEW_BENCH_LEADS`` leads (100,000 unless set) with ``CLEW_BENCH_EVENTS`` events each (20)
of the shipped kinds over 180 days, by the shipped rules, tags and segments; two processes.
Times are of the wall and, as ``cpu``, of the processors of all processes but the server's.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

import msgspec

from bot.clock import DrivenClock
from bot.crowds import Crowds
from bot.lake import LakeKeeper
from bot.scoring.truth import checked
from bot.segmenting import in_span
from bot.tagging import untrue_in_span
from config.settings import StoreSettings
from domain.lead import Lead, Stage, Touch
from domain.person import Attribute, Identity, Person, Source
from domain.values import BUSINESS_ZONE, ContactKey, IdentityKind, LeadId, PersonId
from handlers.actions.bulk.scoring import score_people
from handlers.actions.bulk.tagging import retag_people
from handlers.actions.segments.defining import book_of
from storage.database import inbox_url_of, open_database
from storage.ids import IdSource
from storage.moments import to_micros
from storage.queries.roots import open_roots
from storage.schema import migrate
from storage.unit_of_work import Store
from storage.vault import Vault
from tests.bench.measure import figure
from tests.bench.rig.databases import postgres_ground, sqlite_ground
from tests.factories import NOW
from tests.unit.handlers.company import CONTEXT, KEYS

LEADS = int(os.environ.get("CLEW_BENCH_LEADS", "100000"))
EVENTS = int(os.environ.get("CLEW_BENCH_EVENTS", "20"))
PROCESSES = 2
#: Leads of which the writing back is measured.
WRITTEN = min(LEADS, 5_000)
_CHUNK = 200
_LOADED = 2_000
_MIB = 1 << 20
#: What happens, and how often among a hundred events.
KINDS = {
    "view_page": 40,
    "message_received": 20,
    "log_in": 15,
    "kf_message": 8,
    "view_price": 5,
    "attend_class": 4,
    "intent_price": 2,
    "start_trial": 2,
    "intent_buy": 1,
    "intent_refuse": 1,
    "submit_order": 1,
    "pay_order": 1,
}
STAGES = (Stage.NURTURE_POOL, Stage.DEPARTMENT_POOL, Stage.FOLLOWING, Stage.SERVICE)
R = TypeVar("R")
_EVENT = (
    *("id", "person_id", "kind", "event_at", "received_at", "source_sequence", "dedupe_key"),
    *("properties", "sealed_text"),
)


@dataclass(frozen=True)
class Night:
    """A store with leads in it, and the way to all of them."""

    name: str
    crowds: Crowds
    settings: StoreSettings

    @property
    def store(self) -> Store:
        return self.crowds.store


def main() -> None:
    """Print the figures as JSON lines."""
    with sqlite_ground() as ground:
        url = f"sqlite://{ground.folder / 'clew.db'}"
        asyncio.run(on_database("sqlite", url, ground.folder))
    with postgres_ground() as ground:
        asyncio.run(on_database("pg", ground.url, ground.folder))


async def on_database(name: str, url: str, folder: Path) -> None:
    """Let a night pass over one database."""
    await migrate(url, inbox_url_of(url))
    clock = DrivenClock(NOW, is_running=False)
    settings = StoreSettings(
        folder, url, "", dict(KEYS.keys), BUSINESS_ZONE, tables_dir=None, files=()
    )
    database = await open_database(url)
    try:
        store = Store(database, Vault(KEYS), IdSource(clock.now))
        crowds = Crowds(store, CONTEXT, clock, settings, processes=PROCESSES)
        night = Night(name, crowds, settings)
        await invent(store, clock.now())
        clock.advance(timedelta(hours=1))
        await written_back(night)
        await looked_at(night, "db")
        await filed(night)
        await looked_at(night, "lake")
    finally:
        await database.close()


async def invent(store: Store, now: datetime) -> None:
    """Store the leads with their histories, unscored."""
    for start in range(0, LEADS, _LOADED):
        events = list[tuple[object, ...]]()
        async with store.unit_of_work(now) as work:
            for number in range(start, min(start + _LOADED, LEADS)):
                chance = Random(number)
                person, lead = somebody(store, number, chance, now)
                work.add_person(person)
                work.leads.put(lead)
                events += history(store, person.id, chance, now)
            await work.tx.insert_set("event", _EVENT, events)
            await work.commit()
    if store.database.dialect == "postgres":
        async with store.database.write() as tx:
            for table in ("person", "lead", "event", "identity"):
                await tx.execute(f"analyze {table}")


def somebody(store: Store, number: int, chance: Random, now: datetime) -> tuple[Person, Lead]:
    person_id, came = PersonId(store.ids.next()), now - timedelta(days=chance.randrange(180))
    facts = {
        "city": chance.choice(("上海", "杭州", "成都")),
        "company_size": str(chance.randrange(500)),
    }
    keys = (
        ContactKey(IdentityKind.EXTERNAL_USERID, f"wmbench{number:025}"),
        ContactKey(IdentityKind.PHONE, f"139{number:08}"),
    )
    person = Person(
        person_id,
        person_id,
        came,
        name=f"客户{number}",
        attributes={n: Attribute(v, Source.IMPORT, came) for n, v in facts.items()},
        identities=tuple(
            Identity(key, is_verified=True, source=Source.PLATFORM, since=came) for key in keys
        ),
    )
    touch = Touch(chance.choice(("expo", "search", "community")), "", came)
    lead = Lead(
        LeadId(store.ids.next()),
        person_id,
        "default",
        came,
        stage=chance.choice(STAGES),
        first_touch=touch,
        last_touch=touch,
    )
    return person, lead


def history(
    store: Store, person_id: PersonId, chance: Random, now: datetime
) -> list[tuple[object, ...]]:
    found = []
    for place in range(EVENTS):
        at = to_micros(now - timedelta(seconds=chance.randrange(180 * 86_400)))
        properties = {"amount": chance.randrange(100, 90_000) / 100, "category": "数学"}
        said = msgspec.json.encode(properties).decode()
        key = f"bench:{person_id}:{place}"
        (kind,) = chance.choices(tuple(KINDS), tuple(KINDS.values()))
        found.append((store.ids.next(), person_id, kind, at, at, 0, key, said, None))
    return found


async def timed(night: Night, name: str, leads: int, work: Callable[[], Awaitable[R]]) -> R:
    """Do it once; print leads per second, and seconds of the clock and of the processors."""
    wall, processor = time.perf_counter(), sum(os.times()[:4])
    found = await work()
    wall = time.perf_counter() - wall
    for process in multiprocessing.active_children():
        await asyncio.to_thread(process.join)  # until then its time is not counted
    processor = sum(os.times()[:4]) - processor
    figure("nightly", f"{night.name}_{name}_s", wall, "s")
    figure("nightly", f"{night.name}_{name}_cpu_s", processor, "s")
    figure("nightly", f"{night.name}_{name}_per_s", leads / wall, "leads/s")
    return found


async def written_back(night: Night) -> None:
    """Print what scoring and tagging everybody anew costs, written by small transactions."""
    roots = await everybody(night)

    async def score(some: list[PersonId]) -> None:
        for start in range(0, len(some), _CHUNK):
            async with night.store.unit_of_work(night.crowds.clock.now()) as work:
                await score_people(work, CONTEXT, some[start : start + _CHUNK])
                await work.commit()

    async def tag(some: list[PersonId]) -> None:
        for start in range(0, len(some), _CHUNK):
            async with night.store.unit_of_work(night.crowds.clock.now()) as work:
                await retag_people(work, CONTEXT, some[start : start + _CHUNK])
                await work.commit()

    some, rest = roots[:WRITTEN], roots[WRITTEN:]
    await timed(night, "score_written", len(some), lambda: score(some))
    await score(rest)
    await timed(night, "tags_written", len(some), lambda: tag(some))


async def everybody(night: Night) -> list[PersonId]:
    async with night.store.database.read() as tx:
        return list(await open_roots(tx, PersonId(0), LEADS))


async def looked_at(night: Night, source: str) -> None:
    """Print what T+1, the look for untrue tags and a segment cost."""
    crowds = night.crowds
    truth = await timed(night, f"t1_{source}", LEADS, lambda: checked(crowds))
    assert truth is not None
    figure("nightly", f"{night.name}_t1_{source}_leads", truth.leads, "leads")
    figure("nightly", f"{night.name}_t1_{source}_differing", truth.differing, "leads")
    untrue = await timed(night, f"tags_{source}", LEADS, lambda: crowds.over(untrue_in_span))
    assert untrue is not None
    persons = sum(map(len, untrue))
    figure("nightly", f"{night.name}_tags_{source}_untrue", persons, "persons")
    async with night.store.database.read() as tx:
        book = await book_of(tx, CONTEXT)
    condition = next(iter(book.wholes.values()))
    members = await timed(
        night, f"segment_{source}", LEADS, lambda: crowds.over(partial(in_span, condition))
    )
    assert members is not None
    size = sum(map(len, members))
    figure("nightly", f"{night.name}_segment_{source}_size", size, "persons")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    figure("nightly", f"{night.name}_{source}_process_peak_mib", peak / _MIB, "MiB")


async def filed(night: Night) -> None:
    """Print what files cost: made, looked through without news, with news of one in a hundred."""
    keeper = LakeKeeper(night.crowds, night.settings)
    await timed(night, "lake_first", LEADS, keeper.refresh)
    night.crowds.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    await timed(night, "lake_nothing_new", LEADS, keeper.refresh)
    now = night.crowds.clock.now()
    roots = (await everybody(night))[::100]
    events = [
        (night.store.ids.next(), root, "log_in", to_micros(now), to_micros(now), 0, f"new:{root}")
        for root in roots
    ]
    async with night.store.database.write() as tx:
        await tx.insert_set("event", _EVENT, [(*one, "{}", None) for one in events])
    async with night.store.unit_of_work(now) as work:
        await score_people(work, CONTEXT, roots)
        await work.commit()
    await timed(night, "lake_one_in_hundred", LEADS, keeper.refresh)
    status = await keeper.status()
    assert status is not None
    figure("nightly", f"{night.name}_lake_mib", status.bytes / _MIB, "MiB")
