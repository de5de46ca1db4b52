"""After a crash of the only process: what it had in hand is free again at once.

With several processes a lease must run out, because its holder may be alive. A
process that alone may write to its files knows that all others are gone.
"""

from __future__ import annotations

from storage.database import open_database

#: The moment of a lease's end; long past, so that the next claim takes the row over
#: as it takes over any row whose holder died.
_END = "update {table} set free_at = 0 where {is_leased}"
_INBOX = ("inbox", "state = 'leased'")
_MAIN = (("outbox", "state = 'leased'"), ("platform_fetch", "lease_token <> ''"))


async def end_leases(main_url: str, inbox_url: str) -> int:
    """End every lease of a process that is gone; return how many rows are free again.

    Call it only where no other process can hold one: on SQLite, under the lock
    of the data folder, before anything claims.

    Raises:
        StorageUnavailable: a file cannot be written.
    """
    ended = 0
    for url, tables in ((inbox_url, (_INBOX,)), (main_url, _MAIN)):
        database = await open_database(url)
        try:
            async with database.write() as tx:
                for table, is_leased in tables:
                    ended += await tx.execute(_END.format(table=table, is_leased=is_leased))
        finally:
            await database.close()
    return ended
