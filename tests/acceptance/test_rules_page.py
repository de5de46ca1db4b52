"""The page of the rules in a real Chromium: read, correct a draft, try it, publish it."""

from __future__ import annotations

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
        for number in range(3):
            at = (START - timedelta(hours=number + 1)).isoformat()
            event = {"kind": "view_price", "at": at, "properties": {}}
            lead = {"name": f"客户{number}", "uid": f"u{number}", "phone": f"1390000567{number}"}
            body = {**lead, "events": [event]}
            assert (await shop.post("/api/v1/leads", body, idem=f"o{number}")).status < 300
        await running.service.settle()
        yield running


async def test_a_draft_is_corrected_tried_and_published_when_confirmed(
    both: Demo, browser: Browser, tmp_path: Path
) -> None:
    seen = await opened(both, browser, "/rules", WORDS("rules_page.title"))
    page = seen.page
    body = page.locator("body")
    await page.get_by_text(WORDS("rule_table.part.events"), exact=True).click()
    await expect(body).to_contain_text("支付大额订单")
    await expect(body).to_contain_text("每 90 天减半")
    await expect(body).to_contain_text("支付订单，金额 ≥ 1000")
    await expect(page.locator(".versions")).to_contain_text("系统 · ")
    await seen.fits("home")

    await page.get_by_text(WORDS("rules_page.open_form")).click()
    box = page.locator("textarea[name=text]")
    rules = await box.input_value()
    line = rules[: rules.index('id = "paid_large_order"')].count("\n") + 1
    await box.fill(rules.replace('kind = "pay_order"', 'kind = "pay_ordr"', 1))
    await page.get_by_role("button", name=WORDS("rules_page.check")).click()
    problem = page.get_by_role("alert")
    await expect(problem).to_contain_text("pay_order")
    await expect(problem).to_contain_text(f"第 {line} 行第")
    assert "pay_ordr" in await box.input_value(), "what was typed is still there"
    await seen.fits("fault")
    await box.fill(f"{rules}\n[[event\n")
    await page.get_by_role("button", name=WORDS("rules_page.keep")).click()
    await expect(problem).to_contain_text(f"第 {rules.count(chr(10)) + 2} 行")

    looser = rules.replace("pass_mark = 60", "pass_mark = 5").replace("默认评分", "宽松评分")
    file = tmp_path / "scorecard.toml"
    file.write_text(looser, encoding="utf-8")
    await page.locator("input[type=file]").set_input_files(file)
    await page.locator("input[name=note]").fill("放宽及格线")
    await page.get_by_role("button", name=WORDS("rules_page.keep")).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("第 2 版 宽松评分")
    await expect(body).to_contain_text("放宽及格线")
    await page.get_by_role("button", name=WORDS("rules_page.try"), exact=True).click()
    await expect(body).to_contain_text("试算结果", timeout=30_000)
    await expect(page.get_by_role("table")).to_have_count(2)
    await expect(page.locator(".chips a").first).to_contain_text("客户")
    await seen.fits("tried")

    await page.get_by_role("button", name=WORDS("rules_page.publish"), exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text(WORDS("refusals.rules_activate_many"))
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name=WORDS("rules_page.publish"), exact=True).click()
    await expect(page.get_by_role("status")).to_have_text(WORDS("rules_page.done.published"))
    await expect(body).to_contain_text("现行：第 2 版「宽松评分」")
    rows = await both.service.parts.database.look(
        "select published_by from rule_version where state = 'published'"
    )
    assert [row["published_by"] for row in rows] == ["WangManager"]
    assert seen.faults == []


async def test_a_draft_may_be_json_and_of_several_files(both: Demo, browser: Browser) -> None:
    seen = await opened(both, browser, "/rules", WORDS("rules_page.title"))
    page = seen.page
    await page.get_by_text(WORDS("rules_page.open_form")).click()
    box = page.locator("textarea[name=text]")
    await box.fill('{"journey": [\n  {"code": "buying",, ]}')
    await page.get_by_role("button", name=WORDS("rules_page.check")).click()
    await expect(page.get_by_role("alert")).to_contain_text("JSON")
    await expect(page.get_by_role("alert")).to_contain_text("（第 2 行第")
    when = "次数(查看价格) >= 1"
    stages = f'[{{"code": "comparing", "label": "比较", "when": "{when}"}}]'
    await box.fill(f'{{"journey": [{{"code": "buying", "label": "购买", "stage": {stages}}}]}}')
    await page.get_by_role("button", name=WORDS("rules_page.check")).click()
    await expect(page.get_by_role("alert")).to_contain_text("buying")
    assert seen.faults == []


async def test_a_rep_and_a_form_from_elsewhere_get_nothing(both: Demo) -> None:
    for path in ("/rules", "/rules/1"):
        status, html = await page_of(both, path, "LiLei")
        assert status == 403
        assert WORDS("page.not_allowed") in html
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{both.service.address}/rules/publish", data={"number": "1"}) as answer,
    ):
        assert answer.status == 403
        assert WORDS("page.form_expired") in await answer.text()
