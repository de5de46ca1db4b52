"""A small client that follows the fact sheet, in conversation with the stand-in over the wire.

No part of Clew takes part but the cipher: what passes here is the platform's
side of the story, from the first scan to the accepted card.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.clock import DrivenClock
from bot.simulator import demo
from bot.simulator.app import OFFICIAL_BASE, SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.simulator import Simulator
from bot.simulator.world.windows import Message
from bot.wecom.codec import Codec, Signature

ZHANG_SAN = "wmClewDemoZhangSan00000000000001"
OPENID = "oClewDemoZhangSan000000000001"
EXPO = "cwexpo2026b7000000000000000000001"
GROUP = "wrClewDemoMathParents00000000001"


@dataclass
class SmallClew:
    """Acknowledges at once, drops what it has seen, then answers like a careful app."""

    platform: str = ""
    session: ClientSession | None = None
    seen: set[bytes] = field(default_factory=set)
    kf_cursor: str = ""
    kf_texts: list[str] = field(default_factory=list)
    handled: list[str] = field(default_factory=list)
    work: set[asyncio.Task[None]] = field(default_factory=set)
    pulling: asyncio.Lock = field(default_factory=asyncio.Lock)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/callback/{family}/{account}", self.take)
        return app

    async def take(self, request: web.Request) -> web.Response:
        is_corp = request.match_info["family"] == "wecom"
        codec = (
            Codec(demo.CALLBACK_TOKEN, demo.CALLBACK_KEY, demo.CORPID)
            if is_corp
            else Codec(demo.MP_TOKEN, demo.MP_KEY, demo.MP_APPID)
        )
        query = request.query
        signature = Signature(query["msg_signature"], query["timestamp"], query["nonce"])
        plaintext = codec.open(signature, await request.read())
        if plaintext not in self.seen:
            self.seen.add(plaintext)
            task = asyncio.create_task(self.handle(plaintext))
            self.work.add(task)
            task.add_done_callback(self.work.discard)
        return web.Response()

    async def handle(self, plaintext: bytes) -> None:
        tree = ET.fromstring(plaintext)  # noqa: S314 - verified and decrypted
        fields = {element.tag: element.text or "" for element in tree}
        name = fields.get("ChangeType") or fields.get("Event") or fields["MsgType"]
        self.handled.append(name)
        match name:
            case "add_external_contact":
                await self.welcome(fields)
            case "kf_msg_or_event":
                await self.pull(fields["Token"])
            case "template_card_event":
                await self.accept(fields)
            case "text" if fields["ToUserName"] == demo.MP_ACCOUNT:
                await self.answer_official(fields["FromUserName"])

    async def welcome(self, fields: dict[str, str]) -> None:
        text = {"content": "您好，我是李雷"}
        body = {"welcome_code": fields["WelcomeCode"], "text": text}
        await self.call("externalcontact/send_welcome_msg", body)
        customer = await self.call(
            "externalcontact/get", None, external_userid=fields["ExternalUserID"]
        )
        title = f"新线索 {customer['external_contact']['name']}"
        card = {
            "card_type": "button_interaction",
            "main_title": {"title": title, "desc": fields["State"]},
            "button_list": [{"text": "接收", "key": "accept"}],
            "task_id": "lead-1",
        }
        await self.call(
            "message/send",
            {
                "touser": fields["UserID"],
                "msgtype": "template_card",
                "agentid": demo.AGENTID,
                "template_card": card,
            },
        )

    async def pull(self, token: str) -> None:
        async with self.pulling:
            while True:
                body = {"open_kfid": demo.OPEN_KFID, "cursor": self.kf_cursor, "token": token}
                page = await self.call("kf/sync_msg", body)
                self.kf_cursor = page["next_cursor"]
                for message in page["msg_list"]:
                    await self.answer_kf(message)
                if not page["has_more"]:
                    return

    async def answer_kf(self, message: dict[str, Any]) -> None:
        if message["msgtype"] != "text":
            return
        self.kf_texts.append(message["text"]["content"])
        body = {
            "touser": message["external_userid"],
            "open_kfid": message["open_kfid"],
            "msgid": message["msgid"],
            "msgtype": "text",
            "text": {"content": "收到"},
        }
        await self.call("kf/send_msg", body)

    async def accept(self, fields: dict[str, str]) -> None:
        body = {
            "userids": [fields["FromUserName"]],
            "agentid": demo.AGENTID,
            "response_code": fields["ResponseCode"],
            "button": {"replace_name": "已接收"},
        }
        await self.call("message/update_template_card", body)

    async def answer_official(self, openid: str) -> None:
        body = {"touser": openid, "msgtype": "text", "text": {"content": "您好"}}
        await self.call("message/custom/send", body, is_official=True)

    async def call(
        self, path: str, body: Any, *, is_official: bool = False, **query: str
    ) -> dict[str, Any]:
        assert self.session is not None
        base = self.platform + (OFFICIAL_BASE if is_official else WECOM_BASE)
        params = {"access_token": await self.token(is_official=is_official), **query}
        verb = "GET" if body is None else "POST"
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        url = f"{base}/cgi-bin/{path}"
        async with self.session.request(verb, url, params=params, data=data) as response:
            answer: dict[str, Any] = json.loads(await response.read())
        assert answer["errcode"] == 0, (path, answer)
        return answer

    async def token(self, *, is_official: bool) -> str:
        assert self.session is not None
        if is_official:
            url = f"{self.platform}{OFFICIAL_BASE}/cgi-bin/stable_token"
            body = {
                "grant_type": "client_credential",
                "appid": demo.MP_APPID,
                "secret": demo.MP_SECRET,
            }
            request = self.session.post(url, data=json.dumps(body))
        else:
            url = f"{self.platform}{WECOM_BASE}/cgi-bin/gettoken"
            params = {"corpid": demo.CORPID, "corpsecret": demo.APP_SECRET}
            request = self.session.get(url, params=params)
        async with request as response:
            token: str = json.loads(await response.read())["access_token"]
        return token


@pytest.fixture(params=[(1, None), (5, 11)], ids=["once", "five-times-shuffled"])
async def story(
    request: pytest.FixtureRequest, clock: DrivenClock
) -> AsyncIterator[tuple[SmallClew, Simulator]]:
    redeliver, shuffle = request.param
    clew = SmallClew()
    async with TestServer(clew.application()) as server, ClientSession() as session:
        config = demo.demo_config(str(server.make_url("")))
        delivery = replace(config.delivery, redeliver=redeliver, shuffle=shuffle)
        app = create_simulator(replace(config, delivery=delivery), clock)
        async with TestServer(app) as platform:
            clew.platform, clew.session = str(platform.make_url("")).rstrip("/"), session
            yield clew, app[SIMULATOR]
            await asyncio.gather(*clew.work)


async def test_scan_is_welcomed_carded_and_accepted(story: tuple[SmallClew, Simulator]) -> None:
    _, sim = story
    await sim.scan(ZHANG_SAN, EXPO)
    friend = f"friend:{ZHANG_SAN}:LiLei"
    welcome = await sim.wait_message(friend, lambda m: m.kind == "welcome")
    assert welcome.text == "您好，我是李雷"
    card = await sim.wait_message("app:LiLei", lambda m: m.kind == "card")
    wire = card.body["card"]
    assert isinstance(wire, dict)
    assert wire["main_title"] == {"title": "新线索 张三", "desc": "expo2026_b7"}
    await sim.click(card.id, "accept")
    await sim.wait_message("app:LiLei", lambda m: m.replaced == "已接收")
    await sim.settled()
    assert [m.kind.value for m in sim.messages("app:LiLei")].count("card") == 1
    assert [m.kind.value for m in sim.messages(friend)].count("welcome") == 1
    assert sim.dropped == []


async def until(sim: Simulator, window: str, answers: int) -> None:
    def are_there(_: Message) -> bool:
        return [m.text for m in sim.messages(window)].count("收到") == answers

    await sim.wait_message(window, are_there)


async def test_conversation_at_the_desk_is_answered_once_per_message(
    story: tuple[SmallClew, Simulator],
) -> None:
    clew, sim = story
    await sim.enter_kf(ZHANG_SAN, "web", "sem")
    window = f"kf:{ZHANG_SAN}"
    for number, text in enumerate(("数学班多少钱", "我的电话 13900001111"), start=1):
        await sim.say_kf(ZHANG_SAN, text)
        await until(sim, window, number)
    await sim.settled()
    assert clew.kf_texts == ["数学班多少钱", "我的电话 13900001111"]
    assert [m.text for m in sim.messages(window)].count("收到") == 2


async def test_official_account_and_group_are_told(story: tuple[SmallClew, Simulator]) -> None:
    clew, sim = story
    await sim.follow(ZHANG_SAN, "expo")
    await sim.say_mp(ZHANG_SAN, "有试听吗")
    await sim.wait_message(f"mp:{ZHANG_SAN}", lambda m: m.text == "您好")
    await sim.join_group(ZHANG_SAN, GROUP)
    await sim.settled()
    await asyncio.gather(*clew.work)
    assert sorted(clew.handled) == ["subscribe", "text", "update"]
    assert OPENID in sim.world.official.followers
