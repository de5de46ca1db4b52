"""The whole demo in a real Chromium: Clew behind it, the guide beside it, nothing reloaded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.clock import DrivenClock
from bot.demo import Place, demo
from domain.values import BUSINESS_ZONE
from tests.services.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize

    from bot.demo import Demo

pytestmark = pytest.mark.browser

DESKTOP: ViewportSize = {"width": 1600, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
LI_LEI = "app:LiLei"
#: How long a value of a card's row may be (fact sheet 3.2).
ROW_LENGTH = 26

MORNING = datetime(2026, 11, 24, 10, 2, tzinfo=BUSINESS_ZONE)
SATURDAY_NIGHT = datetime(2026, 11, 28, 23, 10, tzinfo=BUSINESS_ZONE)


@dataclass
class Shown:
    """The demo in a browser."""

    both: Demo
    page: Page
    faults: list[str] = field(default_factory=list)

    def column(self, role: str) -> Locator:
        return self.page.locator(f'.column[data-role="{role}"]')

    def step(self, name: str) -> Locator:
        return self.page.locator(f'[data-step="{name}"]')

    async def follow(self, name: str) -> None:
        """Press the button of the guide's next step, which must be ``name``."""
        await expect(self.step(name)).to_have_class(re.compile("is-next"))
        await self.step(name).get_by_role("button").click()

    async def done(self, name: str) -> None:
        await expect(self.step(name)).to_have_class(re.compile("is-done"))

    async def send(self, role: str) -> None:
        """Send what the guide has typed in."""
        box = self.column(role).get_by_role("textbox")
        await expect(box).not_to_have_value("")
        await box.press("Enter")

    def cards(self) -> Locator:
        return self.column("rep").locator(".card")

    def rows(self) -> list[str]:
        """Return the values of all rows of all cards, as they went over the wire."""
        cards = [m.body.get("card") for m in self.both.sim.messages(LI_LEI)]
        return [
            str(row["value"])
            for card in cards
            if isinstance(card, dict)
            for row in card.get("horizontal_content_list", [])
        ]

    def listen(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.faults.append(line.text)


@asynccontextmanager
async def shown(browser: Browser, folder: Path, start: datetime) -> AsyncIterator[Shown]:
    """Run the demo as ``clew demo`` does, and open it; a script that fails fails the test."""
    clock = DrivenClock(start, is_running=True)
    async with demo(Place(folder, port=free_port()), clock) as both:
        context = await browser.new_context(viewport=DESKTOP, locale="zh-CN")
        found = Shown(both, await context.new_page())
        found.page.on("pageerror", lambda error: found.faults.append(str(error)))
        found.page.on("console", found.listen)
        await found.page.goto(both.windows)
        await found.page.evaluate("window.isSamePage = true")
        yield found
        assert await found.page.evaluate("window.isSamePage")
        await context.close()
    assert found.faults == []


@pytest.mark.parametrize("start", [MORNING, SATURDAY_NIGHT], ids=["morning", "saturday night"])
async def test_the_guide_leads_through_the_whole_job(
    browser: Browser, tmp_path: Path, start: datetime
) -> None:
    async with shown(browser, tmp_path, start) as here:
        await welcomed(here)
        await offered(here)
        await accepted(here)
        await moved_on(here)
        await reminded(here)
        await asked_for_the_funnel(here)
        await expect(here.page.locator("#guide-end")).to_be_visible()
        await fits_a_phone(here)


async def welcomed(here: Shown) -> None:
    await here.follow("scan")
    await here.page.get_by_role("dialog").get_by_role("button", name="扫码添加").click()
    await here.done("welcome")
    await expect(here.column("customer").locator(".is-theirs .bubble")).to_contain_text("李雷")


async def offered(here: Shown) -> None:
    await here.follow("phone")
    await here.send("customer")
    await here.done("card")
    card = here.cards().last
    await expect(card.get_by_role("heading")).to_have_text("新线索：张三")
    await expect(card).to_contain_text("136****7394")
    await expect(card).to_contain_text("下一步：问清年级和科目，再报价")


async def accepted(here: Shown) -> None:
    await here.follow("accept")
    await here.cards().last.get_by_role("button", name="接收").click()
    await here.done("portrait")
    await expect(here.cards().first.get_by_role("status")).to_have_text("已接收")
    await expect(here.cards()).to_have_count(2)
    await expect(here.cards().last).to_contain_text("13651827394")


async def moved_on(here: Shown) -> None:
    await here.follow("status")
    status = here.cards().last.get_by_role("button", name="明确意向", exact=True)
    await status.click()
    await here.done("status")
    await expect(here.cards().last).to_contain_text("明确意向 · 询问价格")
    await expect(here.cards()).to_have_count(2)


async def reminded(here: Shown) -> None:
    await here.follow("remind")
    await here.send("rep")
    await here.done("remind")
    answer = here.column("rep").locator(".is-theirs .bubble").last
    await expect(answer).to_contain_text("15:00 提醒您：回访张三")
    await here.follow("forward")
    await here.done("forward")
    reminder = here.cards().last
    await expect(reminder.get_by_role("heading")).to_have_text("提醒")
    await expect(reminder).to_contain_text("回访张三")
    await expect(reminder).to_contain_text("13651827394")
    await expect(reminder.get_by_role("button", name="完成")).to_be_visible()


async def asked_for_the_funnel(here: Shown) -> None:
    await here.follow("funnel")
    await here.send("manager")
    await here.done("funnel")
    funnel = here.column("manager").locator(".is-theirs .bubble").last
    for line in ("名单总数 1", "下发成功 1（100%）", "展会：名单 1，下发 1，成交 0"):
        await expect(funnel).to_contain_text(line)


async def fits_a_phone(here: Shown) -> None:
    """See that nothing is wider than a phone, and no row of a card was cut."""
    await here.page.set_viewport_size(PHONE)
    for name, role in (("客户", "customer"), ("销售", "rep"), ("主管", "manager")):
        await here.page.locator("#switcher").get_by_role("button", name=name).click()
        await expect(here.column(role)).to_be_visible()
        width = await here.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], role
    assert all(len(value) <= ROW_LENGTH and "…" not in value for value in here.rows())
