"""Work that is looked for again and again, by one process at a time where several run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.storage_watch import StorageWatch
from storage.errors import StorageError

if TYPE_CHECKING:
    from bot.cluster.duties import Duty


async def look_every(seconds: float, look: Callable[[], Awaitable[object]], part: str) -> None:
    """Look now and every so many real seconds until cancelled; a storage away is waited for.

    The first look does not wait: on a new installation what each day asks for is done
    while there is nobody yet, and not in the middle of the first rush.
    ``part`` names the work in the log and in ``clew_storage_failures_total``.
    """
    watch = StorageWatch(part)
    while True:
        try:
            await look()
        except StorageError as error:
            watch.failed(error)
        else:
            watch.worked()
        await asyncio.sleep(seconds)


async def is_ours(duty: Duty | None) -> bool:
    """Tell whether this process does the duty; without one no other process does.

    Raises:
        StorageError: the database is not there; do nothing meanwhile.
    """
    return duty is None or await duty.held() is not None
