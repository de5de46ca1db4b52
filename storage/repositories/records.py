"""What is kept for people to look at later: looks, commands, doubts, unknown callbacks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from domain.values import PersonId
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.database import Transaction
    from storage.ids import Ids
    from storage.vault import Vault

UNKNOWN_PURPOSE = "unknown_update"


class Records:
    """Append-only records of one unit of work."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._ids = ids

    async def looked(
        self, userid: str, person_id: PersonId, *, what: str, via: str, at: datetime
    ) -> None:
        """Write down that someone saw personal data: ``what`` (phone, portrait), ``via`` a door."""
        await self._tx.execute(
            "insert into access_log (id, userid, person_id, what, via, at)"
            " values ($1, $2, $3, $4, $5, $6)",
            self._ids.next(),
            userid,
            person_id,
            what,
            via,
            to_micros(at),
        )

    async def looked_at_all(
        self, userid: str, person_ids: Iterable[PersonId], *, what: str, via: str, at: datetime
    ) -> None:
        """Write down that someone saw many persons at once."""
        await self._tx.execute_set(
            "insert into access_log (id, userid, person_id, what, via, at)"
            " values ($1, $2, $3, $4, $5, $6)",
            [(self._ids.next(), userid, one, what, via, to_micros(at)) for one in person_ids],
        )

    async def commanded(
        self, userid: str, command: str, result: str, *, dedupe_key: str, at: datetime
    ) -> None:
        """Write down a command and how it ended."""
        await self._tx.execute(
            "insert into audit (id, userid, command, result, dedupe_key, at)"
            " values ($1, $2, $3, $4, $5, $6) on conflict (dedupe_key) do nothing",
            self._ids.next(),
            userid,
            command,
            result,
            dedupe_key,
            to_micros(at),
        )

    async def unknown(
        self, source: str, kind: str, raw: bytes, *, dedupe_key: str, at: datetime
    ) -> None:
        """Keep a callback of no known kind, sealed."""
        await self._tx.execute(
            "insert into unknown_update (id, source, kind, sealed, dedupe_key, at)"
            " values ($1, $2, $3, $4, $5, $6) on conflict (dedupe_key) do nothing",
            self._ids.next(),
            source,
            kind,
            self._vault.seal(UNKNOWN_PURPOSE, raw),
            dedupe_key,
            to_micros(at),
        )
