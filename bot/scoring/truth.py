"""T+1: the truth check over all leads, in one process or in several.

Each process looks at its own persons (number modulo the number of processes),
reads each piece as one snapshot and writes nothing.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from bot.bootstrap import build_context
from bot.clock import SystemClock
from bot.scoring.passes import CHUNK, Scores, pieces
from config.texts import load_texts
from domain.scoring.truth import Truth
from domain.values import PersonId
from handlers.actions.truth import check_some
from storage.database import open_database
from storage.ids import IdSource
from storage.queries.roots import EVERYBODY, Bucket, open_roots
from storage.unit_of_work import Store
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from config.settings import Settings
    from storage.protocols import Transaction

#: From so many leads on the nightly check takes several processes.
MANY_LEADS = 20_000
_MOST_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Share:
    """One process's share of a check."""

    settings: Settings
    bucket: Bucket


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


async def checked_by(settings: Settings, processes: int) -> Truth:
    """Check everybody in processes of their own."""
    shares = [Share(settings, Bucket(index, processes)) for index in range(processes)]
    loop, found = asyncio.get_running_loop(), Truth()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        runs = [loop.run_in_executor(pool, check_share, share) for share in shares]
        for one in await asyncio.gather(*runs):
            found = found.plus(one)
    return found


def check_share(share: Share) -> Truth:
    """Check one share, in a process of its own."""
    return asyncio.run(check_alone(share.settings, share.bucket))


async def check_alone(settings: Settings, bucket: Bucket = EVERYBODY) -> Truth:
    """Check a bucket beside whatever else runs: only reading."""
    clock, stored = SystemClock(), settings.store
    vault = Vault(MasterKeys(stored.master_keys, stored.standby_keys))
    database = await open_database(stored.database_url)
    try:
        store = Store(database, vault, IdSource(clock.now))
        context = build_context(settings, load_texts())
        return await checked(Scores(store, context, clock), bucket)
    finally:
        await database.close()
