"""导入 in chat, the link, the page, the file: through the running service, and in Chromium."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import openpyxl
import pytest
from playwright.async_api import Browser, expect

from bot.clock import DrivenClock
from bot.demo import Place, demo
from bot.importer import Importer
from bot.story import START
from bot.story.script import LI_LEI, MANAGER
from bot.story.stage import Stage
from config.texts import load_texts
from storage.bulk import Bulk, NewPerson
from storage.uploads import Uploads
from tests.patience import until

WORDS = load_texts().get
ROWS = [
    ["客户姓名", "联系电话", "所在城市", "渠道", "提交时间"],
    ["张三", 13926417835, "杭州", "展会", "2026-03-01 09:30"],
    ["李四", "1596734021", "上海", "", ""],
    ["=王五", "15967340327", "成都", "", "昨天"],
    ["赵六", "15967340218", "北京", "", ""],
]


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@dataclass
class Office:
    """The demo, and somebody's browser."""

    stage: Stage
    browser: aiohttp.ClientSession

    @property
    def address(self) -> str:
        return self.stage.demo.service.address

    async def link(self, userid: str) -> str:
        said = await self.stage.say(userid, "导入", "/import")
        found = re.search(r"https?://\S+", said)
        assert found, said
        return found[0]

    async def get(self, path: str) -> tuple[int, str]:
        async with self.browser.get(self.address + path) as page:
            return page.status, await page.text()

    async def post(self, path: str, **form: str) -> tuple[int, str, str]:
        async with self.browser.post(self.address + path, data=form) as page:
            return page.status, page.url.path, await page.text()

    async def enter(self, link: str) -> tuple[int, str]:
        ticket = link.partition("?t=")[2]
        status, path, _ = await self.post("/import", t=ticket)
        return status, path

    async def upload(self, name: str, data: bytes) -> tuple[int, str, str]:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", data, filename=name)
        async with self.browser.post(f"{self.address}/import/file", data=form) as page:
            return page.status, page.url.path, await page.text()

    async def finished(self, path: str) -> str:
        """Return the page of a file when it is taken in."""

        async def done() -> bool:
            return "http-equiv" not in (await self.get(path))[1]

        await until(done)
        return (await self.get(path))[1]

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        database = self.stage.demo.service.parts.database
        return [dict(row) for row in await database.look(sql)]


@pytest.fixture(
    params=[
        pytest.param("migrated_sqlite_url", id="sqlite"),
        pytest.param("migrated_postgres_url", id="postgres", marks=pytest.mark.postgres),
    ]
)
def any_url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


async def opened(url: str, folder: Path, port: int) -> AsyncIterator[Office]:
    clock = DrivenClock(START, is_running=False)
    place = Place(folder / "data", port=port, database_url=url)
    jar = aiohttp.CookieJar(unsafe=True)
    async with demo(place, clock) as both, aiohttp.ClientSession(cookie_jar=jar) as browser:
        yield Office(Stage(both, clock, WORDS), browser)


