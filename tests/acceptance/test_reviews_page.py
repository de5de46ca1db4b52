"""The page of doubts in a real Chromium: a pair merged, one kept apart, the merge undone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.story import START
from config.texts import load_texts
from domain.access import Scope
from tests.acceptance.api_caller import caller

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

pytestmark = pytest.mark.browser
WORDS = load_texts().get
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SHOTS = os.environ.get("CLEW_SHOTS", "")
#: Sister firms: one name in both may be one person, for a human to say.
FIRMS = ("北京纷扬科技有限公司", "上海纷扬科技有限公司")
NAMES = ("张三", "王小明")


@pytest.fixture
async def both(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Demo]:
    clock = DrivenClock(START, is_running=False)
    async with demo(Place(tmp_path, port=free_port()), clock) as running:
        parts = running.service.parts
        shop = await caller(parts.store, running.service.address, START, Scope.LEADS_WRITE)
        for number, (name, firm) in enumerate((name, firm) for name in NAMES for firm in FIRMS):
            who = {"name": name, "phone": f"1390000567{number}", "attributes": {"company": firm}}
            assert (await shop.post("/api/v1/leads", who, idem=f"o{number}")).status < 300
        await running.service.settle()
        yield running


async def opened(both: Demo, browser: Browser, faults: list[str]) -> Page:
    """Open the page on a phone as the manager, logged in through the stand-in."""
    context = await browser.new_context(viewport=PHONE, locale="zh-CN")
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{both.service.address}/reviews")
    await page.goto(f"{page.url.removesuffix('#wechat_redirect')}&as=WangManager")
    await expect(page.get_by_role("heading", level=1)).to_have_text(WORDS("page.reviews.title"))
    return page


async def fits(page: Page, name: str) -> None:
    """See that nothing has to be scrolled sideways, on a phone and on a desk."""
    for size in (DESK, PHONE):
        await page.set_viewport_size(size)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], name
        if SHOTS:
            await page.screenshot(
                path=f"{SHOTS}/reviews-{name}-{size['width']}.png", full_page=True
            )


async def test_a_pair_is_merged_another_kept_apart_and_the_merge_undone(
    both: Demo, browser: Browser
) -> None:
    faults: list[str] = []
    page = await opened(both, browser, faults)
    waiting, told = page.locator(".pair:has(.decide)"), page.locator(".told")
    await expect(page.locator("header")).to_contain_text(WORDS("page.reviews.waiting", count=2))
    await expect(waiting).to_have_count(2)
    first = waiting.filter(has_text=NAMES[0])
    for firm in FIRMS:
        await expect(first).to_contain_text(firm)
    await fits(page, "waiting")

    await first.get_by_role("button", name=WORDS("page.reviews.same")).click()
    await expect(told).to_have_text(WORDS("page.reviews.done_merged"))
    await expect(waiting).to_have_count(1)
    await expect(waiting).to_contain_text(NAMES[1])
    merged = page.locator(".pair:has(details)")
    await expect(merged).to_contain_text(NAMES[0])

    await waiting.get_by_role("button", name=WORDS("page.reviews.apart")).click()
    await expect(told).to_have_text(WORDS("page.reviews.done_apart"))
    await expect(waiting).to_have_count(0)
    await expect(page.locator("body")).to_contain_text(WORDS("page.reviews.none"))

    await merged.get_by_text(WORDS("page.reviews.undo"), exact=True).click()
    await fits(page, "merged")
    await merged.get_by_role("button", name=WORDS("page.reviews.undo_now")).click()
    await expect(told).to_have_text(WORDS("page.reviews.done_undone"))
    await expect(page.locator("body")).to_contain_text(WORDS("page.reviews.nothing"))
    rows = await both.service.parts.database.look("select root_id from person order by id")
    assert len({row["root_id"] for row in rows}) == len(rows) == len(NAMES) * len(FIRMS)
    assert faults == []
