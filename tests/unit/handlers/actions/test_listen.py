"""A customer's sentence: fields with their evidence, intents, contacts, opt-out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.chat.intent import Intent
from domain.person import Attribute, Source
from domain.values import ContactKey, IdentityKind
from handlers.actions.listen import Heard, hear
from handlers.actions.portray import portrait_of, rows_of
from tests.factories import NOW
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company

HOUR = timedelta(hours=1)


async def heard(company: Company, text: str) -> Heard:
    """Let a known customer say something; return what was understood."""
    update = acts.wrote(text)
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        found = await hear(work, company.ctx, person, update, text)
        await work.commit()
    return found


@pytest.fixture(autouse=True)
async def _known(company: Company) -> None:
    await company.receives(acts.added())


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("孩子三年级", "child_grade", "三年级"),
        ("想学数学", "subject", "数学"),
        ("我们在上海", "city", "上海"),
        ("我叫张三", "name", "张三"),
        ("孩子9岁", "age", "9"),
        ("预算五千以内", "budget", "5000"),
        ("预算3000到5000", "budget", "3000-5000"),
    ],
)
async def test_free_text_becomes_data_with_the_sentence_as_evidence(
    company: Company, text: str, name: str, value: str
) -> None:
    found = await heard(company, text)
    assert name in found.learned
    fact = (await company.person(acts.external())).attributes[name]
    assert (fact.value, fact.source, fact.evidence) == (value, Source.TEXT, text)
    assert 0.5 <= fact.confidence <= 1


async def test_a_wished_time_is_kept_and_shown_to_the_rep(company: Company) -> None:
    text = "想约后天下午三点试听"
    found = await heard(company, text)
    assert "wished_time" in found.learned
    fact = (await company.person(acts.external())).attributes["wished_time"]
    day = (NOW.astimezone(company.ctx.zone) + timedelta(days=2)).date()
    assert fact.value == f"{day.isoformat()}T15:00+08:00"
    assert (fact.source, fact.evidence) == (Source.TEXT, text)
    lead = await company.lead()
    async with company.store.unit_of_work(NOW) as work:
        await work.load((), [lead.id])
        portrait = portrait_of(work, company.ctx, lead, may_see_phone=False)
        rows = {row.key: row.value for row in rows_of(portrait, company.ctx)}
    shown = f"{day.month}月{day.day}日 15:00"
    assert any(shown in value for value in rows.values()), rows


async def test_a_later_wish_takes_the_place_of_an_earlier_one(company: Company) -> None:
    await heard(company, "想约后天下午三点试听")
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        text = "不好意思，改到后天下午五点试听可以吗"
        later = acts.wrote(text, at=NOW + HOUR)
        await hear(work, company.ctx, person, later, text)
        await work.commit()
    fact = (await company.person(acts.external())).attributes["wished_time"]
    assert "T17:00" in fact.value


async def test_what_is_of_somebody_else_is_not_taken_for_ones_own(company: Company) -> None:
    await heard(company, f"我老公电话{acts.PHONE}")
    person = await company.person(acts.external())
    assert person.key_of(IdentityKind.PHONE) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"我电话 {acts.PHONE}", ContactKey(IdentityKind.PHONE, acts.E164)),
        ("我微信号是Abc_12345", ContactKey(IdentityKind.WECHAT, "abc_12345")),
        ("邮箱 Zhang.San@Example.com", ContactKey(IdentityKind.EMAIL, "zhang.san@example.com")),
    ],
)
async def test_contacts_are_claims_and_never_proofs(
    company: Company, text: str, key: ContactKey
) -> None:
    found = await heard(company, text)
    person = await company.person(key)
    assert key.kind.value in found.learned
    assert [i.is_verified for i in person.identities if i.key == key] == [False]
    assert person.id == (await company.person(acts.external())).id


async def test_a_given_phone_is_an_event_once(company: Company) -> None:
    for _ in range(2):
        await heard(company, f"我电话 {acts.PHONE}")
    assert len(await company.events("phone_given")) == 1


async def test_what_a_rep_entered_stands_against_what_is_written(company: Company) -> None:
    async with company.store.unit_of_work(NOW) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        entered = Attribute("北京", Source.HUMAN, NOW - HOUR)
        work.people.put(replace(person, attributes={"city": entered}))
        await work.commit()
    found = await heard(company, "我们在上海")
    assert found.learned == ()
    assert (await company.person(acts.external())).attributes["city"].value == "北京"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("多少钱", {"intent_price"}),
        ("你好", set()),
        ("多少钱？想试听一下", {"intent_price", "intent_trial"}),
    ],
)
async def test_every_intent_but_other_is_an_event(
    company: Company, text: str, kinds: set[str]
) -> None:
    found = await heard(company, text)
    assert {kind for kind in await company.kinds() if kind.startswith("intent_")} == kinds
    assert (found.main is Intent.OTHER) is (not kinds)


async def test_new_facts_are_told_to_the_open_lead_by_name_only(company: Company) -> None:
    await company.receives(acts.wrote("孩子三年级，想学数学"))
    (event,) = await company.events("lead_enriched")
    assert set(str(event.properties["fields"]).split(",")) == {"child_grade", "subject"}
    await company.receives(acts.wrote("孩子三年级，想学数学"))
    assert len(await company.events("lead_enriched")) == 1, "nothing new"