@pytest.fixture
async def any_office(
    any_url: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[Office]:
    async for office in opened(any_url, tmp_path, free_port()):
        yield office


@pytest.fixture
async def office(
    migrated_sqlite_url: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncIterator[Office]:
    async for one in opened(migrated_sqlite_url, tmp_path, free_port()):
        yield one


async def test_a_workbook_becomes_leads_and_a_list_of_errors(
    any_office: Office, tmp_path: Path
) -> None:
    office = any_office
    assert await office.enter(await office.link(MANAGER)) == (200, "/import")
    data = workbook(tmp_path / "x.xlsx", ROWS).read_bytes()
    status, path, html = await office.upload("三月展会.xlsx", data)
    assert status == 200
    assert "三月展会.xlsx" in html
    assert re.search(r'<option value="phone" selected>', html)
    chosen = {"c0": "name", "c1": "phone", "c2": "city", "c3": "channel", "c4": "at"}
    twice = await office.post(path, mode="leads", source="expo", **chosen | {"c2": "phone"})
    assert twice[0] == 422
    assert WORDS("import.page.meaning_twice", detail="所在城市") in twice[2]
    assert (await office.post(path, mode="leads", source="expo", **chosen))[0] == 200
    html = await office.finished(path)
    assert WORDS("import.page.state.done") in html
    (upload,) = await office.rows("select state, done, taken, faulty from upload")
    assert upload == {"state": "done", "done": 4, "taken": 2, "faulty": 2}
    names = await office.rows("select name from person order by name")
    assert {row["name"] for row in names} == {"张三", "赵六"}
    _, errors = await office.get(f"{path}/errors.csv")
    lines = [line.split(",") for line in errors.lstrip("\ufeff").splitlines()]
    assert [line[:2] for line in lines[1:]] == [["3", "联系电话"], ["4", "提交时间"]]
    assert all(line[2] for line in lines)

    async def is_worked_off() -> bool:
        return not await office.rows("select id from lead where stage = 'generated'")

    await until(is_worked_off)
    # What was handed in is gone, and nothing of it lay in clear.
    assert await office.rows("select id from upload_part") == []


async def test_a_list_tags_who_is_known(any_office: Office) -> None:
    office = any_office
    await office.enter(await office.link(MANAGER))
    leads = "编号,姓名\n1,张三\n2,李四\n".encode()
    _, path, _ = await office.upload("a.csv", leads)
    await office.post(path, mode="leads", source="shop", c0="uid", c1="name")
    await office.finished(path)
    _, path, _ = await office.upload("b.csv", "uid\n1\n\n9\n2\n".encode("gbk"))
    wrong = await office.post(path, mode="tags", tag="", column="uid", kind="uid", source="shop")
    assert wrong[0] == 422
    await office.post(path, mode="tags", tag="春季激活", column="uid", kind="uid", source="shop")
    await office.finished(path)
    tags = await office.rows("select name, source, actor from tagging where source = 'list'")
    assert tags == [{"name": "春季激活", "source": "list", "actor": MANAGER}] * 2
    _, errors = await office.get(f"{path}/errors.csv")
    assert WORDS("import.fault.nobody") in errors
    assert "4,uid" in errors


async def test_the_link_opens_once_for_who_may(office: Office) -> None:
    link = await office.link(MANAGER)
    # Looking at the link, as chats do by themselves, does not use it up.
    for _ in range(2):
        assert (await office.get(f"/import?t={link.partition('?t=')[2]}"))[0] == 200
    assert (await office.enter(link))[0] == 200
    assert (await office.enter(link))[0] == 403
    assert (await office.post("/import", t="forged"))[0] == 403
    office.browser.cookie_jar.clear()
    assert (await office.get("/import"))[0] == 403
    assert (await office.upload("a.csv", b"a\n1\n"))[0] == 403
    stale = await office.link(MANAGER)
    office.stage.clock.advance(timedelta(minutes=31))
    assert (await office.enter(stale))[0] == 403
    assert "/import?t=" not in await office.stage.say(LI_LEI, "导入", "")


async def test_a_file_of_somebody_else_is_not_there(office: Office) -> None:
    await office.enter(await office.link(MANAGER))
    _, path, _ = await office.upload("a.csv", "电话\n13926417835\n".encode())
    office.browser.cookie_jar.clear()
    for target in (path, f"{path}/errors.csv", "/import/7"):
        assert (await office.get(target))[0] == 404


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old_excel"),
        ("a.csv", b"", "empty"),
        ("a.xlsx", b"PK\x03\x04broken", "broken_workbook"),
        ("a.csv", b"\x89PNG\x00\xff\xfe", "encoding"),
        ("a.csv", "电话,电话\n1,2\n".encode(), "column_twice"),
    ],
)
async def test_what_is_no_table_is_said_and_not_kept(
    office: Office, name: str, data: bytes, code: str
) -> None:
    await office.enter(await office.link(MANAGER))
    status, _, html = await office.upload(name, data)
    assert status == 422
    assert WORDS(f"file.refused.{code}", columns="电话") in html
    assert await office.rows("select id from upload_part") == []


