"""A clock that stands in a file, so that several processes are driven by one test."""

from __future__ import annotations

import asyncio
import mmap
from datetime import datetime, timedelta
from pathlib import Path

from storage.moments import from_micros, to_micros

_BYTES = 8


class FileClock:
    """Stands still until :meth:`advance` moves it, in whatever process."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._moment = mmap.mmap(file.fileno(), _BYTES)

    @classmethod
    def starting_at(cls, path: Path, moment: datetime) -> FileClock:
        path.write_bytes(to_micros(moment).to_bytes(_BYTES))
        return cls(path)

    def now(self) -> datetime:
        return from_micros(int.from_bytes(self._moment[:_BYTES]))

    async def sleep(self, seconds: float) -> None:
        until = self.now() + timedelta(seconds=seconds)
        while self.now() < until:  # noqa: ASYNC110 - another process moves it
            await asyncio.sleep(0.02)

    def advance(self, by: timedelta) -> datetime:
        moment = self.now() + by
        self._moment[:_BYTES] = to_micros(moment).to_bytes(_BYTES)
        return moment
