"""Pages with the stand-in's JS-SDK in a real Chromium, signed by Clew's own client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.clock import DrivenClock
from bot.simulator import demo
from bot.simulator.app import SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.clients import Client, Entry
from bot.simulator.sdk_routes import SCRIPT
from bot.wecom.client.corp import CorpAccount, CorpClient
from bot.wecom.client.login import LoginApi, PageToSign, sign_page
from bot.wecom.client.tokens import MemoryTokenStore
from bot.wecom.client.transport import Transport
from bot.wecom.errors import Family
from tests.acceptance.wire_ends import EXPO, GROUP, REP, ZHANG_SAN
from tests.factories import NOW
from tests.services import chromium

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from bot.simulator.simulator import Simulator

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ALL = ["getContext", "getCurExternalContact", "getCurExternalChat", "sendChatMessage"]
PAGE = '<!doctype html><html lang="zh-CN"><title>卡片</title><script src="{sdk}"></script></html>'
CONFIG = """args => new Promise(done => {
  wx.ready(() => done("ready")); wx.error(answer => done(answer.errMsg)); wx.config(args) })"""
AGENT_CONFIG = """args => new Promise(done => wx.agentConfig({
  ...args, success: answer => done(answer.errMsg), fail: answer => done(answer.errMsg) }))"""
INVOKE = "([name, args]) => new Promise(done => wx.invoke(name, args, done))"


@dataclass
class Desk:
    """The stand-in, a server with one page of ours, and Clew's tickets."""

    sim: Simulator
    clock: DrivenClock
    login: LoginApi
    home: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def page(self, client: Client | None = None) -> AsyncIterator[Page]:
        """Open our page as ``client`` does."""
        fragment = self.sim.clients.open(client) if client else ""
        context = await self.browser.new_context()
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(f"{self.home}/card?x=1{fragment}")
        yield page
        await context.close()

    def signed(self, ticket: str, url: str, **more: object) -> dict[str, object]:
        signature = sign_page(ticket, PageToSign("nonceA", 1700000000, url))
        return {"timestamp": 1700000000, "nonceStr": "nonceA", "signature": signature, **more}

    async def config(self, page: Page, **changes: object) -> object:
        signed = self.signed(await self.login.page_ticket(), page.url, appId=demo.CORPID)
        return await page.evaluate(CONFIG, signed | changes)

    async def agent_config(self, page: Page, names: list[str] = ALL, **changes: object) -> object:
        app = {"corpid": demo.CORPID, "agentid": str(demo.AGENTID), "jsApiList": names}
        signed = self.signed(await self.login.agent_ticket(), page.url, **app)
        return await page.evaluate(AGENT_CONFIG, signed | changes)

    async def invoke(self, page: Page, name: str, **args: object) -> dict[str, Any]:
        answer: dict[str, Any] = await page.evaluate(INVOKE, [name, args])
        return answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Yield one Chromium for all tests of the module."""
    program = chromium.chromium_program()
    if program is None:
        pytest.skip(chromium.MISSING)
    async with chromium.launched(program) as running:
        yield running


def our_pages(sdk: str) -> web.Application:
    """Return a server whose one page allows scripts of the SDK's address and nothing else."""
    policy = f"default-src 'none'; script-src {sdk.removesuffix(SCRIPT)}"

    async def card(_request: web.Request) -> web.Response:
        text, headers = PAGE.format(sdk=sdk), {"Content-Security-Policy": policy}
        return web.Response(text=text, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/card", card)
    return app


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser) -> AsyncIterator[Desk]:
    """Yield a fresh stand-in with a page of ours; a page whose script failed fails its test."""
    clock = DrivenClock(NOW, is_running=False)
    app = create_simulator(demo.demo_config(), clock)
    async with TestServer(app) as platform, ClientSession() as session:
        base = str(platform.make_url("")).rstrip("/")
        account = CorpAccount(demo.CORPID, demo.AGENTID, demo.APP_SECRET)
        transport = Transport(session, base + WECOM_BASE, Family.WECOM)
        corp = CorpClient(account, transport, MemoryTokenStore(), clock)
        async with TestServer(our_pages(base + SCRIPT)) as ours:
            home = str(ours.make_url("")).rstrip("/")
            shown = Desk(app[SIMULATOR], clock, corp.login, home, browser)
            await shown.sim.scan(ZHANG_SAN, EXPO)
            yield shown
    assert shown.complaints == []


def beside_customer() -> Client:
    return Client(REP, Entry.SINGLE_CHAT_TOOLS, ZHANG_SAN)


async def test_a_page_signed_by_clew_is_let_in(desk: Desk) -> None:
    async with desk.page(beside_customer()) as page:
        assert await desk.config(page) == "ready"
        assert await desk.agent_config(page) == "agentConfig:ok"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signature": "0" * 40}, "config:invalid signature, more info at https://"),
        ({"nonceStr": "another"}, "config:invalid signature"),
        ({"appId": "wwsomebodyelse"}, "config:invalid corpId"),
    ],
)
async def test_a_wrong_config_is_told_to_wx_error(
    desk: Desk, changes: dict[str, str], words: str
) -> None:
    async with desk.page() as page:
        assert str(await desk.config(page, **changes)).startswith(words)


