"""What happens to a duplicate: the six treatments, windows, and the protection period."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.lead import Stage
from domain.matching.rules import Treatment, Window
from domain.messages import FetchKind
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, Company, changed, offered, words
from tests.unit.handlers.newcomers import Newcomer, comes_in, with_changed_rules

PHONE = "+8613900000001"
DAYS = timedelta(days=2)


async def comes_again(company: Company, channel: str = "book_qr", after: timedelta = DAYS) -> None:
    company.clock.advance(after)
    await comes_in(company, Newcomer(PHONE, channel=channel, at=company.clock.now()))


async def followed_by(company: Company, owner: str, **fields: object) -> None:
    """Let a rep have taken the only lead there is."""
    (lead,) = await company.leads()
    await changed(company, lead.id, stage=Stage.FOLLOWING, accepted_at=NOW, **fields)
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = $1", owner)


async def test_an_owner_is_told_that_their_lead_came_again(company: Company) -> None:
    await comes_in(company, Newcomer(PHONE, "张三"))
    await followed_by(company, LI_LEI)
    await comes_again(company)
    assert await company.texts(LI_LEI) == [
        words("lead.came_again", name="张三", channel="图书二维码")
    ]
    (event,) = await company.events("lead_came_again")
    assert event.properties["treatment"] == "follow"
    assert event.properties["rule"] == "same_identity"
    assert (await company.lead()).owner == LI_LEI


async def test_a_repeated_row_is_told_once(company: Company) -> None:
    await comes_in(company, Newcomer(PHONE, "张三"))
    await followed_by(company, LI_LEI)
    await comes_again(company)
    await comes_in(company, Newcomer(PHONE, channel="book_qr", at=company.clock.now()))
    assert len(await company.texts(LI_LEI)) == 1


async def test_the_same_visit_by_another_door_is_not_told(company: Company) -> None:
    await comes_in(company, Newcomer(PHONE, "张三"))
    await followed_by(company, LI_LEI)
    await comes_again(company, after=timedelta(hours=3))
    assert await company.texts(LI_LEI) == []


async def test_what_nobody_has_is_assigned_by_the_normal_rules(company: Company) -> None:
    lead, card = await offered(company)
    del card
    async with company.store.database.write() as tx:
        await tx.execute("update lead set owner = null, stage = 'dormant'")
    company.clock.advance(DAYS)
    await company.receives(acts.added(rep="HanMeimei", state="expo_1", at=company.clock.now()))
    after = await company.lead()
    assert (after.id, after.stage) == (lead.id, Stage.FOLLOWING)
    assert after.owner in {LI_LEI, HAN_MEIMEI}


async def test_a_gathered_lead_is_kept_and_linked_to_its_source(company: Company) -> None:
    with_changed_rules(company, treatment=Treatment.LINK)
    await comes_in(company, Newcomer(PHONE, "张三"))
    await comes_again(company)
    source, gathered = await company.leads()
    assert (gathered.stage, gathered.invalid_reason) == (Stage.INVALID, "duplicate")
    assert gathered.first_touch is not None
    assert gathered.first_touch.channel == "book_qr"
    (link,) = await company.rows("select from_id, to_id, rule from lead_link")
    assert (link["from_id"], link["to_id"]) == (gathered.id, source.id)
    assert link["rule"] == "same_identity"


async def a_friend_of(company: Company, rep: str) -> None:
    await company.receives(acts.added(acts.ZHANG_SAN, rep))
    await company.receives(acts.wrote(f"我的电话{PHONE[3:]}"))


async def test_the_lead_goes_to_whoever_has_the_customer_and_the_former_owner_is_told(
    company: Company,
) -> None:
    with_changed_rules(company, treatment=Treatment.UPDATE)
    await a_friend_of(company, HAN_MEIMEI)
    await followed_by(company, LI_LEI)
    await comes_again(company)
    (lead,) = await company.leads()
    assert lead.owner == HAN_MEIMEI
    (line,) = await company.rows("select * from ownership where reason = 'customer_owner'")
    assert (line["from_owner"], line["to_owner"]) == (LI_LEI, HAN_MEIMEI)
    assert any("韩梅梅" in text for text in await company.texts(LI_LEI))
    assert [card.title for card in await company.cards(HAN_MEIMEI)]


async def test_nobody_else_is_given_a_protected_lead(company: Company) -> None:
    with_changed_rules(company, treatment=Treatment.UPDATE)
    await a_friend_of(company, HAN_MEIMEI)
    await followed_by(company, LI_LEI, protected_until=NOW + timedelta(days=3))
    await comes_again(company)
    (lead,) = await company.leads()
    assert lead.owner == LI_LEI
    assert lead.last_touch is not None
    assert lead.last_touch.channel == "book_qr", "merged into the protected lead"
    assert any("又从" in text for text in await company.texts(LI_LEI))


async def test_a_duplicate_is_only_tagged(company: Company) -> None:
    with_changed_rules(company, treatment=Treatment.TAG, tag="重复进线")
    await comes_in(company, Newcomer(PHONE, "张三"))
    await followed_by(company, LI_LEI)
    await comes_again(company)
    (tag,) = await company.rows("select name from tagging where source <> 'rule'")
    assert tag["name"] == "重复进线"
    assert await company.texts(LI_LEI) == []


async def test_a_hook_is_asked_and_the_fallback_waits(company: Company) -> None:
    company.ctx = replace(company.ctx, has_dedup_hook=True)
    with_changed_rules(company, treatment=Treatment.HOOK)
    await comes_in(company, Newcomer(PHONE, "张三"))
    await followed_by(company, LI_LEI)
    await comes_again(company)
    (fetch,) = await company.rows("select * from platform_fetch where kind = 'dedup_hook'")
    assert fetch["kind"] == FetchKind.DEDUP_HOOK
    assert PHONE[3:] not in fetch["token"]
    assert await company.texts(LI_LEI) == []
    await company.lets_pass(timedelta(minutes=6))
    assert len(await company.texts(LI_LEI)) == 1, "nobody answered: into the owner's follow-up"


async def test_without_a_hook_the_fallback_stands_at_once(company: Company) -> None:
    with_changed_rules(company, treatment=Treatment.HOOK)
    await comes_in(company, Newcomer(PHONE, "张三"))
    await followed_by(company, LI_LEI)
    await comes_again(company)
    assert len(await company.texts(LI_LEI)) == 1


@pytest.mark.parametrize(
    ("window", "days", "treatment"),
    [
        (Window.THREE_MONTHS, 90, "follow"),
        (Window.THREE_MONTHS, 91, "assign"),
        (Window.SIX_MONTHS, 180, "follow"),
        (Window.SIX_MONTHS, 181, "assign"),
        (Window.ALL, 900, "follow"),
    ],
)
async def test_beyond_its_window_a_rule_says_nothing(
    company: Company, window: Window, days: int, treatment: str
) -> None:
    with_changed_rules(company, window=window)
    await comes_in(company, Newcomer(PHONE, "张三"))
    await comes_again(company, after=timedelta(days=days))
    (event,) = await company.events("lead_came_again")
    assert event.properties["treatment"] == treatment
