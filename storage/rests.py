"""Until when nobody need call an endpoint: one relay meets the limit, all of them rest.

Kept as numbers that only grow (microseconds), so that the longest rest stands
whoever writes last, and a restart does not end it.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from domain.messages import Endpoint
from storage.moments import from_micros, to_micros
from storage.protocols import Database

_PREFIX = "rest:"
#: Names are up to 64 characters; few accounts are so long that they need a digest.
_LONGEST = 64

_BEGIN = """
insert into counter (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value where counter.value < excluded.value
"""
_UNDER_WAY = "select name, value from counter where name >= $1 and name < $2 and value > $3"


def rest_name(endpoint: Endpoint, account: str) -> str:
    """Return under which name the rest of an endpoint of an account is kept."""
    name = f"{_PREFIX}{endpoint.value}:{account}"
    if len(name) <= _LONGEST:
        return name
    return f"{_PREFIX}{endpoint.value}:{blake2b(account.encode(), digest_size=12).hexdigest()}"


class Rests:
    """What relays tell each other through the database."""

    def __init__(self, database: Database) -> None:
        """Keep rests in the main database."""
        self._database = database

    async def begin(self, name: str, until: datetime) -> int:
        """Let everybody rest ``until`` (aware); a longer rest stands. Return whether it grew.

        Raises:
            StorageError: the database is not there; nobody else knows.
        """
        async with self._database.write() as tx:
            return await tx.execute(_BEGIN, name, to_micros(until))

    async def under_way(self, now: datetime) -> dict[str, datetime]:
        """Return the end of every rest that lasts beyond ``now``, by :func:`rest_name`.

        Raises:
            StorageError: the database is not there.
        """
        end = _PREFIX[:-1] + chr(ord(_PREFIX[-1]) + 1)
        rows = await self._database.look(_UNDER_WAY, _PREFIX, end, to_micros(now))
        return {row["name"]: from_micros(row["value"]) for row in rows}
