"""What acceptance tests share: plain logs, and databases for the command line."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from storage.schema import migrate


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> Iterator[None]:
    """Write logs as the service does: tracebacks drawn for a terminal cost seconds each."""
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def migrated_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with migrated, empty databases, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    main, inbox = folder / "clew.db", folder / "clew-inbox.db"
    asyncio.run(migrate(f"sqlite://{main}", f"sqlite://{inbox}"))
    return folder


@pytest.fixture
def data(migrated_data: Path, tmp_path: Path) -> Path:
    """Return the data folder of this test's commands, its databases migrated."""
    return shutil.copytree(migrated_data, tmp_path / "data")
