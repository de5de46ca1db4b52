"""The windows' own API: page, state, stream (no platform facts here)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.simulator import browser
from bot.simulator.app import create_simulator
from bot.simulator.demo import demo_config
from tests.patience import PATIENCE, until
from tests.unit.bot.simulator.seeded import EXPO, GROUP, ZHANG_SAN
from tests.unit.bot.simulator.wire_cards import button_card, card_message, text_message

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import ClientResponse

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import OfficialCaller, PlatformCaller


async def state(client: TestClient[Any, Any]) -> dict[str, Any]:
    response = await client.get("/ui/state")
    assert response.status == 200
    found: dict[str, Any] = json.loads(await response.read())
    return found


async def news(stream: ClientResponse, kind: str) -> dict[str, Any]:
    """Return the next event of a type."""
    async with asyncio.timeout(PATIENCE):
        while True:
            line = await stream.content.readline()
            assert line != b"", "the stream ended"
            if line.startswith(b"data: "):
                event: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                if event["type"] == kind:
                    return event


async def test_state_shows_the_seed(client: TestClient[Any, Any], sim: Simulator) -> None:
    found = await state(client)
    assert found["now"] == sim.world.now.isoformat()
    assert found["is_running"] is False
    assert (found["corp"]["name"], found["corp"]["app"]) == ("线索课堂教育", "线索助手")
    roles = {(p["name"], p["kind"], p["role"]) for p in found["people"]}
    assert roles == {
        ("王经理", "employee", "manager"),
        ("李雷", "employee", "rep"),
        ("韩梅梅", "employee", "rep"),
        ("张三", "customer", "customer"),
        ("小美", "customer", "customer"),
    }
    (way,) = found["contact_ways"]
    assert (way["config_id"], way["state"], way["title"]) == (EXPO, "expo2026_b7", "展会 B7")
    assert way["users"] == ["LiLei"]
    assert found["groups"] == [{"chat_id": GROUP, "name": "数学家长群"}]
    windows = {c["id"]: (c["kind"], c["members"]) for c in found["conversations"]}
    assert windows["app:LiLei"] == ("app", ["LiLei"])
    assert windows[f"group:{GROUP}"] == ("group", ["HanMeimei"])
    assert found["menus"] == {}
    assert found["calls"] == []


async def test_state_shows_messages_cards_menus_and_calls(
    client: TestClient[Any, Any], api: PlatformCaller, mp: OfficialCaller
) -> None:
    card = button_card("lead-1")
    await api.post("message/send", card_message(card))
    menu = {"button": [{"type": "click", "name": "我的线索", "key": "k"}]}
    await api.post("menu/create", menu, agentid=1000002)
    await mp.post("menu/create", menu)
    found = await state(client)
    (window,) = [c for c in found["conversations"] if c["id"] == "app:LiLei"]
    (message,) = window["messages"]
    assert (message["type"], message["from"], message["replaced"]) == ("card", "clew", None)
    assert message["card"] == card
    assert message["seq"] >= 1
    assert found["menus"] == {"app": menu, "mp": menu}
    paths = [(call["path"], call["errcode"]) for call in found["calls"]]
    assert ("/cgi-bin/message/send", 0) in paths
    assert all("body" not in call for call in found["calls"])


async def test_stream_brings_news_as_it_happens(
    client: TestClient[Any, Any], api: PlatformCaller, sim: Simulator
) -> None:
    async with client.get("/ui/stream") as stream:
        assert stream.content_type == "text/event-stream"
        await api.post("message/send", text_message("你好"))
        message = await news(stream, "message")
        assert message["conversation"] == "app:LiLei"
        assert message["message"]["text"] == "你好"
        assert (await news(stream, "call"))["call"]["path"] == "/cgi-bin/message/send"
        await sim.scan(ZHANG_SAN, EXPO)
        opened = await news(stream, "conversation")
        assert opened["conversation"]["id"] == f"friend:{ZHANG_SAN}:LiLei"
        shown = sim.messages("app:LiLei")[0]
        shown.replaced = "已接收"
        sim.world.windows.changed(shown)
        assert (await news(stream, "message_updated"))["message"]["replaced"] == "已接收"
        sim.staff.add_customer("王五")
        assert (await news(stream, "person"))["person"]["name"] == "王五"


async def test_silent_stream_still_tells_the_time(
    client: TestClient[Any, Any], sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "HEARTBEAT", 0.01)
    async with client.get("/ui/stream") as stream:
        clock = await news(stream, "clock")
    assert clock["now"] == sim.world.now.isoformat()


async def test_page_that_goes_is_forgotten(client: TestClient[Any, Any], sim: Simulator) -> None:
    async with client.get("/ui/stream") as stream:
        assert stream.status == 200
        assert len(sim.world.hub.listeners) == 1

    def is_forgotten() -> bool:
        sim.staff.add_customer("王五")  # news show that nobody listens
        return not sim.world.hub.listeners

    await until(is_forgotten)


async def test_missing_page_is_said(clock: DrivenClock, tmp_path: Path) -> None:
    config = replace(demo_config(), pages=tmp_path / "none")
    async with TestClient(TestServer(create_simulator(config, clock))) as client:
        response = await client.get("/")
        assert response.status == 404
        assert "index.html is missing" in await response.text()


async def test_streams_do_not_hold_up_the_end(client: TestClient[Any, Any]) -> None:
    async with client.get("/ui/stream") as stream:
        async with asyncio.timeout(PATIENCE):
            await client.server.close()
        assert b"bye" in await stream.content.read()


async def test_page_and_its_files_are_served(client: TestClient[Any, Any]) -> None:
    page = await client.get("/")
    assert page.status == 200
    assert page.content_type == "text/html"
    assert (await client.get("/static/index.html")).status == 200
    assert (await client.get("/static/../config.py")).status == 404
