"""Keys of the HTTP API, and the words of calls that serve once."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.access import ApiKey, Scope, scopes_of
from storage.moments import from_micros, moment_or_none, to_micros
from storage.resealing import SealedTable

if TYPE_CHECKING:
    from storage.database import Database, Row, Transaction
    from storage.ids import IdSource
    from storage.vault import Vault

PURPOSE = "api-key"
SEALED = SealedTable("api_key", PURPOSE)
_SECRET_BYTES = 32
_WORD_BYTES = 8
#: Keys of trackers stand in pages: they look different, so that nobody signs with one.
_SIGNING, _TRACKING = "ck_", "wk_"

_INSERT = """
insert into api_key (id, word, name, system, scopes, per_minute, sealed, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_FIND = "select * from api_key where word = $1"
_LIST = "select * from api_key order by id"
_REVOKE = "update api_key set revoked_at = $2 where word = $1 and revoked_at is null"
_USE = """
insert into api_call (id, dedupe_key, digest, at, is_nonce) values ($1, $2, $3, $4, $5)
on conflict (dedupe_key) do nothing
"""
_USED = "select digest from api_call where dedupe_key = $1"
_FORGET = """
delete from api_call where id in (
  select id from api_call where is_nonce = $1 and at < $2 order by at limit $3)
"""


class Use(StrEnum):
    """What became of a word that serves once."""

    FIRST = "first"
    #: The same word for the same thing.
    AGAIN = "again"
    #: The same word for something else.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What a new key is to be; without a ``system`` its own word names one."""

    name: str
    system: str
    scopes: frozenset[Scope]
    per_minute: int


class ApiKeys:
    """Issues, finds and revokes keys."""

    def __init__(self, database: Database, vault: Vault, ids: IdSource) -> None:
        """Keep them in ``database``, secrets sealed by ``vault``."""
        self._database = database
        self._vault = vault
        self._ids = ids

    async def issue(self, wish: KeyWish, now: datetime) -> tuple[ApiKey, str]:
        """Make a key; return it with its secret, which is shown this once."""
        prefix = _TRACKING if wish.scopes == {Scope.COLLECT} else _SIGNING
        word = prefix + secrets.token_hex(_WORD_BYTES)
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        system = wish.system or word
        sealed = self._vault.seal(PURPOSE, secret.encode())
        scopes = " ".join(sorted(wish.scopes))
        async with self._database.write() as tx:
            await tx.execute(
                _INSERT,
                self._ids.next(),
                word,
                wish.name,
                system,
                scopes,
                wish.per_minute,
                sealed,
                to_micros(now),
            )
        key = ApiKey(word, wish.name, system, wish.scopes, wish.per_minute, now, secret.encode())
        return key, secret

    async def find(self, word: str) -> ApiKey | None:
        """Return a key by its word, a revoked one too."""
        rows = await self._database.look(_FIND, word)
        return self._key(rows[0]) if rows else None

    async def all(self) -> list[ApiKey]:
        """Return every key, oldest first."""
        return [self._key(row) for row in await self._database.look(_LIST)]

    async def revoke(self, word: str, now: datetime) -> bool:
        """Take a key out of use; False when there is none that is in use."""
        async with self._database.write() as tx:
            return await tx.execute(_REVOKE, word, to_micros(now)) > 0

    async def use_nonce(self, key: ApiKey, nonce: str, now: datetime) -> bool:
        """Use up a nonce; False when it was used before."""
        async with self._database.write() as tx:
            return await self._use(tx, _once("nonce", key, nonce), b"", now) is Use.FIRST

    async def use_word(self, kind: str, word: str, now: datetime) -> bool:
        """Use up a word of another kind, of no key; False when it was used before."""
        once = sha256(f"{kind}\0{word}".encode()).digest()
        async with self._database.write() as tx:
            return await self._use(tx, once, b"", now) is Use.FIRST

    async def was_used(self, digest: bytes) -> bool:
        """Tell whether a call of :func:`call_digest` was accepted."""
        return bool(await self._database.look(_USED, digest))

    async def use_idempotency_key(self, key: ApiKey, word: str, body: bytes, now: datetime) -> Use:
        """Let an idempotency key stand for ``body``; tell what it stood for before."""
        digest = sha256(body).digest()
        async with self._database.write() as tx:
            return await self._use(tx, call_digest(key, word), digest, now)

    async def _use(self, tx: Transaction, once: bytes, digest: bytes, now: datetime) -> Use:
        stamp, is_nonce = to_micros(now), not digest
        if await tx.execute(_USE, self._ids.next(), once, digest, stamp, is_nonce):
            return Use.FIRST
        row = await tx.fetch_one(_USED, once)
        is_same = row is not None and hmac.compare_digest(bytes(row["digest"]), digest)
        return Use.AGAIN if is_same else Use.OTHER

    def _key(self, row: Row) -> ApiKey:
        return ApiKey(
            word=row["word"],
            name=row["name"],
            system=row["system"],
            scopes=scopes_of(row["scopes"].split()),
            per_minute=row["per_minute"],
            created_at=from_micros(row["created_at"]),
            secret=self._vault.open(PURPOSE, bytes(row["sealed"])),
            revoked_at=moment_or_none(row["revoked_at"]),
        )


def call_digest(key: ApiKey, word: str) -> bytes:
    """Return 32 bytes that name, to everybody who has them, one accepted call of a key."""
    return _once("call", key, word)


def _once(kind: str, key: ApiKey, word: str) -> bytes:
    return sha256(f"{kind}\0{key.word}\0{word}".encode()).digest()


async def forget_calls(tx: Transaction, before: datetime, limit: int, *, nonces: bool) -> int:
    """Delete nonces, or idempotency keys, that were used before."""
    return await tx.execute(_FORGET, nonces, to_micros(before), limit)
