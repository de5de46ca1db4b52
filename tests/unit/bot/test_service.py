"""One process that does everything: it starts, works, comes to rest, and drains."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.clock import DrivenClock
from bot.cluster.roles import ProcessRefusedError, ProcessRole
from bot.loops import _end
from bot.service import Service, running
from bot.worker import Worker
from config.settings import Settings
from domain.messages import Timer
from domain.values import Priority
from storage.inbox import Delivery, InboxState
from storage.timers import set_timers
from tests.factories import NOW
from tests.patience import NEVER_COMES, PATIENCE
from tests.unit.bot.doctor_installation import settings_in
from tests.unit.bot.loopback_platform import Platform

FOLLOWED = b"""<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>
<CreateTime>1772416800</CreateTime><MsgType>event</MsgType><Event>subscribe</Event></xml>"""


@pytest.fixture(autouse=True)
def _logs_kept() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture
def settings(
    tmp_path: Path, address: str, platform: Platform, free_port: Callable[[], int]
) -> Settings:
    members = [{"userid": "LiLei", "name": "李雷"}, {"userid": "WangManager", "name": "王主管"}]
    platform.always["/cgi-bin/user/simplelist"] = {"errcode": 0, "userlist": members}
    return settings_in(
        tmp_path,
        CLEW_QYAPI_BASE=address,
        CLEW_MP_BASE=address,
        CLEW_MANAGERS="WangManager",
        CLEW_LISTEN_PORT=str(free_port()),
    )


@pytest.fixture
async def service(settings: Settings, clock: DrivenClock) -> AsyncIterator[Service]:
    async with running(settings, clock) as started:
        yield started


async def rows(service: Service, sql: str) -> list[tuple[object, ...]]:
    async with service.parts.database.read() as tx:
        return [tuple(row) for row in await tx.fetch(sql)]  # type: ignore[arg-type]


async def put(service: Service, key: bytes = b"k1") -> None:
    delivery = Delivery("mp:gh_1", key, "o1", Priority.CHAT, FOLLOWED, NOW)
    await service.parts.inbox.put(lambda: delivery)


async def at_rest(service: Service) -> None:
    async with asyncio.timeout(PATIENCE):
        await service.settle()


async def test_it_knows_channels_pools_and_members_once_it_has_started(service: Service) -> None:
    assert ("expo",) in await rows(service, "select code from channel")
    assert await rows(service, "select code from pool order by code") == [("nurture",), ("sales",)]
    members = await rows(service, "select userid, roles from employee order by userid")
    assert members == [("LiLei", "rep"), ("WangManager", "manager")]


@pytest.mark.parametrize(
    ("path", "said"), [("/healthz", "alive"), ("/readyz", "ready"), ("/metrics", "clew_")]
)
async def test_it_answers_probes(service: Service, path: str, said: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(service.address + path) as answer:
        assert answer.status == 200
        assert said in await answer.text()


async def test_what_comes_in_takes_effect_before_it_is_at_rest(service: Service) -> None:
    await put(service)
    await at_rest(service)
    assert await rows(service, "select count(*) from lead") == [(1,)]
    assert await service.parts.inbox.counts() == {
        InboxState.PENDING: 0,
        InboxState.LEASED: 0,
        InboxState.PARKED: 0,
    }
    assert await rows(service, "select count(*) from outbox where state = 'leased'") == [(0,)]


async def test_at_rest_no_timer_is_due(service: Service, clock: DrivenClock) -> None:
    parts = service.parts
    async with parts.database.write() as tx:
        timer = Timer("strange", 1, clock.now(), "t1")
        await set_timers(tx, parts.store.ids, [timer], clock.now())
    await at_rest(service)
    assert await rows(service, "select state from timer") == [("done",)]
    kept = await rows(service, "select kind from unknown_update")
    assert kept == [("TimerFired",)], "a timer that nobody knows is kept and shown"


async def test_a_stopped_service_has_finished_what_it_had_in_hand(
    settings: Settings, clock: DrivenClock
) -> None:
    async with running(settings, clock) as first:
        await put(first)
    async with running(settings, clock) as second:
        await at_rest(second)
        assert await rows(second, "select count(*) from lead") == [(1,)]
        assert await second.parts.inbox.list(InboxState.PENDING, 10) == []


async def test_a_file_has_one_process_that_does_everything(
    settings: Settings, clock: DrivenClock
) -> None:
    with pytest.raises(ProcessRefusedError) as refused:
        async with running(settings, clock, frozenset({ProcessRole.WEB})):
            pass
    assert refused.value.code == "roles_on_sqlite"


async def test_an_address_that_is_taken_is_said(
    service: Service, settings: Settings, clock: DrivenClock, tmp_path: Path
) -> None:
    elsewhere = replace(settings, store=replace(settings.store, data_dir=tmp_path / "other"))
    url = settings.store.database_url.replace(str(tmp_path), str(tmp_path / "other"))
    elsewhere = replace(elsewhere, store=replace(elsewhere.store, database_url=url))
    with pytest.raises(OSError, match="address already in use"):
        async with running(elsewhere, clock):
            pass
    assert service.address.endswith(str(settings.listen_port))


async def test_a_loop_that_broke_is_shown_and_begins_anew(
    settings: Settings, clock: DrivenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.loops.LOOP_PAUSE_SECONDS", 0.0)
    works, breaks = Worker._work, iter([True])

    async def work(self: Worker, *turn: Any) -> Any:
        if next(breaks, False):
            problem = "a defect outside of every row"
            raise ZeroDivisionError(problem)
        return await works(self, *turn)

    monkeypatch.setattr(Worker, "_work", work)
    with capture_logs() as logs:
        async with running(settings, clock) as service:
            await put(service)
            await at_rest(service)
            assert await rows(service, "select count(*) from lead") == [(1,)]
    broke = [line for line in logs if line["event"] == "loop_broke"]
    assert [line["loop"] for line in broke] == ["Worker.run"]


async def test_a_loop_that_swallows_a_cancellation_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.loops.ASK_AGAIN_SECONDS", NEVER_COMES)
    asked = 0

    async def deaf() -> None:
        nonlocal asked
        while asked < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asked += 1

    loop = asyncio.create_task(deaf(), name="deaf")
    await asyncio.sleep(0)
    with capture_logs() as logs:
        await _end([loop])
    assert asked == 2
    assert [line["loops"] for line in logs if line["event"] == "loop_asked_again"] == [["deaf"]]
