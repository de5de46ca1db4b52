"""The page of doubts and merges: side by side, decided once, undone with a button."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest

from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, MANAGER, Company, words
from tests.unit.handlers.newcomers import Newcomer, comes_in
from tests.unit.handlers.web.pages import logged_in, served

PHONES = ("+8613900000001", "+8613900000002", "+8613900000003", "+8613900000004")


@pytest.fixture
async def address(company: Company) -> AsyncIterator[str]:
    await comes_in(
        company,
        Newcomer(PHONES[0], "张三<b>", "北京纷扬科技有限公司"),
        Newcomer(PHONES[1], "张三<b>", "上海纷扬科技有限公司"),
    )
    async with served(company) as where:
        yield where


async def page_of(browser: aiohttp.ClientSession, path: str = "/reviews") -> str:
    async with browser.get(path) as page:
        assert page.status == 200
        return await page.text()


def form_of(html: str, wish: str, number: int = 0) -> dict[str, str]:
    """Return what the form sends that holds the button of ``wish``."""
    forms = [f for f in re.findall(r"<form.*?</form>", html, re.DOTALL) if f'value="{wish}"' in f]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', forms[number])
    return dict(found) | {"wish": wish}


async def press(browser: aiohttp.ClientSession, form: Mapping[str, str]) -> tuple[int, str]:
    async with browser.post("/reviews", data=form) as page:
        return page.status, await page.text()


async def roots(company: Company) -> int:
    return len({row["root_id"] for row in await company.rows("select root_id from person")})


async def test_a_pair_stands_side_by_side_with_its_reasons(company: Company, address: str) -> None:
    async with logged_in(company, address, MANAGER) as browser:
        html = await page_of(browser)
    assert html.count('class="side"') == 2
    for said in ("北京纷扬科技有限公司", "上海纷扬科技有限公司", "139****0001", "139****0002"):
        assert said in html
    assert words("page.reviews.waiting", count=1) in html
    assert words("review.alike", fields="公司、姓名") in html
    assert "是同一个人" not in html, "a rule speaks, nothing was weighed"
    assert "张三&lt;b&gt;" in html
    assert PHONES[0][3:] not in html
    looked = await company.rows("select what, via from access_log")
    assert [(row["what"], row["via"]) for row in looked] == [("review", "page")] * 2


async def test_what_was_weighed_is_shown_with_its_weights(company: Company, address: str) -> None:
    same = (("city", "上海"), ("child_grade", "三年级"))
    await comes_in(
        company,
        Newcomer(PHONES[2], "李四", facts=(*same, ("birthday", "1990-01-01"))),
        Newcomer(PHONES[3], "李四", facts=(*same, ("birthday", "1990-01-02"))),
    )
    async with logged_in(company, address, MANAGER) as browser:
        html = await page_of(browser)
    (review,) = await company.rows("select score from review where reason = 'like_profile'")
    percent = int(100 * 2 ** review["score"] / (1 + 2 ** review["score"]))
    assert words("page.reviews.likely", percent=percent) in html
    assert re.search(r'class="plus">姓名 \+\d', html)


async def test_a_merge_by_the_page_is_undone_by_the_page(company: Company, address: str) -> None:
    async with logged_in(company, address, MANAGER) as browser:
        merge = form_of(await page_of(browser), "merged")
        status, html = await press(browser, merge)
        assert (status, await roots(company)) == (200, 1)
        assert words("page.reviews.done_merged") in html
        assert words("review.by_hand") in html
        assert await press(browser, merge) == (409, await _notice(browser, merge))
        status, html = await press(browser, form_of(html, "undone"))
    assert (status, await roots(company)) == (200, 2)
    assert words("page.reviews.done_undone") in html
    assert words("page.reviews.nothing") in html
    audit = await company.rows("select userid, command from audit order by id")
    assert [(r["userid"], r["command"]) for r in audit] == [
        (MANAGER, "review"),
        (MANAGER, "unmerge"),
    ]


async def _notice(browser: aiohttp.ClientSession, form: Mapping[str, str]) -> str:
    _, html = await press(browser, form)
    assert words("refusals.review_decided") in html
    return html


async def test_whom_the_page_kept_apart_stays_apart(company: Company, address: str) -> None:
    async with logged_in(company, address, MANAGER) as browser:
        status, html = await press(browser, form_of(await page_of(browser), "apart"))
    assert status == 200
    assert words("page.reviews.none") in html
    await comes_in(company, Newcomer(PHONES[1], "张三<b>", "北京纷扬科技有限公司"))
    assert await roots(company) == 2


async def test_what_is_put_off_comes_last_in_page_and_chat(company: Company, address: str) -> None:
    await comes_in(
        company,
        Newcomer(PHONES[2], "李四", "北京云雀科技有限公司"),
        Newcomer(PHONES[3], "李四", "上海云雀科技有限公司"),
    )
    async with logged_in(company, address, MANAGER) as browser:
        before = await page_of(browser)
        first = "张三" if before.index("张三") < before.index("李四") else "李四"
        other = {"张三": "李四", "李四": "张三"}[first]
        status, after = await press(browser, form_of(before, "later"))
    assert status == 200
    assert after.index(other) < after.index(first)
    await company.receives(acts.said("审核", MANAGER))
    titles = [card.title for card in await company.cards(MANAGER)]
    assert [other in titles[0], first in titles[1]] == [True, True]


@pytest.mark.parametrize("wish", ["merged", "apart", "later"])
async def test_a_rep_neither_sees_nor_decides(company: Company, address: str, wish: str) -> None:
    async with logged_in(company, address, MANAGER) as browser:
        form = form_of(await page_of(browser), wish)
    async with logged_in(company, address, LI_LEI) as browser:
        async with browser.get("/reviews") as page:
            assert page.status == 403
            assert "纷扬" not in await page.text()
        assert (await press(browser, form))[0] == 403
    assert await roots(company) == 2
    (review,) = await company.rows("select state, put_off_at from review")
    assert (review["state"], review["put_off_at"]) == ("open", None)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token": "forged"}, 403),
        ({"wish": "delete"}, 400),
        ({"about": "1"}, 409),
        ({"about": "x" * 30}, 409),
        ({"about": "9" * 30}, 409),
        ({"wish": "undone"}, 409),
    ],
)
async def test_a_form_that_makes_no_sense_changes_nothing(
    company: Company, address: str, changes: dict[str, str], status: int
) -> None:
    async with logged_in(company, address, MANAGER) as browser:
        form = form_of(await page_of(browser), "merged") | changes
        assert (await press(browser, form))[0] == status
    assert await roots(company) == 2


async def test_who_is_not_logged_in_is_sent_to_the_login(address: str) -> None:
    async with aiohttp.ClientSession(address) as browser:
        async with browser.get("/reviews", allow_redirects=False) as page:
            assert (page.status, "login.example" in page.headers["Location"]) == (303, True)
        assert (await press(browser, {"wish": "merged", "about": "1"}))[0] == 403
