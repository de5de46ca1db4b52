"""Dedup: pairs found in records of known truth, imports in bulk, look-ups among what they made.

``CLEW_BENCH_LEADS`` says how many leads are imported on each database and how many
companies the fuzzy look-up is among: 100,000 unless set, for the aims 1,000,000.
"""

from __future__ import annotations

import asyncio
import csv
import io
import os
import random
import resource
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.importer import Importer
from bot.preparing import processes_for
from domain.intake.mapping import FileMapping
from domain.lifecycle.transitions import Actor
from domain.matching.company import blocks_of, company_key
from domain.values import Role, UserId
from handlers.actions.dedup.check import Wanted, check
from handlers.actions.import_batch import AT_ONCE, generated, work_off
from handlers.files.plan import Plan
from storage.database import inbox_url_of, open_database
from storage.ids import IdSource
from storage.moments import to_micros
from storage.repositories.companies import companies_like
from storage.schema import migrate
from storage.unit_of_work import Store
from storage.uploads import PIECE, Uploads
from storage.vault import MasterKeys, Vault
from tests.bench.corpora import leads as invented
from tests.bench.corpora import linkage
from tests.bench.measure import figure, percentile
from tests.bench.rig.databases import postgres_ground, sqlite_ground
from tests.shared import DATA
from tests.unit.handlers.company import CONTEXT

if TYPE_CHECKING:
    from storage.database import Database

LEADS = int(os.environ.get("CLEW_BENCH_LEADS", "100000"))
LOOKUPS = 500
#: Leads that the background is measured on.
WORKED_OFF = 5_000
COLUMNS = ("name", "phone", "company", "city", "channel")
MOMENT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BOSS = Actor(frozenset({Role.MANAGER}), UserId("WangManager"))
MAPPING = FileMapping(
    source="bench",
    name="name",
    phone="phone",
    channel="channel",
    attributes={"company": "company", "city": "city"},
)


def main() -> None:
    """Print the figures as JSON lines."""
    print_accuracy()
    names = invented.brands(DATA)
    with sqlite_ground() as ground:
        url = f"sqlite://{ground.folder / 'clew.db'}"
        asyncio.run(on_database("sqlite", url, names))
    with postgres_ground() as ground:
        asyncio.run(on_database("pg", ground.url, names))


def print_accuracy() -> None:
    """Print F1, precision and recall of pairs, weights learned without the truth."""
    for name, found in (
        ("febrl1", linkage.febrl(DATA, 1)),
        ("febrl3", linkage.febrl(DATA, 3)),
        ("restaurant", linkage.restaurants(DATA)),
    ):
        figure("dedup", f"{name}_f1", found.f1, "share")
        figure("dedup", f"{name}_precision", found.precision, "share")
        figure("dedup", f"{name}_recall", found.recall, "share")


async def on_database(name: str, url: str, names: list[str]) -> None:
    """Import, then look up among what is there."""
    await migrate(url, inbox_url_of(url))
    database = await open_database(url)
    store = Store(
        database, Vault(MasterKeys({1: bytes(range(32))})), IdSource(lambda: datetime.now(UTC))
    )
    try:
        await import_leads(name, store, names)
        await work_in_background(name, store)
        await add_companies(store, names)
        suffix = "" if name == "sqlite" else f"_{name}"
        await look_up_phones(suffix, store, names)
        await look_up_companies(suffix, database)
    finally:
        await database.close()


async def import_leads(name: str, store: Store, names: list[str]) -> None:
    """Read, normalise, seal, find again and store; one in ten is there already."""
    uploads = Uploads(store.database, store.vault, store.ids)
    upload_id = await hand_in(uploads, names)
    importer = Importer(store, uploads, CONTEXT, SystemClock(), None)
    forget_most_memory()
    started, used = time.perf_counter(), cpu_seconds()
    await importer.work_off()
    seconds, cpu = time.perf_counter() - started, cpu_seconds() - used
    done = await uploads.get(upload_id)
    assert done is not None
    figure("dedup", f"import_rows_per_s_{name}", done.done / seconds, "1/s")
    figure("dedup", f"import_cpu_per_row_us_{name}", cpu / LEADS * 1e6, "µs")
    figure("dedup", f"import_rows_refused_{name}", LEADS - done.taken, "rows")
    figure("dedup", f"import_memory_mib_{name}", most_memory(processes_for(LEADS)), "MiB")


async def hand_in(uploads: Uploads, names: list[str]) -> int:
    """Write a file of leads and keep it as one that was handed in; return its number."""
    upload_id, number = uploads.new_id(), 0
    with tempfile.TemporaryFile() as kept:
        text = io.TextIOWrapper(kept, encoding="utf-8", newline="")
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(invented.leads(LEADS, names))
        text.flush()
        kept.seek(0)
        while piece := kept.read(PIECE):
            number += 1
            await uploads.add_piece(upload_id, number, piece)
    await uploads.add(upload_id, BOSS.name, "leads.csv", LEADS, b"{}", MOMENT)
    await uploads.start(upload_id, Plan(leads=MAPPING).text())
    return upload_id


