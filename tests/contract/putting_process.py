"""Puts deliveries until it is killed, and says which ones were stored.

Started by ``test_inbox_crash`` as ``python -m tests.contract.putting_process URL``.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count

from domain.values import Priority
from storage.database import inbox_url_of, open_database
from storage.ids import IdSource
from storage.inbox import Delivery, Inbox, open_inbox
from storage.vault import MasterKeys, Vault

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


async def put_until_killed(inbox: Inbox, numbers: count[int]) -> None:
    for number in numbers:
        key = str(number)
        item = Delivery("wecom:clew", key.encode(), key, Priority.NORMAL, b"payload", NOW)
        assert await inbox.put(lambda item=item: item)  # type: ignore[misc]
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()


async def main(url: str) -> None:
    database = await open_database(url)
    vault = Vault(MasterKeys({1: bytes(range(32))}))
    inbox = open_inbox(inbox_url_of(url), database, vault, IdSource(lambda: NOW))
    numbers = count()
    await asyncio.gather(*(put_until_killed(inbox, numbers) for _ in range(16)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
