"""The review queue in chat: cards with score and reasons, decided once, by managers."""

from __future__ import annotations

import pytest

from domain.buttons import Verb
from tests.unit.handlers import acts
from tests.unit.handlers.company import MANAGER, Company, words
from tests.unit.handlers.newcomers import Newcomer, comes_in

PHONES = ("+8613900000001", "+8613900000002")


async def doubted(company: Company) -> None:
    await comes_in(
        company,
        Newcomer(PHONES[0], "张三", "北京纷扬科技有限公司"),
        Newcomer(PHONES[1], "张三", "上海纷扬科技有限公司"),
    )


async def roots(company: Company) -> int:
    return len({row["root_id"] for row in await company.rows("select root_id from person")})


@pytest.mark.parametrize("typed", ["审核", "疑似重复", "合并审核", "shenhe", "申核", "疑似重复列"])
async def test_a_manager_sees_a_card_for_each_doubt(company: Company, typed: str) -> None:
    await doubted(company)
    await company.receives(acts.said(typed, MANAGER))
    (card,) = await company.cards(MANAGER)
    assert card.title == words("review.title", one="张三", other="张三")
    said = [row.value for row in card.rows]
    assert said[0].startswith("139****0001 · 北京纷扬科技有限公司")
    assert "公司" in said[2]
    assert "姓名" in said[2]
    assert PHONES[0][3:] not in repr(card)


@pytest.mark.parametrize(
    ("verb", "count", "state", "grey"),
    [
        (Verb.MERGE, 1, "merged", "review.done_merged"),
        (Verb.APART, 2, "apart", "review.done_apart"),
    ],
)
async def test_a_tap_decides_once(
    company: Company, verb: Verb, count: int, state: str, grey: str
) -> None:
    await doubted(company)
    await company.receives(acts.said("审核", MANAGER))
    (card,) = await company.cards(MANAGER)
    await company.receives(acts.clicked(acts.key_of(card, verb), MANAGER))
    assert await roots(company) == count
    (review,) = await company.rows("select state, decided_by from review")
    assert (review["state"], review["decided_by"]) == (state, MANAGER)
    await company.receives(acts.clicked(acts.key_of(card, Verb.MERGE), MANAGER))
    assert await roots(company) == count
    assert [u.replace_name for u in await company.updates(MANAGER)] == [
        words(grey),
        words("offer.void"),
    ]
    assert words("refusals.review_decided") in await company.texts(MANAGER)


async def test_whom_a_manager_kept_apart_stays_apart(company: Company) -> None:
    await doubted(company)
    (review,) = await company.rows("select id from review")
    await company.receives(acts.clicked(acts.button(Verb.APART, review["id"]), MANAGER))
    await comes_in(company, Newcomer(PHONES[1], "张三", "北京纷扬科技有限公司"))
    assert await roots(company) == 2


async def test_a_rep_neither_sees_nor_decides(company: Company) -> None:
    await doubted(company)
    await company.receives(acts.said("审核"))
    assert await company.texts("LiLei") == [words("command.not_allowed")]
    (review,) = await company.rows("select id from review")
    await company.receives(acts.clicked(acts.button(Verb.MERGE, review["id"])))
    assert await roots(company) == 2
    assert words("refusals.role_not_allowed") in await company.texts("LiLei")


async def test_an_empty_queue_says_so(company: Company) -> None:
    await company.receives(acts.said("审核", MANAGER))
    assert await company.texts(MANAGER) == [words("review.none")]


async def test_more_than_fit_are_shown_when_the_first_are_decided(company: Company) -> None:
    await comes_in(
        company,
        Newcomer("+8613900000010", "张三", "北京纷扬科技有限公司"),
        *(
            Newcomer(f"+861390000002{n}", "张三", f"{place}纷扬科技有限公司")
            for n, place in enumerate(("上海", "广州", "深圳", "杭州"))
        ),
    )
    await company.receives(acts.said("审核", MANAGER))
    assert len(await company.cards(MANAGER)) == 5
    url = f"{company.ctx.accounts.public_url}/reviews"
    assert words("review.more", count=5, url=url) in await company.texts(MANAGER)