def cpu_seconds() -> float:
    """Return the processor time of this process and of all below it, PostgreSQL included."""
    below: defaultdict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                below[int(fields[1])].append(int(entry.name))
                # User and system time, also of children that have ended.
                ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    found, waiting = 0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        found += ticks.get(process, 0)
        waiting += below[process]
    return found / os.sysconf("SC_CLK_TCK")


def forget_most_memory() -> None:
    """Let the most memory of this process be counted anew."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def most_memory(processes: int) -> float:
    """Return the most memory of this process and of so many like its largest child, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    own = int(status.partition("VmHWM:")[2].split()[0])
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + processes * child) / 1024


async def work_in_background(name: str, store: Store) -> None:
    """Screen, pool, compare and score some of the leads that were stored, as the worker does."""
    started, used, done = time.perf_counter(), cpu_seconds(), 0
    while done < WORKED_OFF:
        async with store.unit_of_work(MOMENT) as work:
            leads = await generated(work.tx, AT_ONCE)
            if not leads:
                break
            await work_off(work, CONTEXT, leads)
            await work.commit()
        done += len(leads)
    seconds, cpu = time.perf_counter() - started, cpu_seconds() - used
    figure("dedup", f"background_leads_per_s_{name}", done / seconds, "1/s")
    figure("dedup", f"background_cpu_per_lead_us_{name}", cpu / max(done, 1) * 1e6, "µs")


async def add_companies(store: Store, names: list[str]) -> None:
    """Store as many companies as there are leads, as :meth:`Companies.store` would."""
    dice = random.Random(11)
    there = await store.database.look("select normal_name from company")
    known = {row["normal_name"] for row in there}
    while len(known) < LEADS:
        companies, blocks = [], []
        for _ in range(20_000):
            name = invented.firm(dice, names)
            key = company_key.__wrapped__(name)
            if key.normal in known or len(known) >= LEADS or not key.brand:
                continue
            known.add(key.normal)
            row_id = store.ids.next()
            companies.append((row_id, name, key.normal[:256], to_micros(MOMENT)))
            found = {block[:80] for block in blocks_of(key)}
            blocks += [(store.ids.next(), row_id, block) for block in sorted(found)]
        async with store.database.write() as tx:
            columns = ("id", "name", "normal_name", "created_at")
            await tx.insert_set("company", columns, companies)
            await tx.insert_set("company_block", ("id", "company_id", "block"), blocks)


async def look_up_phones(suffix: str, store: Store, names: list[str]) -> None:
    """Ask for one person among all, as 查重 does: half of them known ones."""
    known = [
        row["phone"] for row in islice(invented.leads(LEADS, names), 0, None, 1 + LEADS // LOOKUPS)
    ]
    asked = known[: LOOKUPS // 2] + [f"13700{n:06d}" for n in range(LOOKUPS // 2)]
    random.Random(3).shuffle(asked)
    waited, found, used = [], 0, cpu_seconds()
    for phone in asked:
        started = time.perf_counter()
        async with store.unit_of_work(MOMENT) as work:
            found += bool(await check(work, CONTEXT, BOSS, Wanted(phone=phone)))
            await work.commit()
        waited.append(time.perf_counter() - started)
    cpu = cpu_seconds() - used
    figure("dedup", f"lookup_p50_ms{suffix}", percentile(waited, 0.5) * 1e3, "ms")
    figure("dedup", f"lookup_p95_ms{suffix}", percentile(waited, 0.95) * 1e3, "ms")
    figure("dedup", f"lookup_cpu_ms{suffix}", cpu / len(asked) * 1e3, "ms")
    figure("dedup", f"lookup_found{suffix}", found / len(asked), "share")


async def look_up_companies(suffix: str, database: Database) -> None:
    """Ask for companies that are there, half of them with a character mistyped."""
    dice = random.Random(5)
    there = await database.look(f"select name from company order by id limit {LOOKUPS}")
    waited, found = [], 0
    for number, row in enumerate(there):
        name = row["name"]
        if number % 2:
            at = dice.randrange(len(name))
            name = f"{name[:at]}乐{name[at + 1 :]}"
        started = time.perf_counter()
        key = CONTEXT.catalog.dedup.aliases.key(name)
        async with database.read() as tx:
            found += bool(await companies_like(tx, key))
        waited.append(time.perf_counter() - started)
    figure("dedup", f"fuzzy_p95_ms{suffix}", percentile(waited, 0.95) * 1e3, "ms")
    figure("dedup", f"fuzzy_found{suffix}", found / len(there), "share")
