"""Ways to take things from under the running service, and to give them back."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.services.ports import LOOPBACK, free_port


class Cable:
    """A TCP connection to a server that can be pulled out and plugged in again."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._join, LOOPBACK, self.port)

    async def pull(self) -> None:
        if self._server is not None:
            self._server.close()
        for end in list(self._ends):
            end.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection(LOOPBACK, self._target)
        self._ends |= {writer, there}
        await asyncio.gather(self._carry(reader, there), self._carry(there_reader, writer))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        except ConnectionError:
            pass  # The cable was pulled.
        finally:
            sink.close()
            self._ends.discard(sink)


@asynccontextmanager
async def cabled(url: str) -> AsyncIterator[tuple[str, Cable]]:
    """Yield the address of a PostgreSQL database behind a cable, and the cable."""
    there = urlsplit(url)
    cable = Cable(there.port or 5432)
    await cable.plug()
    yield f"{there.scheme}://{there.username}@{LOOPBACK}:{cable.port}{there.path}", cable
    await cable.pull()


@asynccontextmanager
async def locked(file: Path) -> AsyncIterator[None]:
    """Keep everybody else from writing a SQLite file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        yield
        connection.execute("rollback")


class SmallDisk:
    """A file system of its own that a test can fill to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave no byte free."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):  # full for pieces of this size
                    while file.write(b"\0" * size):
                        pass

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int, owner: int | None = None) -> Iterator[SmallDisk]:
    """Mount a file system in memory at ``folder``; only root may do that.

    Raises:
        RuntimeError: it cannot be mounted.
    """
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder))
    if owner is not None:
        os.chown(folder, owner, owner)
    try:
        yield SmallDisk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def can_mount() -> bool:
    """Tell whether this process may mount a file system."""
    with tempfile.TemporaryDirectory() as parent:
        try:
            with small_disk(Path(parent) / "disk", 1):
                return True
        except RuntimeError:
            return False


def _run(*words: str) -> None:
    program = shutil.which(words[0])
    if program is None:
        message = f"no program {words[0]}"
        raise RuntimeError(message)
    done = subprocess.run(  # noqa: S603 - the system's own
        [program, *words[1:]], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
