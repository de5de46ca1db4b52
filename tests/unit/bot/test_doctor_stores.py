from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.doctor import stores
from bot.doctor.finding import Finding, Severity, ok, skipped, warning
from storage.database import inbox_url_of, open_database
from storage.errors import Cause, StorageError, StorageUnavailable
from storage.schema import migrate
from storage.vault import MasterKeys, Vault
from tests.unit.bot.doctor_installation import installed, names_in

OURS = {1: bytes(range(32))}
OTHER = base64.b64encode(bytes(32)).decode()


async def found(folder: Path, url: str, **variables: str) -> tuple[Finding, Finding]:
    async with installed(folder, CLEW_DATABASE_URL=url, **variables) as installation:
        return await stores.database(installation), await stores.sealed(installation)


async def give_a_person_a_key(url: str, person_id: int) -> None:
    database = await open_database(url)
    async with database.write() as tx:
        wrapped = Vault(MasterKeys(OURS)).new_data_key()
        await tx.execute(
            "insert into data_key (person_id, wrapped) values ($1, $2)", person_id, wrapped
        )
    await database.close()


async def test_a_migrated_database_is_ready(database_url: str, tmp_path: Path) -> None:
    await migrate(database_url, inbox_url_of(database_url))
    database, sealed = await found(tmp_path, database_url)
    kind = "sqlite" if database_url.startswith("sqlite") else "postgres"
    assert database == ok("database_ready", kind=kind)
    assert sealed == skipped("nothing_sealed")


@pytest.mark.postgres
async def test_an_empty_server_database_waits_for_its_migrations(
    postgres_url: str, tmp_path: Path
) -> None:
    database, sealed = await found(tmp_path, postgres_url)
    assert (database.severity, database.code) == (Severity.WARNING, "migrations_pending")
    assert sealed == skipped("nothing_sealed")
    # Looking has changed nothing.
    assert (await found(tmp_path, postgres_url))[0] == database


async def test_a_file_that_is_not_there_is_not_made(sqlite_url: str, tmp_path: Path) -> None:
    database, sealed = await found(tmp_path, sqlite_url)
    assert database == warning("database_not_made")
    assert sealed == skipped("nothing_sealed")
    assert names_in(tmp_path) == []


async def test_a_file_that_is_no_database(sqlite_url: str, tmp_path: Path) -> None:
    for name in ("main.db", "main-inbox.db"):
        (tmp_path / name).write_bytes(b"not a database at all, but long enough" * 100)
    database, sealed = await found(tmp_path, sqlite_url)
    assert (database.severity, database.code) == (Severity.BROKEN, "database_unreachable")
    assert sealed.code == "database_not_read"


async def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    url = "postgresql://clew:hush-hush@127.0.0.1:9/clew"
    database, sealed = await found(tmp_path, url)
    assert (database.severity, database.code) == (Severity.BROKEN, "database_unreachable")
    assert sealed.code == "database_not_read"
    assert "hush-hush" not in repr((database, sealed))


async def test_the_key_that_sealed_the_data_fits(database_url: str, tmp_path: Path) -> None:
    await migrate(database_url, inbox_url_of(database_url))
    await give_a_person_a_key(database_url, 1)
    assert (await found(tmp_path, database_url))[1] == ok("master_key_fits")


async def test_another_key_does_not_fit(database_url: str, tmp_path: Path) -> None:
    await migrate(database_url, inbox_url_of(database_url))
    await give_a_person_a_key(database_url, 1)
    for key in (OTHER, f"2:{OTHER}"):
        sealed = (await found(tmp_path, database_url, CLEW_MASTER_KEY=key))[1]
        assert (sealed.severity, sealed.code) == (Severity.BROKEN, "master_key_does_not_fit")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StorageUnavailable("locked", Cause.LOCKED), "database_busy"),
        (StorageUnavailable("gone", Cause.GONE), "database_unreachable"),
        (StorageError("odd"), "database_unusable"),
    ],
)
async def test_what_keeps_the_schema_from_being_read(
    error: StorageError, code: str, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: str) -> list[str]:
        raise error

    monkeypatch.setattr(stores, "pending", fail)
    database, _ = await found(Path("unused"), migrated_url)
    assert (database.severity, database.code) == (Severity.BROKEN, code)


@pytest.mark.redis
async def test_redis_that_refuses_the_login(redis_address: str, tmp_path: Path) -> None:
    url = redis_address.replace("://", "://nobody:hush-hush@", 1)
    async with installed(tmp_path, CLEW_REDIS_URL=url) as installation:
        finding = await stores.redis(installation)
    assert (finding.severity, finding.code) == (Severity.BROKEN, "redis_refused")
    assert "hush-hush" not in repr(finding)


@pytest.mark.redis
async def test_redis_answers(redis_address: str, tmp_path: Path) -> None:
    async with installed(tmp_path, CLEW_REDIS_URL=redis_address) as installation:
        assert (await stores.redis(installation)).code == "redis_ready"


async def test_redis_that_does_not_answer(tmp_path: Path) -> None:
    url = "redis://clew:hush-hush@127.0.0.1:9/0"
    async with installed(tmp_path, CLEW_REDIS_URL=url) as installation:
        finding = await stores.redis(installation)
    assert (finding.severity, finding.code) == (Severity.BROKEN, "redis_unreachable")
    assert "hush-hush" not in repr(finding)


async def test_a_single_process_needs_no_redis(tmp_path: Path) -> None:
    async with installed(tmp_path) as installation:
        assert await stores.redis(installation) == skipped("redis_not_needed")
