"""Migrated databases for the contract: made once per run, then copied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.clock import DrivenClock
from storage.database import Database, inbox_url_of, open_database
from storage.ids import IdSource
from storage.inbox import Inbox, open_inbox
from storage.vault import MasterKeys, Vault


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
