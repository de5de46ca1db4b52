"""The pages behind the cards: login through the platform, one lead on one screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.story import START
from bot.story.script import HAN_MEIMEI, LI_LEI, MANAGER, PHONE, XIAO_MEI, accept, ask, enrich, scan
from bot.story.stage import Stage
from config.texts import load_texts

WORDS = load_texts().get
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> AsyncIterator[Stage]:
    """Play until 李雷 has accepted the lead of 张三; no test changes what they share."""
    clock = DrivenClock(START, is_running=False)
    folder = tmp_path_factory.mktemp("pages")
    async with demo(Place(folder, port=free_port()), clock) as both:
        played = Stage(both, clock, WORDS)
        for step in (scan, ask, enrich, accept):
            await step(played)
        yield played


async def page_of(demo: Demo, path: str, person: str) -> tuple[int, str]:
    """Open a page as somebody whose phone the platform knows."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(demo.service.address + path, allow_redirects=False) as away:
            assert away.status == 303
            login = away.headers["Location"].removesuffix("#wechat_redirect")
        async with browser.get(f"{login}&as={person}") as page:
            return page.status, await page.text()


async def path_of_lead(stage: Stage) -> str:
    return f"/leads/{(await stage.lead_of(WORDS('story_lines.first'))).lead.id}"


async def test_the_owner_sees_phone_next_step_and_reasons(stage: Stage) -> None:
    status, html = await page_of(stage.demo, await path_of_lead(stage), LI_LEI)
    assert status == 200
    assert PHONE in html
    steps = [WORDS(f"next_step.{code}") for code in load_texts().keys_under("next_step")]
    assert [step for step in steps if step in html] != []
    assert WORDS("page.reasons") in html


async def test_the_page_tells_how_much_is_known(stage: Stage) -> None:
    _, html = await page_of(stage.demo, await path_of_lead(stage), LI_LEI)
    assert WORDS("information_level.portrayed") in html


async def test_a_manager_sees_a_masked_phone(stage: Stage) -> None:
    status, html = await page_of(stage.demo, await path_of_lead(stage), MANAGER)
    assert status == 200
    assert PHONE not in html
    assert f"{PHONE[:3]}****{PHONE[-4:]}" in html


@pytest.mark.parametrize("person", [HAN_MEIMEI, XIAO_MEI])
async def test_nobody_else_sees_the_lead(stage: Stage, person: str) -> None:
    status, html = await page_of(stage.demo, await path_of_lead(stage), person)
    assert status == 403
    assert PHONE[-4:] not in html


async def test_every_look_is_written_down(stage: Stage) -> None:
    async def looks() -> list[tuple[str, str]]:
        async with stage.demo.service.parts.database.read() as tx:
            rows = await tx.fetch("select userid, what from access_log where via = 'page'")
        return [(row["userid"], row["what"]) for row in rows]

    before = await looks()
    await page_of(stage.demo, await path_of_lead(stage), MANAGER)
    assert (await looks())[len(before) :] == [(MANAGER, "portrait")]


async def test_a_lead_that_does_not_exist_is_not_found(stage: Stage) -> None:
    assert (await page_of(stage.demo, "/leads/7", MANAGER))[0] == 404


@pytest.mark.parametrize("cookie", ["", "AAAA", "x" * 300, "ｎｏ"])
async def test_a_forged_cookie_leads_to_the_login(stage: Stage, cookie: str) -> None:
    path = await path_of_lead(stage)
    headers = {"Cookie": f"clew_session={cookie}"}
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(stage.demo.service.address + path, headers=headers, allow_redirects=False) as r,
    ):
        assert r.status == 303


async def test_a_state_of_somebody_else_leads_nowhere(stage: Stage) -> None:
    address = f"{stage.demo.service.address}/login?code=x&state=https://example.com"
    async with aiohttp.ClientSession() as browser, browser.get(address) as page:
        assert page.status == 403


async def test_the_page_tells_how_the_score_moved(stage: Stage) -> None:
    path = await path_of_lead(stage)
    assert "以来每天的评分" not in (await page_of(stage.demo, path, LI_LEI))[1], "all is of today"
    now = round((await stage.lead_of(WORDS("story_lines.first"))).lead.score.composite)
    await stage.pass_time(timedelta(days=1))
    html = (await page_of(stage.demo, path, LI_LEI))[1]
    assert f"11月24日以来每天的评分：{now} → " in html
