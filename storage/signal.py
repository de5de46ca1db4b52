"""A bell for those who wait for work in this process."""

from __future__ import annotations

import asyncio


class WorkSignal:
    """Rung when work was stored. A ring that nobody hears is heard by the next who waits."""

    def __init__(self) -> None:
        """Start silent."""
        self._event = asyncio.Event()

    def notify(self) -> None:
        """Wake whoever waits."""
        self._event.set()

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 — it ends quietly
        """Return when the bell rang since the last wait, or after ``timeout`` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            return
        self._event.clear()
