"""Migrated databases for the contract: made once per run, then copied for each test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from bot.clock import DrivenClock
from storage.database import Database, inbox_url_of, open_database
from storage.ids import IdSource
from storage.inbox import Inbox, open_inbox
from storage.schema import migrate
from storage.vault import MasterKeys, Vault
from tests.services import postgres

_numbers = count(1)


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a migrated ``main.db`` and its inbox."""
    folder = tmp_path_factory.mktemp("migrated")
    url = f"sqlite://{folder / 'main.db'}"
    asyncio.run(migrate(url, inbox_url_of(url)))
    return folder


@pytest.fixture(scope="session")
def migrated_template(postgres_address: str) -> Iterator[str]:
    """Yield the name of a migrated PostgreSQL database, to be used as a template."""
    name = f"clew_template_{os.getpid()}"
    postgres.execute(postgres_address, f"create database {name}")
    url = f"{postgres_address}/{name}"
    asyncio.run(migrate(url, url))
    yield name
    postgres.execute(postgres_address, f"drop database {name} with (force)")


@pytest.fixture
def migrated_sqlite_url(migrated_files: Path, tmp_path: Path) -> str:
    """Return the address of a fresh copy of the migrated files."""
    for file in migrated_files.glob("*.db"):
        shutil.copy(file, tmp_path / file.name)
    return f"sqlite://{tmp_path / 'main.db'}"


@pytest.fixture
def migrated_postgres_url(postgres_address: str, migrated_template: str) -> Iterator[str]:
    """Yield the address of a fresh copy of the migrated database."""
    name = f"clew_contract_{os.getpid()}_{next(_numbers)}"
    postgres.execute(postgres_address, f"create database {name} template {migrated_template}")
    yield f"{postgres_address}/{name}"
    postgres.execute(postgres_address, f"drop database {name} with (force)")


@pytest.fixture(
    params=[
        pytest.param("migrated_sqlite_url", id="sqlite"),
        pytest.param("migrated_postgres_url", id="postgres", marks=pytest.mark.postgres),
    ]
)
def migrated_url(request: pytest.FixtureRequest) -> str:
    """Run the test twice, on a migrated database of each kind."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """Yield a migrated, open database."""
    opened = await open_database(migrated_url)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> Vault:
    """Return a vault with an invented key."""
    return Vault(MasterKeys({1: bytes(range(32))}))


@pytest.fixture
def ids(clock: DrivenClock) -> IdSource:
    """Return a source of ids on the driven clock."""
    return IdSource(clock.now)


@pytest.fixture
async def inbox(
    database: Database, migrated_url: str, vault: Vault, ids: IdSource
) -> AsyncIterator[Inbox]:
    """Yield an open inbox."""
    opened = open_inbox(inbox_url_of(migrated_url), database, vault, ids)
    yield opened
    await opened.close()
