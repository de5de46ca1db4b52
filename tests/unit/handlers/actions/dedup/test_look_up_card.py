"""查重 in chat: is somebody there already, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.buttons import Verb
from domain.lead import Stage
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, changed, words
from tests.unit.handlers.newcomers import Newcomer, comes_in

PHONE = "+8613900139000"


async def in_pool(company: Company, **fields: str) -> None:
    await comes_in(company, Newcomer(PHONE, "张三", "北京纷扬科技有限公司", **fields))
    (lead,) = await company.leads()
    await changed(company, lead.id, stage=Stage.DEPARTMENT_POOL, pool="sales")


async def owned_by(company: Company, owner: str) -> None:
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = $1, stage = 'following', assignment = 1", owner)


@pytest.mark.parametrize(
    "typed",
    [
        "查重 13900139000",
        "查重13900139000",
        "查重：139 0013 9000",
        "察重 13900139000",
        "查重一三九零零一三九零零零",
        "13900139000有人跟吗",
        "chachong 13900139000",
    ],
)
async def test_a_phone_is_found_however_it_is_asked(company: Company, typed: str) -> None:
    await in_pool(company)
    await company.receives(acts.said(typed))
    (card,) = await company.cards(LI_LEI)
    assert card.rows[0].key == words("look_up.how_identity")
    assert "张三" in card.rows[0].value
    assert [b.text for b in card.buttons] == ["领取", "看画像"]


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("查重 北京纷扬", "look_up.how_company"),
        ("查重 纷享销客", "look_up.how_company"),
        ("查重 纷扬科技", "look_up.how_company"),
        ("北京纷扬有没有人跟", "look_up.how_company"),
        ("查重 上海纷扬科技有限公司", "look_up.how_like_company"),
    ],
)
async def test_a_company_is_found_however_it_is_written(
    company: Company, typed: str, how: str
) -> None:
    await in_pool(company)
    await company.receives(acts.said(typed))
    (card,) = await company.cards(LI_LEI)
    assert card.rows[0].key == words(how)
    assert card.rows[0].value.startswith("北京纷扬科技有限公司")


async def test_nobody_there_says_what_to_do(company: Company) -> None:
    await in_pool(company)
    await company.receives(acts.said("查重 好未来教育"), acts.said("查重"))
    assert await company.texts(LI_LEI) == [
        words("look_up.none", wanted="好未来教育"),
        words("look_up.who"),
    ]


async def test_a_rep_claims_what_is_nobodys_and_has_it_at_once(company: Company) -> None:
    await in_pool(company)
    await company.receives(acts.said("查重 13900139000"))
    (card,) = await company.cards(LI_LEI)
    await company.receives(acts.clicked(acts.key_of(card, Verb.CLAIM)))
    lead = await company.lead()
    assert (lead.owner, lead.stage, lead.pool) == (LI_LEI, Stage.FOLLOWING, "sales")
    assert lead.accepted_at is not None
    assert lead.protected_until is not None
    (line,) = await company.rows("select * from ownership")
    assert (line["to_owner"], line["reason"], line["actor"]) == (LI_LEI, "claimed", LI_LEI)
    await company.receives(acts.clicked(acts.key_of(card, Verb.CLAIM), HAN_MEIMEI))
    assert (await company.lead()).owner == LI_LEI
    assert words("refusals.lead_not_yours") in await company.texts(HAN_MEIMEI)


async def test_a_claimed_lead_does_not_go_to_the_next_rep(company: Company) -> None:
    await in_pool(company)
    (lead,) = await company.leads()
    await company.receives(acts.clicked(acts.button(Verb.CLAIM, lead.id)))
    await company.lets_pass(timedelta(days=1))
    assert (await company.lead()).owner == LI_LEI
    offers = [c for c in await company.cards(LI_LEI) if c.task_id.startswith("offer-")]
    assert offers == [], "nobody has to accept what they took"


async def test_a_lead_that_is_not_ripe_is_not_claimed(company: Company) -> None:
    await comes_in(company, Newcomer(PHONE, "张三"))
    (lead,) = await company.leads()
    await company.receives(acts.clicked(acts.button(Verb.CLAIM, lead.id)))
    assert (await company.lead()).owner is None
    assert words("refusals.not_from_here") in await company.texts(LI_LEI)


async def test_what_is_somebody_elses_shows_the_owner_and_no_name(company: Company) -> None:
    await in_pool(company)
    await owned_by(company, HAN_MEIMEI)
    await company.receives(acts.said("查重 13900139000"))
    (card,) = await company.cards(LI_LEI)
    assert "韩梅梅" in card.rows[0].value
    assert "张三" not in repr(card)
    assert [b.text for b in card.buttons] == ["询问负责人", "申报撞单"]
    await company.receives(acts.clicked(acts.key_of(card, Verb.ASK)))
    assert await company.texts(HAN_MEIMEI) == [words("look_up.asked", asker="李雷", name="张三")]


async def test_each_look_at_a_lead_one_may_see_is_on_record(company: Company) -> None:
    await in_pool(company)
    await company.receives(acts.said("查重 13900139000", MANAGER))
    (look,) = await company.rows("select * from access_log")
    assert (look["userid"], look["what"], look["via"]) == (MANAGER, "look_up", "chat")


async def test_a_disputed_lead_goes_to_whom_the_manager_says(company: Company) -> None:
    await in_pool(company)
    await owned_by(company, HAN_MEIMEI)
    (lead,) = await company.leads()
    dispute = acts.button(Verb.DISPUTE, lead.id)
    await company.receives(acts.clicked(dispute), acts.clicked(dispute))
    (card,) = await company.cards(MANAGER)
    assert card.title == words("case.title_dispute", name="张三")
    assert words("refusals.case_open") in await company.texts(LI_LEI)
    await company.receives(acts.clicked(acts.key_of(card, Verb.GRANT)))
    assert (await company.lead()).owner == HAN_MEIMEI, "a rep decides nothing"
    await company.receives(acts.clicked(acts.key_of(card, Verb.GRANT), MANAGER))
    after = await company.lead()
    assert (after.owner, after.accepted_at) == (LI_LEI, NOW)
    assert words("case.told_granted", name="张三") in await company.texts(LI_LEI)
    assert words("case.lost", name="张三", owner="李雷") in await company.texts(HAN_MEIMEI)
    await company.receives(acts.clicked(acts.key_of(card, Verb.DENY), MANAGER))
    assert words("refusals.case_decided") in await company.texts(MANAGER)


async def test_a_registered_customer_waits_for_the_manager(company: Company) -> None:
    await company.receives(acts.said("报备 13900139000 张三 北京纷扬科技有限公司"))
    assert await company.texts(LI_LEI) == [words("case.raised_registration")]
    (card,) = await company.cards(MANAGER)
    assert card.title == words("case.title_registration", name="张三")
    assert "139****9000" in repr(card.rows)
    assert (await company.lead()).owner is None
    await company.receives(acts.clicked(acts.key_of(card, Verb.GRANT), MANAGER))
    lead = await company.lead()
    assert (lead.owner, lead.stage) == (LI_LEI, Stage.FOLLOWING)


async def test_registering_somebodys_customer_is_a_dispute(company: Company) -> None:
    await in_pool(company)
    await owned_by(company, HAN_MEIMEI)
    await company.receives(acts.said("报备 13900139000 张三"), acts.said("报备 北京纷扬"))
    assert await company.texts(LI_LEI) == [
        words("case.raised_dispute", owner="韩梅梅"),
        words("refusals.contact_wanted"),
    ]
    (card,) = await company.cards(MANAGER)
    await company.receives(acts.clicked(acts.key_of(card, Verb.DENY), MANAGER))
    assert (await company.lead()).owner == HAN_MEIMEI
    assert words("case.told_denied", name="张三") in await company.texts(LI_LEI)