async def test_a_killed_import_goes_on_where_it_stood(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first chunk is committed, then the process dies; the next one does the rest, once."""
    await office.enter(await office.link(MANAGER))
    parts = office.stage.demo.service.parts
    uploads = Uploads(parts.database, parts.store.vault, parts.store.ids)
    monkeypatch.setattr(Uploads, "running", _nothing)  # the service itself stands by
    lines = "".join(f"{n},客户{n},1596734{n:04}\n" for n in range(450))
    _, path, _ = await office.upload("a.csv", f"编号,姓名,电话\n{lines}".encode())
    await office.post(path, mode="leads", source="expo", c0="uid", c1="name", c2="phone")
    upload = await uploads.get(int(path.rsplit("/", 1)[1]))
    assert upload is not None
    importer = Importer(parts.store, uploads, parts.context, parts.clock, None)
    monkeypatch.setattr("bot.importer.CHUNK_ROWS", 200)
    monkeypatch.setattr("bot.importer.BATCHES", 1)
    calls = 0
    store_some = importer._store_some

    async def dying(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return await store_some(*arguments)

    monkeypatch.setattr(importer, "_store_some", dying)
    with pytest.raises(KeyboardInterrupt):
        await importer._take_in(upload)
    before = await uploads.get(upload.id)
    assert before is not None
    assert (before.done, before.taken) == (200, 200)
    monkeypatch.undo()
    html = await office.finished(path)
    assert WORDS("import.page.state.done") in html
    after = await uploads.get(upload.id)
    assert after is not None
    assert (after.done, after.taken, after.faulty) == (450, 450, 0)
    (leads,) = await office.rows("select count(*) as n from lead")
    assert leads["n"] == 450


async def _nothing(_uploads: Uploads) -> None:
    return None


async def test_a_row_that_breaks_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Bulk.take

    def breaking(bulk: Bulk, new: NewPerson) -> None:
        if "坏行" in new[1]:
            problem = "a defect"
            raise RuntimeError(problem)
        take(bulk, new)

    monkeypatch.setattr(Bulk, "take", breaking)
    await office.enter(await office.link(MANAGER))
    data = "编号,姓名\n1,张三\n2,坏行\n3,李四\n".encode()
    _, path, _ = await office.upload("a.csv", data)
    await office.post(path, mode="leads", source="expo", c0="uid", c1="name")
    await office.finished(path)
    (upload,) = await office.rows("select done, taken, faulty from upload")
    assert upload == {"done": 3, "taken": 2, "faulty": 1}
    assert await office.rows("select line, code from upload_fault") == [
        {"line": 3, "code": "row_defect"}
    ]


@pytest.mark.browser
async def test_the_page_on_a_phone(office: Office, browser: Browser, tmp_path: Path) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(await office.link(MANAGER))
    await page.get_by_role("button", name=WORDS("import.page.enter")).click()
    await page.locator("input[type=file]").set_input_files(workbook(tmp_path / "线索.xlsx", ROWS))
    await page.screenshot(path=tmp_path / "1.png", full_page=True)
    await page.get_by_role("button", name=WORDS("import.page.upload")).click()
    await expect(page.locator("#c1")).to_have_value("phone")
    await page.screenshot(path=tmp_path / "2.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name=WORDS("import.page.begin", rows=4)).click()
    await expect(page.get_by_text(WORDS("import.page.state.done"))).to_be_visible()
    await page.screenshot(path=tmp_path / "3.png", full_page=True)
    async with page.expect_download() as download:
        await page.get_by_role("link", name=WORDS("import.page.errors")).click()
    saved = await (await download.value).path()
    told = await asyncio.to_thread(Path(saved).read_text, encoding="utf-8-sig")
    assert "联系电话" in told
    await context.close()
