"""What was kept in memory of a transaction that came to nothing is forgotten."""

from __future__ import annotations

import pytest

from storage.database import Database
from storage.protocols import Transaction

WRITE = "insert into counter (name, value) values ($1, 1)"


async def written(tx: Transaction, name: str, forgotten: list[str]) -> None:
    await tx.execute(WRITE, name)
    tx.when_undone(lambda: forgotten.append(name))


async def test_what_is_committed_or_was_only_looked_at_is_kept(database: Database) -> None:
    forgotten: list[str] = []
    async with database.write() as tx:
        await written(tx, "kept", forgotten)
    async with database.read() as tx:
        tx.when_undone(lambda: forgotten.append("looked at"))
        await tx.fetch("select * from counter")
    assert forgotten == []


async def test_what_was_rolled_back_is_forgotten_at_once(database: Database) -> None:
    forgotten: list[str] = []
    async with database.write() as tx:
        await written(tx, "one", forgotten)
        await written(tx, "other", forgotten)
        await tx.roll_back()
        assert forgotten == ["one", "other"]
    assert forgotten == ["one", "other"]


async def test_what_failed_is_forgotten(database: Database) -> None:
    forgotten: list[str] = []

    async def fail() -> None:
        async with database.write() as tx:
            await written(tx, "failed", forgotten)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert forgotten == ["failed"]
