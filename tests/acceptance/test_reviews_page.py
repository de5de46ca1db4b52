"""The page of doubts in a real Chromium: a pair merged, one kept apart, the merge undone."""

from __future__ import annotations

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
from tests.acceptance.pages import opened

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.browser
WORDS = load_texts().get
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


async def test_a_pair_is_merged_another_kept_apart_and_the_merge_undone(
    both: Demo, browser: Browser
) -> None:
    seen = await opened(both, browser, "/reviews", WORDS("page.reviews.title"))
    page = seen.page
    waiting, told = page.locator(".pair:has(.decide)"), page.locator(".told")
    await expect(page.locator("header")).to_contain_text(WORDS("page.reviews.waiting", count=2))
    await expect(waiting).to_have_count(2)
    first = waiting.filter(has_text=NAMES[0])
    for firm in FIRMS:
        await expect(first).to_contain_text(firm)
    await seen.fits("waiting")

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
    await seen.fits("merged")
    await merged.get_by_role("button", name=WORDS("page.reviews.undo_now")).click()
    await expect(told).to_have_text(WORDS("page.reviews.done_undone"))
    await expect(page.locator("body")).to_contain_text(WORDS("page.reviews.nothing"))
    rows = await both.service.parts.database.look("select root_id from person order by id")
    assert len({row["root_id"] for row in rows}) == len(rows) == len(NAMES) * len(FIRMS)
    assert seen.faults == []
