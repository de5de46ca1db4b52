"""One process does an elected duty; the others stand by and take over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.cluster.duties import HOLD_FOR, Duty, process_name
from storage.database import Database
from storage.leases import Leases

NAME = "timer-sweep"


@pytest.fixture
def one(database: Database, clock: DrivenClock) -> Duty:
    return Duty(Leases(database, "host:1"), NAME, clock)


@pytest.fixture
def other(database: Database, clock: DrivenClock) -> Duty:
    return Duty(Leases(database, "host:2"), NAME, clock)


async def test_only_one_process_holds_a_duty(one: Duty, other: Duty) -> None:
    assert await one.held() is not None
    assert await other.held() is None


async def test_a_fresh_lease_is_not_renewed_at_every_look(one: Duty, clock: DrivenClock) -> None:
    first = await one.held()
    clock.advance(timedelta(seconds=1))
    assert await one.held() is first


async def test_a_lease_is_renewed_long_before_it_ends(
    one: Duty, other: Duty, clock: DrivenClock
) -> None:
    first = await one.held()
    clock.advance(HOLD_FOR / 2)
    second = await one.held()
    assert first is not None
    assert second is not None
    assert second.until > first.until
    assert second.fencing == first.fencing
    clock.advance(HOLD_FOR * 0.9)
    assert await other.held() is None


async def test_another_takes_over_from_a_holder_that_went_silent(
    one: Duty, other: Duty, clock: DrivenClock
) -> None:
    before = await one.held()
    clock.advance(HOLD_FOR)
    after = await other.held()
    assert before is not None
    assert after is not None
    assert after.fencing > before.fencing
    assert await one.held() is None


async def test_a_duty_given_back_is_free_at_once(one: Duty, other: Duty) -> None:
    await one.held()
    await one.give_back()
    assert await other.held() is not None
    await one.give_back()
    assert await one.held() is None


async def test_a_duty_that_was_lost_is_applied_for_anew(one: Duty) -> None:
    before = await one.held()
    one.lose()
    after = await one.held()
    assert before is not None
    assert after is not None
    assert after is not before


def test_no_two_processes_share_a_name() -> None:
    assert process_name() != process_name()
