"""One duty, one process; who was paused too long cannot write."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import LeaseLost
from storage.leases import Lease, Leases, check_lease
from tests.factories import NOW

HOLD = timedelta(seconds=30)
ENDED = NOW + HOLD


async def acquired(leases: Leases, after: timedelta = timedelta()) -> Lease:
    lease = await leases.acquire("sweep", HOLD, NOW + after)
    assert lease is not None
    return lease


async def check(database: Database, lease: Lease) -> None:
    async with database.write() as tx:
        await check_lease(tx, lease)


async def test_only_one_process_gets_the_duty(database: Database) -> None:
    left, right = Leases(database, "host-1"), Leases(database, "host-2")
    lease = await acquired(left)
    assert (lease.holder, lease.fencing, lease.until) == ("host-1", 1, ENDED)
    assert await right.acquire("sweep", HOLD, ENDED - timedelta(seconds=1)) is None
    assert await right.acquire("nightly", HOLD, NOW) is not None


async def test_many_that_apply_at_once_get_one_holder(database: Database) -> None:
    applications = [Leases(database, f"host-{n}").acquire("sweep", HOLD, NOW) for n in range(8)]
    given = [lease for lease in await asyncio.gather(*applications) if lease]
    assert len(given) == 1


async def test_renewing_keeps_the_fencing_number(database: Database) -> None:
    leases = Leases(database, "host-1")
    first = await acquired(leases)
    second = await acquired(leases, timedelta(seconds=10))
    assert second.fencing == first.fencing
    assert second.until == first.until + timedelta(seconds=10)
    await check(database, first)


async def test_an_ended_lease_goes_to_another_with_a_higher_number(database: Database) -> None:
    old = await acquired(Leases(database, "host-1"))
    new = await acquired(Leases(database, "host-2"), HOLD)
    assert new.fencing == old.fencing + 1
    await check(database, new)
    with pytest.raises(LeaseLost, match="taken over"):
        await check(database, old)


async def test_taking_up_an_own_ended_lease_is_a_new_one(database: Database) -> None:
    leases = Leases(database, "host-1")
    old = await acquired(leases)
    new = await acquired(leases, HOLD)
    assert new.fencing == old.fencing + 1
    with pytest.raises(LeaseLost):
        await check(database, old)


async def test_a_released_lease_is_free_at_once(database: Database) -> None:
    left, right = Leases(database, "host-1"), Leases(database, "host-2")
    lease = await acquired(left)
    await left.release(lease)
    taken = await acquired(right)
    assert taken.fencing == lease.fencing + 1
    await left.release(lease)
    await check(database, taken)


async def test_a_lease_that_was_never_given_cannot_be_checked(database: Database) -> None:
    with pytest.raises(LeaseLost):
        await check(database, Lease("nothing", "host-1", 1, NOW))
