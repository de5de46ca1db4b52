"""One process at a time pulls an account; a dead one holds up the others only for a while."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.clock import DrivenClock
from bot.cluster.turns import HOLD_FOR, LeasedTurns
from bot.pulling import Puller
from bot.wecom.client.clients import Clients
from domain.messages import Fetch, FetchKind
from storage.database import Database
from storage.inbox import Inbox
from storage.leases import PRESENT, Leases
from storage.moments import from_micros
from tests.patience import PATIENCE, until
from tests.unit.bot.loopback_platform import Platform

NAME = "kf:wk1"


@pytest.fixture
def turns(database: Database, clock: DrivenClock) -> list[LeasedTurns]:
    return [LeasedTurns(Leases(database, f"host:{n}"), clock) for n in range(3)]


async def test_turns_never_overlap(turns: list[LeasedTurns]) -> None:
    inside, most = 0, 0

    async def work(mine: LeasedTurns) -> None:
        nonlocal inside, most
        async with mine.turn(NAME):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work(mine) for mine in turns))
    assert most == 1


async def test_turns_of_different_names_do_not_wait(turns: list[LeasedTurns]) -> None:
    async with asyncio.timeout(PATIENCE), turns[0].turn("kf:wk1"), turns[1].turn("kf:wk2"):
        pass


async def test_the_turn_of_a_dead_process_ends(
    turns: list[LeasedTurns], database: Database, clock: DrivenClock
) -> None:
    await Leases(database, "dead").acquire(NAME, HOLD_FOR, clock.now())
    clock.advance(HOLD_FOR)
    async with asyncio.timeout(PATIENCE), turns[0].turn(NAME):
        pass


async def test_a_long_turn_is_renewed(
    turns: list[LeasedTurns],
    database: Database,
    clock: DrivenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.cluster.turns.RENEW_SECONDS", 0.01)
    other = Leases(database, "other")
    async with turns[0].turn(NAME):
        renewed = clock.advance(HOLD_FOR - timedelta(seconds=1)) + HOLD_FOR
        await until(lambda: is_held(database, renewed))
        clock.advance(timedelta(seconds=2))
        assert await other.acquire(NAME, HOLD_FOR, clock.now()) is None
    assert await other.acquire(NAME, HOLD_FOR, clock.now()) is not None


async def is_held(database: Database, moment: datetime) -> bool:
    async with database.read() as tx:
        row = await tx.fetch_one(PRESENT, NAME)
    return row is not None and from_micros(row["until"]) >= moment


async def test_two_processes_pull_an_account_one_after_the_other(
    turns: list[LeasedTurns], clients: Clients, platform: Platform, inbox: Inbox, clock: DrivenClock
) -> None:
    platform.gate = asyncio.Event()
    pullers = [Puller(clients.corp.kf, inbox, clock, mine) for mine in turns]
    fetch = Fetch(FetchKind.KF_MESSAGES, "wk1", "", 1)
    pulls = asyncio.gather(*(puller.pull(fetch) for puller in pullers))
    await until(lambda: platform.calls("/cgi-bin/kf/sync_msg"))
    platform.gate.set()
    await pulls
    assert platform.most_running == 1
