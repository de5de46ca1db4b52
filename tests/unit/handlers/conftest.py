"""A company on a migrated SQLite file."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from storage.database import Database, inbox_url_of, open_database
from storage.schema import migrate
from tests.unit.handlers.company import Company


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once; tests copy the files, which takes a hundredth of the time."""
    folder = tmp_path_factory.mktemp("migrated")
    url = f"sqlite:///{folder / 'main.db'}"
    asyncio.run(migrate(url, inbox_url_of(url)))
    return folder


@pytest.fixture
def migrated_url(migrated_files: Path, sqlite_url: str) -> str:
    """Return the address of a fresh copy of the migrated files."""
    target = Path(sqlite_url.removeprefix("sqlite:///")).parent
    for file in migrated_files.iterdir():
        shutil.copy(file, target)
    return sqlite_url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    opened = await open_database(migrated_url)
    yield opened
    await opened.close()


@pytest.fixture
async def company(database: Database, clock: DrivenClock) -> Company:
    return await Company.opened(database, clock)
