"""The page of faults in a real Chromium: presets, own rules, profiles, live counters."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from bot.clock import DrivenClock
from bot.simulator.app import SIMULATOR, WECOM_BASE, create_simulator
from bot.simulator.demo import demo_config
from bot.simulator.faults import Fault, FaultKind, Profile
from tests.factories import NOW
from tests.services import chromium
from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.test_utils import BaseTestServer
    from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize

    from bot.simulator.simulator import Simulator

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

DESKTOP: ViewportSize = {"width": 1600, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
PRESETS = json.loads((ROOT / "bot/simulator/pages/fault-presets.json").read_text("utf-8"))
#: What Chromium says by itself about a rule that was refused.
REFUSED = "status of 400"


@dataclass
class Board:
    """The stand-in and a browser to open its page with; ``complaints`` are the scripts'."""

    sim: Simulator
    server: BaseTestServer
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def page(self, viewport: ViewportSize = DESKTOP) -> AsyncIterator[Page]:
        context = await self.browser.new_context(viewport=viewport, locale="zh-CN")
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        await page.goto(str(self.server.make_url("/faults")))
        await expect(page.locator("#presets .preset")).to_have_count(len(PRESETS))
        yield page
        await context.close()

    async def call(self) -> None:
        """Call the platform as Clew does."""
        url = self.server.make_url(f"{WECOM_BASE}/cgi-bin/getcallbackip")
        async with ClientSession() as http, http.get(url) as response:
            await response.read()

    def _listen(self, line: ConsoleMessage) -> None:
        if line.type == "error" and REFUSED not in line.text:
            self.complaints.append(line.text)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Yield one Chromium for all tests of the module."""
    program = chromium.chromium_program()
    if program is None:
        pytest.skip(chromium.MISSING)
    async with chromium.launched(program) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def board(browser: Browser) -> AsyncIterator[Board]:
    """Yield a fresh stand-in; a test during which a script failed fails."""
    app = create_simulator(demo_config(), DrivenClock(NOW, is_running=False))
    async with TestServer(app) as server:
        shown = Board(app[SIMULATOR], server, browser)
        yield shown
    assert shown.complaints == []


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset["title"])
async def test_every_preset_is_taken_by_the_stand_in(board: Board, preset: Any) -> None:
    rules = board.sim.faults.load(Profile(msgspec.convert(preset["rules"], list[Fault])))
    assert len(rules) == len(preset["rules"])


async def test_a_preset_opens_counts_and_closes(board: Board) -> None:
    async with board.page() as page:
        preset = page.locator(".preset", has_text="网关报错")
        await preset.click()
        await expect(preset).to_have_attribute("aria-pressed", "true")
        for _ in range(6):
            await board.call()
        await expect(preset).to_contain_text("命中 2")
        await expect(page.locator(".rule")).to_contain_text("经过 6，不限")
        await expect(page.locator("#tally")).to_have_text("1 条规则，命中 2 次")
        await preset.click()
        await expect(preset).to_have_attribute("aria-pressed", "false")
    assert board.sim.faults.is_idle


async def test_a_rule_of_ones_own_is_added_with_all_its_terms(board: Board) -> None:
    async with board.page() as page:
        await page.get_by_text("加一条规则").click()
        form = page.locator("#form")
        await form.locator("[name=kind]").select_option("errcode")
        await form.locator("[name=errcode]").select_option("95001")
        await form.locator("[name=receiver]").select_option(label="张三")
        await form.locator("[name=probability]").fill("25")
        await form.locator("[name=until]").fill("2026-03-02T12:00")
        await form.get_by_role("button", name="加上").click()
        rule = page.locator(".rule")
        await expect(rule).to_contain_text("95001 客服条数用完")
        await expect(rule).to_contain_text("对 张三 · 概率 25% · 到 3/2 12:00")
    (rule_in_force,) = board.sim.faults.rules
    fault = rule_in_force.fault
    assert (fault.kind, fault.value("errcode"), fault.limit) == (FaultKind.ERRCODE, 95001, None)
    assert (fault.probability, fault.until) == (0.25, NOW.replace(hour=4, minute=0))


async def test_a_form_shows_only_what_its_kind_understands(board: Board) -> None:
    async with board.page() as page:
        await page.get_by_text("加一条规则").click()
        form = page.locator("#form")
        for kind, shown in (("slow", "seconds"), ("http_error", "status"), ("errcode", "errcode")):
            await form.locator("[name=kind]").select_option(kind)
            await expect(form.locator("[data-for]:visible")).to_have_count(1)
            await expect(form.locator(f"[name={shown}]")).to_be_visible()


async def test_a_rule_without_sense_is_refused_in_words_and_loses_nothing(board: Board) -> None:
    async with board.page() as page:
        await page.get_by_text("加一条规则").click()
        form = page.locator("#form")
        await form.locator("[name=kind]").select_option("errcode")
        await form.locator("[name=errcode]").select_option("95001")
        await form.locator("[name=path]").fill("*/message/send")
        await form.get_by_role("button", name="加上").click()
        await expect(page.locator("#form-problem")).to_contain_text("/cgi-bin/kf/send_msg")
        await expect(form.locator("[name=path]")).to_have_value("*/message/send")
    assert board.sim.faults.is_idle


async def test_a_profile_is_written_down_and_loaded_again(board: Board) -> None:
    board.sim.faults.load(Profile([Fault(FaultKind.SLOW, seconds=2, probability=0.5)], seed=7))
    async with board.page() as page:
        await page.get_by_text("整套方案").click()
        await page.get_by_role("button", name="填入现有规则").click()
        text = await page.get_by_label("方案").input_value()
        assert json.loads(text) == {
            "seed": 7,
            "rules": [{"kind": "slow", "seconds": 2.0, "probability": 0.5}],
        }
        await page.get_by_role("button", name="全部关闭").click()
        await expect(page.locator("#tally")).to_have_text("一切正常")
        await page.get_by_role("button", name="载入").click()
        await expect(page.locator(".rule")).to_contain_text("变慢")
    assert board.sim.faults.seed == 7


async def test_one_rule_is_removed_by_its_cross(board: Board) -> None:
    for kind in (FaultKind.SLOW, FaultKind.TRUNCATED):
        board.sim.faults.add(Fault(kind, times=None))
    async with board.page(PHONE) as page:
        await page.get_by_role("button", name="删除 变慢").click()
        await expect(page.locator(".rule")).to_have_count(1)
        await expect(page.locator(".rule")).to_contain_text("回包残缺")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_page_fits_its_screen_and_fingers(board: Board, viewport: ViewportSize) -> None:
    board.sim.faults.add(Fault(FaultKind.SLOW, "*/message/send", times=None))
    async with board.page(viewport) as page:
        await page.get_by_text("加一条规则").click()
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
        if viewport is PHONE:
            drop = await page.locator(".rule-drop").bounding_box()
            assert drop is not None
            assert min(drop["width"], drop["height"]) >= 44
