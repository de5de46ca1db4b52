"""News of the stand-in: what the browser's stream and waiting tests listen to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

News = Mapping[str, object]


class Hub:
    """Hands every piece of news to every present listener."""

    def __init__(self) -> None:
        """Start without listeners."""
        self.listeners: set[asyncio.Queue[News]] = set()

    def publish(self, kind: str, **content: object) -> None:
        """Tell all listeners; ``kind`` is the news' ``type``."""
        news = {"type": kind, **content}
        for queue in self.listeners:
            queue.put_nowait(news)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[News]]:
        """Give a queue that receives everything published inside the block."""
        queue: asyncio.Queue[News] = asyncio.Queue()
        self.listeners.add(queue)
        try:
            yield queue
        finally:
            self.listeners.discard(queue)
