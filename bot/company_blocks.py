"""Lets companies that are there already be found by keys that a later version looks under."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.looks import is_ours, look_every
from storage.marks import mark_of, put_mark
from storage.repositories.companies import reblock_companies

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.cluster.duties import Duty
    from storage.unit_of_work import Store

#: Name of the duty that schedulers of several processes apply for, and of its marks.
DUTY = "company-blocks"
_AT = "company-blocks-at"
#: Which keys there are: 1 brand and pairs of characters, 2 its sound as well.
EDITION = 2
#: Real seconds between two looks.
LOOK_SECONDS = 60.0
#: Companies in one transaction, and real seconds until the next.
CHUNK = 500
PAUSE_SECONDS = 0.02


class CompanyBlocks:
    """Goes through all companies once per edition; a pass that was cut off goes on."""

    def __init__(self, store: Store, duty: Duty | None) -> None:
        """Without ``duty`` no other process does it."""
        self._store = store
        self._duty = duty

    async def run(self) -> None:
        """Look until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.fill_if_due, "company_blocks")

    async def fill_if_due(self) -> bool:
        """Write the keys that are missing; True when that was finished now.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        async with self._store.database.read() as tx:
            is_done, after = await mark_of(tx, DUTY) == EDITION, await mark_of(tx, _AT)
        if is_done or not await is_ours(self._duty):
            return False
        while True:
            async with self._store.database.write() as tx:
                after = await reblock_companies(tx, self._store.ids, after, CHUNK)
                await put_mark(tx, _AT, after)
                if not after:
                    await put_mark(tx, DUTY, EDITION)
                    return True
            await asyncio.sleep(PAUSE_SECONDS)
            if not await is_ours(self._duty):
                return False


def company_blocks_of(parts: Parts) -> CompanyBlocks:
    """Return what fills the keys of a service."""
    return CompanyBlocks(parts.store, parts.duty(DUTY))
