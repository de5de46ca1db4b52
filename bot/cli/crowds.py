"""What is asked of everybody at the terminal: beside whatever runs, and only to look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.crowds import Crowds, Home

if TYPE_CHECKING:
    from config.settings import StoreSettings


@asynccontextmanager
async def crowds_beside(settings: StoreSettings, processes: int) -> AsyncIterator[Crowds]:
    """Yield the way to everybody, in so many processes; the database is closed afterwards.

    Raises:
        ConfigError, StorageError: a table is wrong, or the database cannot be opened.
    """
    here = await Home.of(settings).open()
    try:
        yield replace(here, settings=settings, processes=processes)
    finally:
        await here.store.database.close()
