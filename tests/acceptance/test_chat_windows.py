"""The chat windows of the stand-in, driven in a real Chromium against the real application."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from bot.clock import DrivenClock
from bot.simulator.app import SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.demo import AGENTID, APP_SECRET, CORPID, demo_config
from bot.simulator.world.windows import MessageKind, Said
from tests.factories import NOW
from tests.services import chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.test_utils import BaseTestServer
    from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize

    from bot.simulator.simulator import Simulator

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

DESKTOP: ViewportSize = {"width": 1600, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}

REP = "LiLei"
ZHANG_SAN = "wmClewDemoZhangSan00000000000001"
CONTACT_WAY = "cwexpo2026b7000000000000000000001"


def column(page: Page, role: str) -> Locator:
    return page.locator(f'.column[data-role="{role}"]')


async def say(page: Page, role: str, text: str) -> None:
    """Type into a column and press Enter, with the keyboard alone."""
    await column(page, role).get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")


async def widths(page: Page) -> tuple[int, int]:
    """Return how wide the page is and how wide it may be."""
    found: tuple[int, int] = await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    return found[0], found[1]


def card(task_id: str, title: str) -> dict[str, Any]:
    """Return the wire form of a lead's card."""
    return {
        "card_type": "button_interaction",
        "source": {"desc": "新线索"},
        "main_title": {"title": title, "desc": "评分 72"},
        "quote_area": {"quote_text": "先回答价格，再约一节试听课"},
        "horizontal_content_list": [{"keyname": "渠道", "value": "展会 B7"}],
        "task_id": task_id,
        "button_selection": {
            "question_key": "reason",
            "title": "退回原因",
            "option_list": [{"id": "busy", "text": "太忙"}, {"id": "region", "text": "不在区域"}],
        },
        "button_list": [
            {"text": "接收", "style": 1, "key": "accept"},
            {"text": "退回", "style": 3, "key": "return"},
        ],
    }


@dataclass
class Clew:
    """The part of the service that these tests play: calls of the platform's API."""

    server: BaseTestServer
    http: aiohttp.ClientSession

    async def send(self, msgtype: str, content: dict[str, Any]) -> str:
        """Send the rep an app message; return the response_code of a card."""
        body = {"touser": REP, "agentid": AGENTID, "msgtype": msgtype, msgtype: content}
        answer = await self.call("message/send", body)
        return str(answer.get("response_code", ""))

    async def update_card(self, response_code: str, **change: object) -> None:
        """Replace the buttons (``button``) or the whole card (``template_card``)."""
        body = {"userids": [REP], "agentid": AGENTID, "response_code": response_code, **change}
        await self.call("message/update_template_card", body)

    async def set_menu(self, *buttons: dict[str, Any]) -> None:
        """Give the app its bottom menu."""
        await self.call("menu/create", {"button": list(buttons)}, agentid=str(AGENTID))

    async def call(self, path: str, body: dict[str, Any], **query: str) -> dict[str, Any]:
        """Call an endpoint below /cgi-bin/ and expect it to succeed."""
        async with self.http.get(
            self._url("gettoken"), params={"corpid": CORPID, "corpsecret": APP_SECRET}
        ) as answer:
            query["access_token"] = (await answer.json())["access_token"]
        data = msgspec.json.encode(body)  # The platform refuses escaped Chinese (40033).
        async with self.http.post(self._url(path), params=query, data=data) as answer:
            content: dict[str, Any] = await answer.json()
        assert content["errcode"] == 0, content
        return content

    def _url(self, path: str) -> str:
        return str(self.server.make_url(f"{WECOM_BASE}/cgi-bin/{path}"))


