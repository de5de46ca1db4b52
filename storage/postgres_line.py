"""A PostgreSQL connection of its own, for one caller who must not wait for others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from storage.postgres import CONNECT_TIMEOUT, STATEMENT_TIMEOUT, wrapping
from storage.protocols import Row


class PostgresLine:
    """Runs single statements, each a transaction that ends with it, one after the other.

    That is one message there and one back; a transaction on a connection of the
    pool takes four of each, and perhaps a wait until a connection is free.
    """

    def __init__(self, url: str) -> None:
        """Connect to the database at ``url`` when there is something to do."""
        self._url = url
        self._connection: Any = None

    async def fetch(self, sql: str, *args: object) -> Sequence[Row]:
        """Run a statement, commit, return its rows; a lost connection is made anew next time.

        Raises:
            StorageUnavailable: nothing was kept, unless the connection was lost
                during the commit itself: that leaves it open.
            StorageError: the database refuses the statement or a value.
        """
        with wrapping():
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(
                    self._url, timeout=CONNECT_TIMEOUT, command_timeout=STATEMENT_TIMEOUT
                )
            rows: Sequence[Row] = await self._connection.fetch(sql, *args)
            return rows

    async def close(self) -> None:
        """Disconnect; a server that does not answer is left."""
        if self._connection is not None:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                await self._connection.close(timeout=CONNECT_TIMEOUT)
            self._connection = None
