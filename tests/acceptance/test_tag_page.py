"""The page of operations in a real Chromium: mistakes while typing, counts, files, publishing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from playwright.async_api import expect

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.story import START
from config.texts import load_texts
from domain.access import Scope
from tests.acceptance.api_caller import caller
from tests.acceptance.pages import opened
from tests.acceptance.test_pages import page_of
from tests.patience import until

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.browser
WORDS = load_texts().get


@pytest.fixture
async def both(tmp_path: Path, free_port: Callable[[], int]) -> AsyncIterator[Demo]:
    clock = DrivenClock(START, is_running=False)
    async with demo(Place(tmp_path, port=free_port()), clock) as running:
        parts = running.service.parts
        shop = await caller(parts.store, running.service.address, START, Scope.LEADS_WRITE)
        for number, amount in enumerate((12_000.0, 2_500.0, 90.0)):
            at = (START - timedelta(hours=number + 1)).isoformat()
            properties = {"amount": amount, "category": "数学"}
            event = {"kind": "pay_order", "at": at, "properties": properties}
            lead = {"name": f"客户{number}", "uid": f"u{number}", "events": [event]}
            assert (await shop.post("/api/v1/leads", lead, idem=f"o{number}")).status < 300
        await running.service.settle()
        yield running


async def test_a_segment_is_typed_corrected_counted_kept_and_fetched(
    both: Demo, browser: Browser
) -> None:
    seen = await opened(both, browser, "/tags", WORDS("tag_page.title"))
    page = seen.page
    box, verdict = page.locator("textarea[name=when]"), page.locator(".verdict")
    await box.fill("次数(支付定单) >= 1")
    await expect(verdict).to_contain_text("支付订单")
    await expect(verdict).to_contain_text("第4个字")
    await box.fill('标签.价值分层 属于 ("高价值", "中价值")')
    await expect(verdict).to_have_text(WORDS("tag_page.right"))
    await page.get_by_role("button", name=WORDS("tag_page.estimate")).click()
    await expect(verdict).to_have_text(WORDS("segment.exactly", size=2, everybody=3))
    await page.locator("form[data-box] input[name=name]").fill("大客户")
    await page.get_by_role("button", name=WORDS("tag_page.keep")).click()
    await expect(page.get_by_role("status")).to_have_text(WORDS("tag_page.done.segment"))

    async def is_computed() -> bool:
        rows = await both.service.parts.database.look("select state from segment_run")
        return [row["state"] for row in rows] == ["done"]

    await until(is_computed)
    await page.reload()
    entry = page.locator("li", has=page.get_by_text("大客户", exact=True))
    await expect(entry).to_contain_text(WORDS("segment.size", size=2))
    async with page.expect_download() as loading:
        await entry.get_by_role("button", name=WORDS("tag_page.export", format="CSV")).click()
    download = await loading.value
    path = await download.path()
    content = (await asyncio.to_thread(path.read_bytes)).decode("utf-8-sig")
    assert "客户0" in content
    assert "客户2" not in content
    await seen.fits("kept")
    assert seen.faults == []


async def test_a_tag_is_published_and_everybody_gets_it(both: Demo, browser: Browser) -> None:
    seen = await opened(both, browser, "/tags", WORDS("tag_page.title"))
    page = seen.page
    await page.get_by_text(WORDS("tag_page.open_form")).click()
    form = page.locator("form[action='/tags/definitions']")
    await form.locator("[name=name]").fill("大单")
    await form.locator("[name=formula]").fill("大：求和(支付订单.金额, 7天) >= 1000")
    await form.locator("[name=otherwise]").fill("小")
    await form.get_by_role("button").click()
    await expect(page.get_by_role("status")).to_have_text(WORDS("tag_page.done.tag"))

    async def has_values() -> bool:
        rows = await both.service.parts.database.look(
            "select value from tagging where name = '大单' order by value"
        )
        return [row["value"] for row in rows] == ['"大"', '"大"', '"小"']

    await until(has_values)
    await page.reload()
    await page.get_by_text("大单", exact=True).click()
    await expect(page.locator("details", has_text="大单").first).to_contain_text("第 2 版")
    await seen.fits("published")
    assert seen.faults == []


async def test_the_condition_of_a_segment_is_handed_out_as_a_rule(both: Demo) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{both.service.address}/tags", allow_redirects=False) as away:
            login = away.headers["Location"].removesuffix("#wechat_redirect")
        async with browser.get(f"{login}&as=WangManager") as page:
            assert WORDS("tag_page.rule.sensors") in await page.text()

        async def rule(form: str, name: str) -> tuple[int, str]:
            target = f"{both.service.address}/tags/rule"
            async with browser.get(target, params={"form": form, "name": name}) as answer:
                return answer.status, await answer.text()

        status, text = await rule("sensors", "高价值客户")
        assert status == 200
        assert json.loads(text)["rules"][0]["field"] == "user.user_tag_价值分层"
        status, text = await rule("sensors", "下单未付人群")
        assert (status, "写不成这种规则" in text) == (422, True)
        assert (await rule("json", "下单未付人群"))[0] == 200
        assert (await rule("sql", "高价值客户"))[0] == 422
        assert (await rule("json", "没有的"))[0] == 422


async def test_a_segment_is_removed_unless_another_one_mentions_it(both: Demo) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{both.service.address}/tags", allow_redirects=False) as away:
            login = away.headers["Location"].removesuffix("#wechat_redirect")
        async with browser.get(f"{login}&as=WangManager") as page:
            assert page.status == 200

        async def removed(name: str) -> tuple[int, str]:
            target = f"{both.service.address}/tags/withdrawn"
            async with browser.post(target, data={"name": name}) as answer:
                return answer.status, await answer.text()

        status, html = await removed("可触达")
        assert (status, "唤醒名单”还在引用它" in html) == (422, True)
        assert (await removed("没有的"))[0] == 422
        status, html = await removed("高价值客户")
        assert status == 200
        assert WORDS("tag_page.done.withdrawn") in html
        assert '"高价值客户"' not in html
    rows = await both.service.parts.database.look("select name, text, author from segment")
    assert [tuple(row) for row in rows] == [("高价值客户", "", "WangManager")]


async def test_a_rep_is_told_that_this_is_not_theirs(both: Demo) -> None:
    status, html = await page_of(both, "/tags", "LiLei")
    assert status == 403
    assert WORDS("tag_page.not_allowed") in html


async def test_without_a_login_nothing_can_be_asked(both: Demo) -> None:
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(
            f"{both.service.address}/tags/check", data={"when": "x"}, allow_redirects=False
        ) as answer,
    ):
        assert answer.status == 303
