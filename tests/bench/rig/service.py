"""The service under test, as an operator starts it: ``clew serve`` alone on its core."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rig.cores import pinned, python, running
from tests.bench.rig.corp import environment
from tests.services.ports import LOOPBACK, free_port

PROCESSED = "clew_updates_processed_total"


@dataclass(frozen=True, slots=True)
class Served:
    """A running Clew and the platform that it calls."""

    port: int
    platform_port: int
    pid: int

    def metric(self, name: str) -> float:
        """Return the value of an unlabelled metric."""
        for line in _get(self.port, "/metrics").splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def marks(self) -> list[tuple[str, float]]:
        """Return which marks the platform was called with since the last time, and when."""
        return [(mark, at) for mark, at in json.loads(_get(self.platform_port, "/marks"))]


@contextmanager
def served(folder: Path, database_url: str = "") -> Iterator[Served]:
    """Run Clew on its core and a platform where we run; SQLite in ``folder`` without an address.

    Raises:
        RuntimeError: one of them did not start.
    """
    port, platform_port = free_port(), free_port()
    platform = python("tests.bench.rig.platform", str(platform_port))
    address = f"http://{LOOPBACK}:{platform_port}"
    settings = environment(port, address, str(folder / "data"), database_url)
    command = pinned(python("bot", "serve"))
    with (
        running(platform, platform_port, folder / "platform.log"),
        running(command, port, folder / "clew.log", settings) as process,
    ):
        yield Served(port, platform_port, process.pid)


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}{path}", timeout=30) as answer:
        text: str = answer.read().decode()
    return text
