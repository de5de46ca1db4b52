"""The AI bot's long connection: Clew's own client against the stand-in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.api.bot_socket import SOCKET_PATH
from bot.simulator.world.windows import MessageKind
from bot.wecom.client.bot_socket import (
    BotAccount,
    BotDisplacedError,
    BotFile,
    BotSocket,
    connected_bot,
)
from bot.wecom.errors import PlatformError
from bot.wecom.parse import parse
from handlers.updates import BotChatEntered, BotDisconnected, BotMessage, Update

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator

SOURCE = f"aibot:{demo.BOT_ID}"
WINDOW = "bot:LiLei"


@pytest.fixture
def account(client: TestClient[Any, Any]) -> BotAccount:
    return BotAccount(demo.BOT_ID, demo.BOT_SECRET, str(client.make_url(SOCKET_PATH)))


async def heard(socket: BotSocket, kind: type[Update]) -> Any:
    """Return the next callback of this kind."""
    async with asyncio.timeout(10):
        async for frame in socket.callbacks():
            update = parse(SOURCE, frame)
            if isinstance(update, kind):
                return update
    raise AssertionError(kind)


def answers(sim: Simulator) -> list[str]:
    return [m.text for m in sim.messages(WINDOW) if m.sender == "clew"]


async def test_a_question_is_heard_and_answered_step_by_step(
    sim: Simulator, session: aiohttp.ClientSession, account: BotAccount
) -> None:
    async with connected_bot(session, account) as socket:
        sim.bots.say("LiLei", "我有几条线索")
        entered = await heard(socket, BotChatEntered)
        await socket.welcome(entered.req_id, {"msgtype": "text", "text": {"content": "您好"}})
        asked = await heard(socket, BotMessage)
        for content, finish in (("共", False), ("共 3 条", True)):
            step = {"id": "S1", "content": content, "finish": finish}
            await socket.respond(asked.req_id, {"msgtype": "stream", "stream": step})
        assert answers(sim) == ["您好", "共 3 条"]
        late = {"msgtype": "stream", "stream": {"id": "S1", "content": "再"}}
        with pytest.raises(PlatformError, match="846605"):
            await socket.respond(asked.req_id, late)


async def test_answers_that_come_too_late_are_refused(
    sim: Simulator, session: aiohttp.ClientSession, account: BotAccount, clock: DrivenClock
) -> None:
    async with connected_bot(session, account) as socket:
        sim.bots.say("LiLei", "在吗")
        entered = await heard(socket, BotChatEntered)
        asked = await heard(socket, BotMessage)
        clock.advance(timedelta(seconds=6))
        with pytest.raises(PlatformError, match="846605"):
            await socket.welcome(entered.req_id, {"msgtype": "text", "text": {"content": "早"}})
        clock.advance(timedelta(minutes=6))
        step = {"msgtype": "stream", "stream": {"id": "S1", "content": "在"}}
        with pytest.raises(PlatformError, match="846608"):
            await socket.respond(asked.req_id, step)


async def test_the_bot_speaks_first_to_who_has_opened_a_chat(
    sim: Simulator, session: aiohttp.ClientSession, account: BotAccount
) -> None:
    said = {"msgtype": "markdown", "markdown": {"content": "今天有 **2** 条待办"}}
    async with connected_bot(session, account) as socket:
        with pytest.raises(PlatformError, match="40050"):
            await socket.send("LiLei", said)
        sim.bots.say("LiLei", "在吗")
        await socket.send("LiLei", said)
        content = b"x" * (600 * 1024)
        media_id = await socket.upload(BotFile("file", "报价.xlsx", content))
        await socket.send("LiLei", {"msgtype": "file", "file": {"media_id": media_id}})
        kept = sim.world.media.find(media_id, sim.world.now)
        assert kept is not None
        assert kept.data == content
        for _ in range(28):
            await socket.send("LiLei", said)
        with pytest.raises(PlatformError, match="45009"):
            await socket.send("LiLei", said)
    assert len(answers(sim)) == 30
    assert sim.messages(WINDOW)[-1].kind is MessageKind.TEXT


async def test_a_second_connection_displaces_the_first(
    sim: Simulator, session: aiohttp.ClientSession, account: BotAccount
) -> None:
    async with connected_bot(session, account) as first, connected_bot(session, account) as second:
        await heard(first, BotDisconnected)
        with pytest.raises(BotDisplacedError):
            await anext(first.callbacks())
        sim.bots.say("LiLei", "在吗")
        assert (await heard(second, BotMessage)).userid == "LiLei"


async def test_a_wrong_secret_is_refused(
    session: aiohttp.ClientSession, account: BotAccount
) -> None:
    with pytest.raises(PlatformError, match="853000"):
        async with connected_bot(session, BotAccount(account.bot_id, "wrong", account.url)):
            pass
