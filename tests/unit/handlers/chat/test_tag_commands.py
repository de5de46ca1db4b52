"""标签 in chat: what there is, what somebody has, putting on and taking off, who may."""

from __future__ import annotations

import pytest

from domain.buttons import Verb
from domain.tags.tagging import MOST_BY_HAND
from tests.unit.handlers import acts
from tests.unit.handlers.chat.test_commands import told, zhang_san
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, words


async def tags(company: Company) -> dict[str, str]:
    rows = await company.rows("select name, value from tagging where source <> 'rule'")
    return {row["name"]: row["value"] for row in rows}


async def test_a_tag_is_put_on_once_and_taken_off_again(company: Company) -> None:
    await zhang_san(company)
    answer = await told(company, "标签 张三 高意向")
    assert answer == words("tag.put_on", name="张三", tag="高意向")
    await told(company, "给张三打上高意向标签")
    assert await tags(company) == {"高意向": "true"}

    answer = await told(company, "去掉张三的高意向标签")
    assert answer == words("tag.taken_off", name="张三", tag="高意向")
    assert await tags(company) == {}
    history = await company.rows(
        "select before, after, source, actor from tag_change where source <> 'rule' order by id"
    )
    assert [(r["before"], r["after"], r["source"], r["actor"]) for r in history] == [
        (None, "true", "hand", LI_LEI),
        ("true", None, "hand", LI_LEI),
    ]


async def test_a_slip_falls_on_the_tag_that_is_offered(company: Company) -> None:
    await zhang_san(company)
    await told(company, "标签 张三 价格敏敢")
    assert await tags(company) == {"价格敏感": "true"}


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("标签 张三 -没有这个", "tag_not_there", "没有这个"),
        ("标签 张三 " + "很" * 20, "", ""),
    ],
)
async def test_what_cannot_be_done_is_said(
    company: Company, text: str, code: str, detail: str
) -> None:
    await zhang_san(company)
    answer = await told(company, text)
    if code:
        assert answer == words(f"refusals.{code}", detail=detail)
        assert await tags(company) == {}
    else:
        assert await tags(company) == {"很" * 20: "true"}


async def test_one_person_bears_only_so_many(company: Company) -> None:
    await zhang_san(company)
    (person,) = {row["person_id"] for row in await company.rows("select person_id from lead")}
    async with company.store.database.write() as tx:
        for number in range(MOST_BY_HAND):
            await tx.execute(
                "insert into tagging (id, person_id, name, value, source, version, actor,"
                " since, is_worn)"
                " values ($1, $2, $3, 'true', 'hand', 0, '', 0, false)",
                number,
                person,
                f"标{number}",
            )
    answer = await told(company, "标签 张三 高意向")
    assert answer == words("refusals.too_many_tags", detail=str(MOST_BY_HAND))


async def test_the_lead_of_somebody_else_cannot_be_tagged(company: Company) -> None:
    await zhang_san(company)
    answer = await told(company, "标签 张三 高意向", HAN_MEIMEI)
    assert "李雷" in answer
    assert await tags(company) == {}


async def test_a_manager_may_tag_anybody(company: Company) -> None:
    await zhang_san(company)
    await told(company, "标签 张三 转介绍", MANAGER)
    assert await tags(company) == {"转介绍": "true"}


async def test_the_list_names_what_may_be_put_on(company: Company) -> None:
    answer = await told(company, "标签")
    assert "高意向" in answer


async def test_an_unknown_tag_is_said_to_be_unknown(company: Company) -> None:
    assert await told(company, "标签 从未听说") == words("tag.unknown", tag="从未听说")


async def test_the_card_puts_a_tag_on_and_takes_it_off_with_taps(company: Company) -> None:
    await zhang_san(company)
    await company.receives(acts.said("标签 张三", LI_LEI))
    card = (await company.cards(LI_LEI))[-1]
    assert card.title == words("tag.card_title", name="张三")
    await company.receives(acts.clicked(acts.key_of(card, Verb.TAG, "+高意向"), LI_LEI))
    assert await tags(company) == {"高意向": "true"}
    drawn = (await company.updates(LI_LEI))[-1].card
    assert drawn is not None
    assert drawn.rows[0].value == "高意向"
    await company.receives(acts.clicked(acts.key_of(drawn, Verb.TAG, "-高意向"), LI_LEI))
    assert await tags(company) == {}
    looks = await company.rows("select what from access_log where what = 'tags'")
    assert len(looks) == 1


async def test_a_tap_by_somebody_else_changes_nothing(company: Company) -> None:
    await zhang_san(company)
    await company.receives(acts.said("标签 张三", LI_LEI))
    key = acts.key_of((await company.cards(LI_LEI))[-1], Verb.TAG, "+高意向")
    await company.receives(acts.clicked(key, HAN_MEIMEI))
    assert await tags(company) == {}
    assert (await company.texts(HAN_MEIMEI))[-1] == words("refusals.lead_not_yours")


async def test_a_repeated_tap_puts_the_tag_on_once(company: Company) -> None:
    await zhang_san(company)
    await company.receives(acts.said("标签 张三", LI_LEI))
    key = acts.key_of((await company.cards(LI_LEI))[-1], Verb.TAG, "+高意向")
    await company.receives(acts.clicked(key, LI_LEI), acts.clicked(key, LI_LEI))
    assert len(await company.rows("select * from tag_change where source = 'hand'")) == 1
