"""T+1: the truth check over all leads, in one process or in several.

Each process looks at its own persons (number modulo the number of processes),
reads each piece as one snapshot and writes nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clock import SystemClock
from bot.scoring.passes import CHUNK, Scores, pieces
from config.load import load_catalog
from config.rules import RuleReader
from config.texts import load_texts
from domain.scoring.truth import Truth
from domain.values import PersonId
from handlers.actions.truth import check_some
from handlers.context import Accounts, Context
from handlers.rulebook import Rulebook
from handlers.tagbook import TagKeeper
from storage.database import open_database
from storage.ids import IdSource
from storage.queries.roots import EVERYBODY, Bucket, open_roots
from storage.unit_of_work import Store
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import StoreSettings
    from storage.protocols import Transaction

#: From so many leads on the nightly check takes several processes.
MANY_LEADS = 20_000
_MOST_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Share:
    """One process's share of a check, and all that it needs to open the database."""

    url: str
    keys: dict[int, bytes] = field(repr=False)
    standby: frozenset[int]
    tables_dir: Path | None
    zone: str
    bucket: Bucket

    @classmethod
    def of(cls, store: StoreSettings, bucket: Bucket = EVERYBODY) -> Share:
        """Return a share that travels to another process."""
        return cls(
            store.database_url,
            dict(store.master_keys),
            store.standby_keys,
            store.tables_dir,
            store.zone.key,
            bucket,
        )


def processes_for(leads: int) -> int:
    """Return how many processes a check of so many leads is worth."""
    return 1 if leads < MANY_LEADS else min(os.cpu_count() or 1, _MOST_PROCESSES)


async def checked(scores: Scores, bucket: Bucket = EVERYBODY) -> Truth:
    """Check the persons of a bucket in this process."""

    async def page(tx: Transaction, after: PersonId) -> Sequence[PersonId]:
        return await open_roots(tx, after, CHUNK, bucket)

    found = Truth()
    async for roots in pieces(scores.store, page, PersonId(0)):
        async with scores.store.looking(scores.clock.now()) as work:
            found = found.plus(await check_some(work, scores.context, roots))
    return found


async def checked_by(store: StoreSettings, processes: int) -> Truth:
    """Check everybody in processes of their own."""
    shares = [Share.of(store, Bucket(index, processes)) for index in range(processes)]
    loop, found = asyncio.get_running_loop(), Truth()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        runs = [loop.run_in_executor(pool, check_share, share) for share in shares]
        for one in await asyncio.gather(*runs):
            found = found.plus(one)
    return found


def check_share(share: Share) -> Truth:
    """Check one share, in a process of its own."""
    return asyncio.run(check_alone(share))


async def check_alone(share: Share) -> Truth:
    """Check a share beside whatever else runs: only reading."""
    clock, texts, zone = SystemClock(), load_texts(), ZoneInfo(share.zone)
    catalog = load_catalog(texts, share.tables_dir, zone)
    rulebook = Rulebook(catalog.rules, RuleReader(catalog, texts, zone))
    nobody, tags = Accounts("", "", ""), TagKeeper(catalog)
    context = Context(catalog, texts, nobody, zone, rulebook, tag_keeper=tags)
    database = await open_database(share.url)
    try:
        vault = Vault(MasterKeys(share.keys, share.standby))
        store = Store(database, vault, IdSource(clock.now))
        return await checked(Scores(store, context, clock), share.bucket)
    finally:
        await database.close()
