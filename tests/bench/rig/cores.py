"""Which core does what: the server under test has one for itself, everything else the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.services.ports import wait_until_accepting

SERVER_CORE, OTHER_CORE = 0, 1
#: How long a server may take to stop before it is killed.
_PATIENCE_SECONDS = 20.0


def leave_server_core() -> None:
    """Keep this process, and what it starts without :func:`pinned`, on the other core."""
    os.sched_setaffinity(0, {OTHER_CORE})


def pinned(command: Sequence[str | Path]) -> list[str | Path]:
    """Return ``command`` wrapped so that it stays on the server's core."""
    return ["taskset", "--cpu-list", str(SERVER_CORE), *command]


def python(module: str, *arguments: str) -> list[str | Path]:
    """Return the command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


@contextmanager
def running(
    command: Sequence[str | Path],
    port: int,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block is left; it has to listen on ``port`` first.

    Raises:
        RuntimeError: it did not start.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
        )
    try:
        _wait(port, process, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    try:
        wait_until_accepting(port, process, within_seconds=30)
    except RuntimeError as error:
        message = f"{error}; its last words: {log.read_text(errors='replace')[-2000:]}"
        raise RuntimeError(message) from None