async def test_the_two_kinds_of_tickets_must_not_be_mixed(desk: Desk) -> None:
    corp, agent = await desk.login.page_ticket(), await desk.login.agent_ticket()
    async with desk.page() as page:
        of_agent = desk.signed(agent, page.url)["signature"]
        of_corp = desk.signed(corp, page.url)["signature"]
        assert "e=40093" in str(await desk.config(page, signature=of_agent))
        assert "e=40093" in str(await desk.agent_config(page, signature=of_corp))


async def test_another_page_or_a_dead_ticket_or_another_app_is_refused(desk: Desk) -> None:
    async with desk.page() as page:
        ticket = await desk.login.agent_ticket()
        other = desk.signed(ticket, f"{desk.home}/card?x=2")["signature"]
        assert "e=40093" in str(await desk.agent_config(page, signature=other))
        assert "e=40056" in str(await desk.agent_config(page, agentid="1"))
        mine = desk.signed(ticket, page.url)["signature"]
        desk.clock.advance(timedelta(seconds=7200))
        assert "e=40093" in str(await desk.agent_config(page, signature=mine))


async def test_the_customer_beside_the_page_is_told(desk: Desk) -> None:
    async with desk.page(beside_customer()) as page:
        await desk.agent_config(page)
        context = await desk.invoke(page, "getContext")
        assert context == {"entry": "single_chat_tools", "err_msg": "getContext:ok"}
        contact = await desk.invoke(page, "getCurExternalContact")
        assert contact == {"userId": ZHANG_SAN, "err_msg": "getCurExternalContact:ok"}
        chat = await desk.invoke(page, "getCurExternalChat")
        assert chat["err_msg"] == "getCurExternalChat:fail, without context of external chat"


async def test_a_page_that_was_not_opened_beside_a_customer_is_told_of_none(desk: Desk) -> None:
    async with desk.page() as page:
        await desk.agent_config(page)
        assert (await desk.invoke(page, "getContext"))["entry"] == "normal"
        contact = await desk.invoke(page, "getCurExternalContact")
        assert "without context of external contact" in contact["err_msg"]


async def test_nothing_is_told_without_agent_config_or_beyond_its_list(desk: Desk) -> None:
    async with desk.page(beside_customer()) as page:
        await desk.config(page)
        denied = "getCurExternalContact:permission denied"
        assert (await desk.invoke(page, "getCurExternalContact"))["err_msg"] == denied
        await desk.agent_config(page, ["getContext"])
        assert (await desk.invoke(page, "getCurExternalContact"))["err_msg"] == denied
        assert (await desk.invoke(page, "getContext"))["err_msg"] == "getContext:ok"
        await page.reload()
        assert "denied" in (await desk.invoke(page, "getContext"))["err_msg"]


async def test_the_tab_keeps_who_opened_it_when_the_page_moves_on(desk: Desk) -> None:
    async with desk.page(beside_customer()) as page:
        await desk.invoke(page, "getContext")
        await page.goto(f"{desk.home}/card?x=2")
        await desk.agent_config(page)
        assert (await desk.invoke(page, "getCurExternalContact"))["userId"] == ZHANG_SAN


async def test_a_message_sent_from_the_page_stands_in_the_chat(desk: Desk) -> None:
    text = {"content": "价格表在这里：https://crm.example.com/p?a=1&b=“2”"}
    async with desk.page(beside_customer()) as page:
        await desk.agent_config(page)
        answer = await desk.invoke(page, "sendChatMessage", msgtype="text", text=text)
        assert answer["err_msg"] == "sendChatMessage:ok"
    said = desk.sim.messages(f"friend:{ZHANG_SAN}:{REP}")[-1]
    assert (said.sender, said.text) == (REP, text["content"])


async def test_a_page_beside_a_group_knows_the_group(desk: Desk) -> None:
    async with desk.page(Client(REP, Entry.GROUP_CHAT_TOOLS, GROUP)) as page:
        await desk.agent_config(page)
        assert (await desk.invoke(page, "getCurExternalChat"))["chatId"] == GROUP


async def test_the_new_interface_signs_by_itself(desk: Desk) -> None:
    tickets = {
        "config": await desk.login.page_ticket(),
        "agent": await desk.login.agent_ticket(),
    }
    async with desk.page(beside_customer()) as page:
        signed = {kind: desk.signed(ticket, page.url) for kind, ticket in tickets.items()}
        script = """([corpId, agentId, jsApiList, signed]) => {
          ww.register({ corpId, agentId, jsApiList,
            getConfigSignature: async () => signed.config,
            getAgentConfigSignature: async () => signed.agent });
          return ww.getCurExternalContact() }"""
        args = [demo.CORPID, demo.AGENTID, ALL, signed]
        answer = await page.evaluate(script, args)
        assert (answer["userId"], answer["errMsg"]) == (ZHANG_SAN, "getCurExternalContact:ok")


async def test_the_new_interface_tells_a_wrong_signature_to_its_caller(desk: Desk) -> None:
    async with desk.page(beside_customer()) as page:
        script = """([corpId, agentId]) => {
          ww.register({ corpId, agentId, jsApiList: ["getContext"],
            getAgentConfigSignature: () => ({ timestamp: 1, nonceStr: "n", signature: "s" }) });
          return ww.getContext().catch(({ errCode, errMsg }) => [errCode, errMsg]) }"""
        code, words = await page.evaluate(script, [demo.CORPID, demo.AGENTID])
        assert (code, words.partition(",")[0]) == (40093, "agentConfig:invalid signature")
