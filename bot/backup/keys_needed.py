"""Which master keys a database cannot be read without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.keyring import standing
from storage.database import open_database
from storage.ids import IdSource
from storage.inbox import open_inbox
from storage.rotation import Rotation

if TYPE_CHECKING:
    from handlers.ports import Clock
    from storage.vault import Vault


async def keys_needed(main_url: str, inbox_url: str, vault: Vault, clock: Clock) -> set[int]:
    """Return which of our keys something stands under; the one that seals is among them.

    Everything that is indexed is opened on the way.

    Raises:
        StorageError: the databases cannot be read.
    """
    database = await open_database(main_url)
    try:
        inbox = open_inbox(inbox_url, database, vault, IdSource(clock.now))
        try:
            found = await standing(Rotation(database, inbox, vault).page)
        finally:
            await inbox.close()
    finally:
        await database.close()
    numbers = {number for counts in found.rows.values() for number in counts}
    return (numbers & vault.keys.keys.keys()) | {vault.keys.sealing}