@dataclass
class Windows:
    """The stand-in with its pages open to a browser; ``faults`` is what its scripts complain of."""

    sim: Simulator
    clock: DrivenClock
    server: BaseTestServer
    browser: Browser
    clew: Clew
    faults: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def page(self, viewport: ViewportSize = DESKTOP) -> AsyncIterator[Page]:
        """Open the windows and wait until they are live."""
        context = await self.browser.new_context(viewport=viewport, locale="zh-CN")
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._listen)
        await page.goto(str(self.server.make_url("/")))
        await expect(page.locator("#clock-time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        await expect(page.locator("#banner")).to_be_hidden()
        yield page
        await context.close()

    def welcome(self, text: str) -> None:
        """Greet the customer as the rep's welcome message does."""
        said = Said(MessageKind.WELCOME, text)
        self.sim.world.windows.show(f"friend:{ZHANG_SAN}:{REP}", REP, said)

    def _listen(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.faults.append(line.text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Yield one Chromium for all tests of the module."""
    program = chromium.chromium_program()
    if program is None:
        pytest.skip(chromium.MISSING)
    async with chromium.launched(program) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def windows(browser: Browser) -> AsyncIterator[Windows]:
    """Yield a fresh stand-in; a test during which a script failed fails."""
    clock = DrivenClock(NOW, is_running=False)
    app = create_simulator(demo_config(), clock)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        shown = Windows(app[SIMULATOR], clock, server, browser, Clew(server, http))
        yield shown
    assert shown.faults == []


async def test_a_sentence_appears_at_once_for_everybody_who_looks(windows: Windows) -> None:
    await windows.sim.enter_kf(ZHANG_SAN)
    async with windows.page() as page, windows.page() as other:
        await say(page, "customer", "数学班多少钱？")
        for seen in (page, other):
            bubble = column(seen, "customer").locator(".is-mine .bubble")
            await expect(bubble).to_have_text("数学班多少钱？")
    assert windows.sim.messages(f"kf:{ZHANG_SAN}")[-1].text == "数学班多少钱？"


async def test_scanning_a_contact_way_opens_the_chat_and_ticks_the_guide(windows: Windows) -> None:
    async with windows.page() as page:
        await page.get_by_role("button", name="去扫码").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("expo2026_b7")
        await dialog.get_by_role("button", name="扫码添加").click()
        await expect(column(page, "customer").locator(".notice")).to_contain_text("添加了")
        await expect(page.locator('[data-step="scan"]')).to_have_class(re.compile("is-done"))


async def test_a_tapped_button_gives_way_to_a_grey_word(windows: Windows) -> None:
    async with windows.page() as page:
        code = await windows.clew.send("template_card", card("task-1", "张三 问价格"))
        shown = column(page, "rep").locator(".card")
        await shown.get_by_role("button", name="接收").click()
        await expect(column(page, "rep").locator(".notice")).to_contain_text("接收")
        await windows.clew.update_card(code, button={"replace_name": "已接收"})
        await expect(shown.get_by_role("status")).to_have_text("已接收")
        await expect(shown.get_by_role("button")).to_have_count(0)


async def test_a_redrawn_card_leaves_the_choices_on_others_alone(windows: Windows) -> None:
    async with windows.page() as page:
        await windows.clew.send("template_card", card("task-1", "张三 问价格"))
        code = await windows.clew.send("template_card", card("task-2", "小美 想试听"))
        cards = column(page, "rep").locator(".card")
        await cards.first.get_by_label("退回原因").select_option("region")
        changed = card("task-2", "小美 · 联系中")
        await windows.clew.update_card(code, template_card=changed)
        await expect(cards.last.get_by_role("heading")).to_have_text("小美 · 联系中")
        await expect(cards.first.get_by_label("退回原因")).to_have_value("region")


async def test_the_guide_leads_to_a_card_without_moving_the_phone(windows: Windows) -> None:
    await windows.sim.scan(ZHANG_SAN, CONTACT_WAY)
    windows.welcome("您好，我是李雷")
    await windows.sim.enter_kf(ZHANG_SAN)
    await windows.sim.say_kf(ZHANG_SAN, "我的电话 13651827394")
    async with windows.page() as page:
        for number in range(25):
            await windows.clew.send("text", {"content": f"第 {number} 条"})
        await windows.clew.send("template_card", card("task-1", "张三 问价格"))
        phone = column(page, "rep")
        await expect(phone.locator(".card")).to_be_in_viewport(ratio=0.9)
        await phone.get_by_role("log").evaluate("log => log.scrollTop = 0")
        before = await phone.get_by_role("textbox").bounding_box()
        await page.get_by_role("button", name="去接收").click()
        await expect(phone.locator(".card")).to_be_in_viewport(ratio=0.9)
        assert await phone.get_by_role("textbox").bounding_box() == before


async def test_markup_in_a_text_stays_text(windows: Windows) -> None:
    attack = '<img src="x" onerror="document.title = 1"><a href="https://example.com/">点我</a>'
    links = '看<a href="https://example.com/lead">线索</a>，<a href="javascript:alert(1)">别点</a>'
    await windows.sim.follow(ZHANG_SAN)
    async with windows.page() as page:
        await say(page, "customer", attack)
        await expect(column(page, "customer").locator(".is-mine .bubble")).to_have_text(attack)
        await windows.clew.send("text", {"content": links})
        answer = column(page, "rep").locator(".bubble")
        await expect(answer).to_have_text("看线索，别点")
        await expect(page.locator(".log img")).to_have_count(0)
        await expect(page.locator(".log a")).to_have_count(1)
        await expect(page.locator(".log a")).to_have_attribute("href", "https://example.com/lead")


async def test_the_clock_moves_by_a_button(windows: Windows) -> None:
    async with windows.page() as page:
        await page.get_by_role("button", name="1 小时").click()
        await expect(page.locator("#clock-time")).to_have_text("11:00:00")
        await page.get_by_role("button", name="到明天 9:00").click()
        await expect(page.locator("#clock-date")).to_contain_text("3月3日")
        await expect(page.locator("#clock-time")).to_have_text("09:00:00")
    assert windows.clock.now().isoformat() == "2026-03-03T01:00:00+00:00"


async def test_a_refused_act_says_why(windows: Windows) -> None:
    await windows.sim.scan(ZHANG_SAN, CONTACT_WAY)
    async with windows.page() as page:
        await page.locator('[data-open="scan"]').click()
        await page.get_by_role("button", name="扫码添加").click()
        await expect(page.get_by_role("alert")).to_contain_text("双方已经是好友了")


async def test_the_menu_of_the_app_can_be_tapped(windows: Windows) -> None:
    async with windows.page() as page:
        today = {"type": "click", "name": "今日待办", "key": "today"}
        leads = {"type": "click", "name": "我的线索", "key": "mine"}
        await windows.clew.set_menu(leads, {"name": "更多", "sub_button": [today]})
        menu = column(page, "rep").get_by_role("navigation", name="应用菜单")
        await menu.get_by_text("更多").click()
        await menu.get_by_role("button", name="今日待办").click()
        await expect(column(page, "rep").locator(".notice")).to_contain_text("今日待办")


async def test_a_new_person_gets_a_window_and_others_news_are_announced(windows: Windows) -> None:
    await windows.sim.scan(ZHANG_SAN, CONTACT_WAY)
    async with windows.page() as page:
        await page.get_by_role("button", name="新客户").click()
        await page.get_by_label("姓名").fill("陈静")
        await page.keyboard.press("Enter")
        await expect(page.locator("#who-customer option:checked")).to_have_text("陈静")
        friends = windows.sim.friends
        friends.say(ZHANG_SAN, REP, REP, "张先生，您好")
        await page.get_by_role("button", name="张三有 1 条新消息").click()
        await expect(column(page, "customer").locator(".is-theirs .bubble")).to_have_text(
            "张先生，您好"
        )


async def test_calls_of_the_service_are_listed(windows: Windows) -> None:
    async with windows.page() as page:
        await windows.clew.send("text", {"content": "你好"})
        await page.get_by_text("平台调用记录").click()
        await expect(page.locator("#call-list .call").first).to_contain_text("message/send")


async def test_a_rep_sends_a_mass_send_task_into_the_customers_chat(windows: Windows) -> None:
    await windows.sim.scan(ZHANG_SAN, CONTACT_WAY)
    task = {"sender": REP, "external_userid": [ZHANG_SAN], "text": {"content": "暑期班报名"}}
    async with windows.page() as page:
        await windows.clew.call("externalcontact/add_msg_template", task)
        await column(page, "rep").locator('[data-kind="mass"]').click()
        offer = column(page, "rep").locator(".offer")
        await offer.get_by_role("button", name="发送").click()
        await expect(offer.get_by_role("status")).to_have_text("已发送")
        await expect(column(page, "rep").get_by_role("textbox")).to_be_hidden()
        heard = column(page, "customer").locator(".is-theirs .bubble")
        await expect(heard).to_have_text("暑期班报名")


async def test_a_customer_refuses_to_be_handed_over(windows: Windows) -> None:
    await windows.sim.scan(ZHANG_SAN, CONTACT_WAY)
    people = {"handover_userid": REP, "takeover_userid": "HanMeimei"}
    async with windows.page() as page:
        body = {**people, "external_userid": [ZHANG_SAN]}
        await windows.clew.call("externalcontact/transfer_customer", body)
        await expect(column(page, "customer").locator(".offer")).to_contain_text("韩梅梅")
        await page.get_by_role("button", name="不接受").click()
        await expect(column(page, "customer").locator(".offer-end")).to_have_text("已拒绝")


async def test_opening_an_acquisition_link_adds_its_member(windows: Windows) -> None:
    async with windows.page() as page:
        await page.locator('[data-open="link"]').click()
        await page.get_by_label("渠道参数").last.fill("feed_ads")
        await page.get_by_role("button", name="添加", exact=True).last.click()
        await expect(column(page, "customer").locator(".notice")).to_contain_text("添加了")
    (follow,) = windows.sim.world.relations.of_customer(ZHANG_SAN)
    assert follow.state == "feed_ads"


async def test_windows_come_back_with_the_full_state_after_a_restart(windows: Windows) -> None:
    async with windows.page() as page:
        await page.evaluate("window.isSamePage = true")
        port = windows.server.port  # Closing forgets it.
        await windows.server.close()
        await expect(page.locator("#banner")).to_be_visible()
        app = create_simulator(demo_config(), windows.clock)
        async with TestServer(app, port=port):
            await app[SIMULATOR].enter_kf(ZHANG_SAN)
            await app[SIMULATOR].say_kf(ZHANG_SAN, "重启之后说的话")
            bubble = column(page, "customer").locator(".is-mine .bubble")
            await expect(bubble).to_have_text("重启之后说的话")
            await expect(page.locator("#banner")).to_be_hidden()
            assert await page.evaluate("window.isSamePage")
    windows.faults.clear()  # The browser reports the broken connection itself.


async def test_a_phone_shows_one_column_without_sideways_scrolling(windows: Windows) -> None:
    await windows.clew.send("template_card", card("task-1", "张三 问价格" * 4))
    async with windows.page(PHONE) as page:
        await expect(column(page, "customer")).to_be_visible()
        await expect(column(page, "rep")).to_be_hidden()
        for name, role in (("销售", "rep"), ("主管", "manager"), ("客户", "customer")):
            await page.locator("#switcher").get_by_role("button", name=name).click()
            await expect(column(page, role)).to_be_visible()
            needed, given = await widths(page)
            assert needed <= given == PHONE["width"], role
        await page.locator("#switcher").get_by_role("button", name="引导").click()
        await expect(page.locator("#guide-steps")).to_be_visible()
