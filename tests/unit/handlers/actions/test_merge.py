"""Two persons are one: their keys lead to one root, and one lead goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.lead import Lead, Stage
from domain.messages import Text
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, changed, words

HOUR = timedelta(hours=1)


async def came_twice(company: Company) -> tuple[Lead, Lead]:
    """Let a person follow the official account, and an hour later add a rep."""
    await company.receives(acts.followed(scene="book_7"))
    await company.receives(acts.added(state="expo_1", at=NOW + HOUR))
    first, second = await company.leads()
    return first, second


async def turns_out_to_be_one(company: Company) -> None:
    await company.receives(acts.follower_fetched("un1"))
    await company.receives(acts.fetched(unionid="un1", name="张三"))


async def test_a_follower_and_a_wecom_customer_with_one_unionid_are_one_person(
    company: Company,
) -> None:
    await came_twice(company)
    await turns_out_to_be_one(company)

    person = await company.person(acts.external())
    assert {i.key for i in person.identities} >= {acts.external(), acts.openid()}
    (link,) = await company.rows("select * from merge_link")
    assert (link["to_id"], link["ended_at"]) == (person.id, None)
    roots = await company.rows("select distinct root_id from person")
    assert [row["root_id"] for row in roots] == [person.id]


async def test_it_does_not_matter_which_of_the_two_is_fetched_first(company: Company) -> None:
    await came_twice(company)
    await company.receives(acts.fetched(unionid="un1", name="张三"))
    await company.receives(acts.follower_fetched("un1"))
    person = await company.person(acts.openid())
    assert (person.id, person.name) == ((await company.person(acts.external())).id, "张三")


async def test_the_older_lead_goes_on_with_the_touches_of_both(company: Company) -> None:
    older, younger = await came_twice(company)
    await turns_out_to_be_one(company)

    kept, closed = await company.leads()
    assert (closed.stage, closed.invalid_reason) == (Stage.INVALID, "duplicate")
    assert kept.stage is Stage.NURTURE_POOL
    assert kept.first_touch == older.first_touch
    assert kept.last_touch == younger.last_touch
    assert closed.last_touch == younger.last_touch, "what it brought is kept"
    assert kept.score.dynamic > older.score.dynamic, "scored by the behaviour of both"


async def test_what_the_merge_changed_is_written_down(company: Company) -> None:
    older, younger = await came_twice(company)
    await turns_out_to_be_one(company)

    (event,) = await company.events("lead_merged")
    assert older.last_touch is not None
    assert event.properties["lead"] == str(older.id)
    assert event.properties["duplicate"] == str(younger.id)
    assert event.properties["last_channel"] == older.last_touch.channel == "book_qr"
    assert event.properties["last_at"] == older.last_touch.at.isoformat()
    assert event.properties["created_at"] == older.created_at.isoformat()


async def test_a_younger_lead_with_an_owner_goes_on_and_the_owner_is_told(
    company: Company,
) -> None:
    _, younger = await came_twice(company)
    await changed(company, younger.id, accepted_at=NOW, stage=Stage.FOLLOWING)
    await owned(company, younger, LI_LEI)
    await turns_out_to_be_one(company)

    closed, kept = await company.leads()
    assert (closed.stage, closed.owner) == (Stage.INVALID, None)
    assert (kept.stage, kept.owner) == (Stage.FOLLOWING, LI_LEI)
    assert kept.created_at == NOW
    told = words("lead.came_again", name="张三", channel="图书二维码")
    assert told in await company.texts(LI_LEI)


async def test_two_leads_with_owners_stay_and_the_manager_decides(company: Company) -> None:
    older, younger = await came_twice(company)
    for lead, owner in ((older, LI_LEI), (younger, HAN_MEIMEI)):
        await changed(company, lead.id, accepted_at=NOW, stage=Stage.FOLLOWING)
        await owned(company, lead, owner)
    await turns_out_to_be_one(company)

    assert [lead.owner for lead in await company.leads()] == [LI_LEI, HAN_MEIMEI]
    (told,) = [s for s in await company.sent(MANAGER) if s.dedupe_key.startswith("text:disputed")]
    assert told.body == Text(words("lead.disputed", name="张三", owner="李雷", other="韩梅梅"))


async def owned(company: Company, lead: Lead, owner: str) -> None:
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = $2 where id = $1", lead.id, owner)


async def test_leads_of_different_product_lines_both_go_on(company: Company) -> None:
    _, younger = await came_twice(company)
    async with company.store.database.write() as tx:
        await tx.execute("update lead set product_line = 'camps' where id = $1", younger.id)
    await turns_out_to_be_one(company)
    assert [lead.stage for lead in await company.leads()] == [Stage.NURTURE_POOL] * 2


async def test_a_closed_duplicate_is_not_opened_again_by_what_the_person_does(
    company: Company,
) -> None:
    older, _ = await came_twice(company)
    await turns_out_to_be_one(company)
    await company.receives(acts.wrote("你好"), acts.mp_wrote("你好"), acts.added(state="refer_1"))

    kept, closed = await company.leads()
    assert (kept.id, closed.stage) == (older.id, Stage.INVALID)
    assert kept.last_touch is not None


async def test_only_the_lead_that_goes_on_is_offered(company: Company) -> None:
    """All in one batch: both leads could reach the pass mark before they are one."""
    await came_twice(company)
    said = "我电话 13900001234，三年级数学，在上海，想报名，怎么付款？也想试听，多少钱"
    await company.receives(
        acts.wrote(said),
        acts.mp_wrote("我想报名，多少钱"),
        acts.follower_fetched("un1"),
        acts.fetched(unionid="un1", name="张三"),
    )
    kept, closed = await company.leads()
    assert kept.score.is_mature
    assert kept.owner is not None
    assert (closed.stage, closed.owner) == (Stage.INVALID, None)
    assert [card.task_id for card in await company.cards()] == [f"offer-{kept.id}-1-0"]


@pytest.mark.parametrize("who", [acts.ZHANG_SAN, acts.LI_SI])
async def test_whoever_shares_nothing_stays_apart(company: Company, who: str) -> None:
    await came_twice(company)
    await company.receives(acts.follower_fetched("un1"), acts.fetched(who, unionid="un2"))
    assert await company.count("merge_link") == 0
