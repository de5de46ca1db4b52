"""What every test may ask for: databases, Redis, ports, a driven clock, shared data.

Two rules hold for all tests: no socket leaves the machine, and with ``CI=true``
nothing skips. Servers found running are used but never stopped; those started
here end with the run.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from itertools import count
from typing import TYPE_CHECKING

import hypothesis
import pytest

from bot.clock import DrivenClock
from storage.database import inbox_url_of
from storage.schema import migrate
from tests import factories
from tests.patience import make_product_patient
from tests.services import chromium, ports, postgres, redis
from tests.services.loopback import refuse_outside_connections
from tests.shared import DATA, SHARED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator, Iterator
    from datetime import datetime
    from pathlib import Path

    from playwright.async_api import Browser

IS_CI = os.environ.get("CI", "").lower() in {"1", "true"}
#: Variables that tell tests where things are; all others are settings of Clew.
FOR_TESTS = ("CLEW_TEST_", "CLEW_SHARED", "CLEW_CHROMIUM")
_database_numbers = count(1)

# No property is decided by real time: a machine that stands still is no slow strategy.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``CI=true`` a skipped test is a failed test."""
    report = yield
    if IS_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = call.excinfo.value if call.excinfo else "no reason given"
        report.longrepr = f"{item.nodeid} skipped, and with CI=true nothing may: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that skips itself while it is collected."""
    report = yield
    if IS_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skipped, and with CI=true nothing may"
    return report


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        refuse_outside_connections(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _patient_product() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        make_product_patient(patch)
        yield


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own ``CLEW_…`` settings out of every test."""
    for name in list(os.environ):
        if name.startswith("CLEW_") and not name.startswith(FOR_TESTS):
            monkeypatch.delenv(name)


@pytest.fixture
def now() -> datetime:
    """Return the moment at which tests start: a Monday, 10:00 in Shanghai."""
    return factories.NOW


@pytest.fixture
def clock(now: datetime) -> DrivenClock:
    """Return a clock that stands at ``now`` until a test advances it."""
    return DrivenClock(now, is_running=False)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """Return a function that finds a free port on loopback."""
    return ports.free_port


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """Yield the address, without database, of a PostgreSQL that may create databases."""
    with postgres.postgres_server() as address:
        yield address


@pytest.fixture
def postgres_url(postgres_address: str) -> Iterator[str]:
    """Yield the address of a fresh, empty database; it is dropped after the test."""
    name = f"clew_test_{os.getpid()}_{next(_database_numbers)}"
    postgres.execute(postgres_address, f"create database {name}")
    yield f"{postgres_address}/{name}"
    postgres.execute(postgres_address, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a migrated ``main.db`` and its inbox: migrated once, then copied."""
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
    return f"sqlite:///{tmp_path / 'main.db'}"


@pytest.fixture
def migrated_postgres_url(postgres_address: str, migrated_template: str) -> Iterator[str]:
    """Yield the address of a fresh copy of the migrated database."""
    name = f"clew_test_{os.getpid()}_{next(_database_numbers)}"
    postgres.execute(postgres_address, f"create database {name} template {migrated_template}")
    yield f"{postgres_address}/{name}"
    postgres.execute(postgres_address, f"drop database {name} with (force)")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the address of a database file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'main.db'}"


@pytest.fixture(
    params=[
        pytest.param("sqlite_url", id="sqlite"),
        pytest.param("postgres_url", id="postgres", marks=pytest.mark.postgres),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """Run the test twice: on a fresh SQLite file and on a fresh PostgreSQL database."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture(scope="session")
def redis_address() -> Iterator[str]:
    """Yield the address of a Redis database that this test run owns."""
    with redis.redis_server() as address:
        yield address


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Yield a headless Chromium of the distribution."""
    program = chromium.chromium_program()
    if program is None:
        pytest.skip(chromium.MISSING)
    async with chromium.launched(program) as running:
        yield running


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder shared with other projects: ``data``, ``platform``, ``design``."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared folder at {SHARED}; CLEW_SHARED names another place")
    return SHARED


@pytest.fixture(scope="session")
def shared_data(shared: Path) -> Path:
    """Return the folder of shared data sets, such as ``wecom_vectors``."""
    assert shared.is_dir()
    return DATA
