"""Where data lives: database, its schema, the keys that open what it holds, Redis."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from bot.doctor.finding import Finding, broken, ok, skipped, warning
from bot.doctor.installation import Installation
from storage.database import Database, inbox_url_of, open_database
from storage.errors import Cause, SchemaMissing, SealBroken, StorageError, StorageUnavailable
from storage.schema import pending
from storage.sqlite import path_of_url
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

#: Seconds for each step of asking Redis.
_REDIS_PATIENCE = 3.0
#: The oldest and the newest person: between them lies every change of master keys.
_ENDS = (
    "select wrapped from data_key where length(wrapped) > 0 order by person_id limit 1",
    "select wrapped from data_key where length(wrapped) > 0 order by person_id desc limit 1",
)


async def database(installation: Installation) -> Finding:
    """Reach the database and compare its schema with the program's; nothing is changed."""
    url = installation.settings.store.database_url
    if not _exists(url):
        return warning("database_not_made")
    try:
        async with _open(url) as reached:
            waiting = await pending(url, inbox_url_of(url))
    except StorageUnavailable as error:
        code = "database_busy" if error.cause is Cause.LOCKED else "database_unreachable"
        return broken(code, problem=error.problem)
    except StorageError as error:
        return broken("database_unusable", problem=error.problem)
    if waiting:
        return warning("migrations_pending", count=len(waiting))
    return ok("database_ready", kind=reached.dialect.value)


async def sealed(installation: Installation) -> Finding:
    """Open what the oldest and the newest person's keys are sealed in."""
    store = installation.settings.store
    if not _exists(store.database_url):
        return skipped("nothing_sealed")
    vault = Vault(MasterKeys(store.master_keys, store.standby_keys))
    try:
        async with _open(store.database_url) as reached, reached.read() as tx:
            wrapped = [bytes(row["wrapped"]) for sql in _ENDS for row in await tx.fetch(sql)]
        for one in wrapped:
            vault.rewrap(one)
    except SealBroken:
        return broken("master_key_does_not_fit")
    except SchemaMissing:
        return skipped("nothing_sealed")
    except StorageError as error:
        return skipped("database_not_read", problem=error.problem)
    return ok("master_key_fits") if wrapped else skipped("nothing_sealed")


def _exists(url: str) -> bool:
    """Tell whether opening ``url`` would not make a new file."""
    return not url.startswith("sqlite://") or all(
        path_of_url(one).is_file() for one in (url, inbox_url_of(url))
    )


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    reached = await open_database(url)
    try:
        yield reached
    finally:
        await reached.close()


async def redis(installation: Installation) -> Finding:
    """Ask Redis for a sign of life; a single process needs none."""
    url = installation.settings.store.redis_url
    if not url:
        return skipped("redis_not_needed")
    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
    client: Redis = Redis.from_url(
        url, socket_timeout=_REDIS_PATIENCE, socket_connect_timeout=_REDIS_PATIENCE
    )
    try:
        await client.ping()
    except AuthenticationError:
        return broken("redis_refused", place=place)
    except (RedisError, OSError) as error:
        return broken("redis_unreachable", place=place, reason=type(error).__name__)
    finally:
        await client.aclose()
    return ok("redis_ready", place=place)
