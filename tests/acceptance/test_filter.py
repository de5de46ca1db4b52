"""Through the wire: a customer on the black list is kept, shown, restored and then assigned."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
import pytest_asyncio

from bot.clock import DrivenClock
from bot.demo import Place, demo
from bot.list_office import LocalListOffice, Piece
from bot.story import START
from bot.story.script import LI_LEI, MANAGER, PHONE, XIAO_MEI, ZHANG_SAN, card_about, scan
from bot.story.stage import Stage
from config.texts import load_texts
from domain.lead import Stage as LeadStage
from domain.screening.lists import ListName
from domain.values import ContactKey, IdentityKind
from storage.queries.isolated import Isolated, Wish, isolated
from tests.patience import until

WORDS = load_texts().get
NAME = WORDS("story_lines.first")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> AsyncIterator[Stage]:
    """Import a black list with 张三 into the running service, then let them write."""
    clock = DrivenClock(START, is_running=False)
    folder = tmp_path_factory.mktemp("filter")
    async with demo(Place(folder, port=free_port()), clock) as both:
        played = Stage(both, clock, WORDS)
        await scan(played)
        await blacklist(played, await external_of(played))
        await both.sim.enter_kf(ZHANG_SAN)
        for line in ("ask", "enrich"):
            await both.sim.say_kf(ZHANG_SAN, played.line(line))
            await played.quiet()
        yield played


async def external_of(stage: Stage) -> ContactKey:
    async with stage.demo.service.parts.database.read() as tx:
        (row,) = await tx.fetch("select value from identity where kind = 'external_userid'")
    return ContactKey(IdentityKind.EXTERNAL_USERID, row["value"])


async def blacklist(stage: Stage, *people: ContactKey) -> None:
    office = LocalListOffice(stage.demo.service.parts)
    version = await office.begin(ListName.BLACK, "peers.txt")
    await office.add(Piece(version, people=list(people)))
    assert await office.publish(version)


async def put_aside(stage: Stage) -> list[Isolated]:
    parts = stage.demo.service.parts
    async with parts.database.read() as tx:
        return list(await isolated(tx, parts.store.vault, Wish()))


class Browser:
    """A phone of somebody, logged in through the platform."""

    def __init__(self, stage: Stage, session: aiohttp.ClientSession) -> None:
        self.address = stage.demo.service.address
        self.session = session

    async def open(self, person: str, path: str = "/isolated") -> tuple[int, str]:
        async with self.session.get(self.address + path, allow_redirects=False) as away:
            assert away.status == 303
            login = away.headers["Location"].removesuffix("#wechat_redirect")
        async with self.session.get(f"{login}&as={person}") as page:
            return page.status, await page.text()

    async def post(self, **form: str) -> tuple[int, str]:
        async with self.session.post(f"{self.address}/isolated/restore", data=form) as page:
            return page.status, await page.text()


@pytest_asyncio.fixture(loop_scope="module")
async def browser(stage: Stage) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(stage, session)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found, f"no {name} in the page"
    return found[1]


async def test_the_lead_is_kept_with_its_reason_and_nobody_gets_a_card(stage: Stage) -> None:
    (one,) = await put_aside(stage)
    assert (one.name, one.lead.stage, one.lead.owner) == (NAME, LeadStage.INVALID, None)
    assert [reason.reason for reason in one.reasons] == ["blacklisted"]
    cards = [m for m in stage.app_window(LI_LEI) if card_about(NAME)(m)]
    assert cards == []
    assert stage.demo.sim.messages(f"kf:{ZHANG_SAN}")[-1].sender == ZHANG_SAN  # no answer


async def test_the_page_shows_reasons_counts_and_search(browser: Browser) -> None:
    status, html = await browser.open(MANAGER)
    assert status == 200
    assert NAME in html
    assert WORDS("objection.blacklisted") in html
    assert PHONE not in html
    async with browser.session.get(f"{browser.address}/isolated?q={PHONE[-4:]}") as page:
        assert NAME in await page.text()
    async with browser.session.get(f"{browser.address}/isolated?q=没有这个人") as page:
        assert WORDS("page.isolated.none") in await page.text()


@pytest.mark.parametrize("person", [LI_LEI, XIAO_MEI])
async def test_nobody_else_sees_the_page(browser: Browser, person: str) -> None:
    status, html = await browser.open(person)
    assert status == 403
    assert NAME not in html


async def test_a_form_that_is_not_ours_restores_nothing(stage: Stage, browser: Browser) -> None:
    (one,) = await put_aside(stage)
    assert (await browser.post(lead=str(one.lead.id), token="x"))[0] == 403
    await browser.open(MANAGER)
    assert (await browser.post(lead=str(one.lead.id), token="forged"))[0] == 403
    assert (await browser.post(lead=str(one.lead.id)))[0] == 403
    assert len(await put_aside(stage)) == 1


async def test_the_button_lets_the_lead_go_on_and_a_rep_gets_it(
    stage: Stage, browser: Browser
) -> None:
    (one,) = await put_aside(stage)
    _, html = await browser.open(MANAGER)
    token = hidden(html, "token")
    assert hidden(html, "lead") == str(one.lead.id)
    status, html = await browser.post(lead=str(one.lead.id), token=token)
    assert (status, WORDS("page.isolated.none") in html) == (200, True)
    assert (await browser.post(lead=str(one.lead.id), token=token))[0] == 409
    await stage.quiet()
    lead = (await stage.lead_of(NAME)).lead
    assert lead.owner == LI_LEI
    assert stage.last(f"app:{LI_LEI}", card_about(NAME))
    async with stage.demo.service.parts.database.read() as tx:
        rows = await tx.fetch("select userid, command from audit where command = 'restore'")
    assert [(row["userid"], row["command"]) for row in rows] == [(MANAGER, "restore")]


async def test_the_command_lists_what_was_put_aside(stage: Stage) -> None:
    await stage.say(MANAGER, "隔离", WORDS("isolated.none"))


async def test_a_changed_file_runs_without_a_restart(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop of the service notices; it is asked to look more often than it does."""
    parts = stage.demo.service.parts
    monkeypatch.setattr("bot.lists.LOOK_SECONDS", 0.01)
    folder = parts.settings.store.data_dir
    keeper = parts.lists
    keeper.files = type(keeper.files)(folder, load_texts())
    (folder / "sensitive_words.txt").write_text("自定义敏感词\n", encoding="utf-8")

    async def runs() -> bool:
        return bool(parts.context.lists.current.words.hits("自定义-敏感词"))

    await until(runs)
    before = parts.context.lists.current.words
    (folder / "sensitive_words.txt").write_text("x" * 100 + "\n", encoding="utf-8")

    async def is_told() -> bool:
        return bool(parts.context.lists.current.standings[ListName.WORDS].problem)

    await until(is_told)
    assert parts.context.lists.current.words is before
