"""Ways to take the storage from under the running service, and to give it back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
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
