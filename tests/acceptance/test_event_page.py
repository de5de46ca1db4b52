"""The page of event kinds: operations see what waits, register it, and it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio

from bot.clock import DrivenClock
from bot.demo import Demo, Place, demo
from bot.story import START
from bot.story.script import LI_LEI, MANAGER
from config.texts import load_texts
from domain.values import PersonId
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence
from tests.factories import person

WORDS = load_texts().get
PHONE = "13812345678"
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> AsyncIterator[Demo]:
    clock = DrivenClock(START, is_running=False)
    place = Place(tmp_path_factory.mktemp("events"), port=free_port())
    async with demo(place, clock) as running:
        yield running


@asynccontextmanager
async def browser_of(both: Demo, who: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a browser in which somebody has logged in."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(both.service.address, cookie_jar=jar) as browser:
        async with browser.get("/events", allow_redirects=False) as away:
            assert away.status == 303
            login = away.headers["Location"].removesuffix("#wechat_redirect")
        async with browser.get(f"{login}&as={who}") as page:
            assert page.url.path == "/events"
        yield browser


async def hold(both: Demo, kind: str, key: str) -> None:
    parts = both.service.parts
    async with parts.store.unit_of_work(parts.clock.now()) as work:
        who = work.add_person(person(id=PersonId(work.ids.next()), identities=()))
        properties = {"hours": 2.0, "phone<b>": PHONE}
        what = Occurrence(kind, parts.clock.now(), key, properties=properties)
        await record_or_hold(work, parts.context, "shop", who.id, what)
        await work.commit()


FORM = {
    "name": "home_visit",
    "label": "上门拜访",
    "strength": "strong",
    "source": "product",
    "is_interaction": "on",
    "property": "hours",
    "label:hours": "时长",
    "type:hours": "number",
}


async def test_a_manager_registers_what_waits_and_it_happens(both: Demo) -> None:
    await hold(both, "home_visit", "visit:1")
    async with browser_of(both, MANAGER) as browser:
        async with browser.get("/events") as page:
            html = await page.text()
            policy = page.headers["Content-Security-Policy"]
        assert page.status == 200
        assert "default-src 'none'" in policy
        assert "home_visit" in html
        assert "phone&lt;b&gt;" in html
        assert PHONE not in html
        async with browser.post("/events", data=FORM) as done:
            told = await done.text()
        assert (done.status, done.url.path) == (200, "/events")
        assert WORDS("events_page.done", label="上门拜访") in told
    await both.service.settle()
    parts = both.service.parts
    async with parts.database.read() as tx:
        rows = await tx.fetch("select kind, properties from event where kind = 'home_visit'")
        left = await tx.fetch("select id from held_event")
    assert [row["kind"] for row in rows] == ["home_visit"]
    assert list(left) == []
    assert parts.context.vocabulary.kind("上门拜访") is not None


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"label": "登录"}, 422, "refusals.kind_label_taken"),
        ({"name": "a`b"}, 422, "refusals.kind_name_wrong"),
        ({"strength": "huge"}, 400, "events_page.unreadable"),
        ({"type:hours": "date"}, 400, "events_page.unreadable"),
        ({"label": "x" * 70_000}, 400, "events_page.unreadable"),
    ],
)
async def test_a_wrong_form_changes_nothing(
    both: Demo, changes: dict[str, str], status: int, told: str
) -> None:
    before = len(both.service.parts.context.events.kinds)
    form = FORM | {"name": "other"} | changes
    async with browser_of(both, MANAGER) as browser, browser.post("/events", data=form) as page:
        html = await page.text()
    assert page.status == status
    assert WORDS(told) in html
    assert len(both.service.parts.context.events.kinds) == before


async def test_a_rep_may_neither_see_nor_register(both: Demo) -> None:
    async with browser_of(both, LI_LEI) as browser:
        async with browser.get("/events") as page:
            assert page.status == 403
        async with browser.post("/events", data=FORM | {"name": "third"}) as page:
            assert page.status == 403
    assert "third" not in both.service.parts.context.events.kinds


async def test_nobody_registers_without_login(both: Demo) -> None:
    async with (
        aiohttp.ClientSession(both.service.address) as browser,
        browser.post("/events", data=FORM, allow_redirects=False) as page,
    ):
        assert page.status == 303
