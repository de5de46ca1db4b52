"""A company on a migrated SQLite file."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.clock import DrivenClock
from storage.database import Database, open_database
from tests.unit.handlers.company import Company


@pytest.fixture
async def database(migrated_sqlite_url: str) -> AsyncIterator[Database]:
    opened = await open_database(migrated_sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
async def company(database: Database, clock: DrivenClock) -> Company:
    return await Company.opened(database, clock)
