"""May this person be contacted now: one check for all that leaves for customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.messages import Endpoint, Push, Text
from domain.screening.contact import ContactKind
from domain.screening.rules import Reason, Verdict
from domain.values import Refusal
from handlers.actions.contact import contact
from tests.unit.handlers import acts
from tests.unit.handlers.actions.test_screen import objections, restored, screening
from tests.unit.handlers.company import Company, words

CAMPAIGN = ContactKind.CAMPAIGN


async def sent(company: Company, kind: ContactKind, word: str) -> Refusal | None:
    """Try to send the customer something; return why not."""
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([acts.external()])
        person = work.people.holder(acts.external())
        assert person is not None
        push = Push(Endpoint.KF_MESSAGE, acts.KF, acts.ZHANG_SAN, Text(word), f"c:{word}")
        done = await contact(work, company.ctx, person, kind, push)
        await work.commit()
    return done


@pytest.fixture
async def known(company: Company) -> Company:
    await company.receives(acts.entered(at=company.clock.now()))
    return company


async def test_a_limit_holds_within_its_span_and_ends_with_it(known: Company) -> None:
    assert await sent(known, CAMPAIGN, "1") is None
    assert await sent(known, CAMPAIGN, "2") == Refusal("contact_too_often", "campaign")
    assert await sent(known, ContactKind.REPLY, "3") is None
    known.clock.advance(timedelta(days=1))
    assert await sent(known, CAMPAIGN, "4") is None
    assert [text for text in await known.texts(acts.ZHANG_SAN) if text.isdigit()] == ["1", "3", "4"]


async def test_limits_of_several_spans_hold_together(known: Company) -> None:
    done = []
    for day in range(8):
        done.append(await sent(known, CAMPAIGN, f"{day}"))
        known.clock.advance(timedelta(days=1))
    assert [not refusal for refusal in done] == [*[True] * 3, *[False] * 4, True]


async def test_nobody_is_woken_by_a_campaign(known: Company) -> None:
    night = known.clock.now().astimezone(known.ctx.zone).replace(hour=23)
    known.clock.advance(night - known.clock.now())
    assert await sent(known, CAMPAIGN, "1") == Refusal("quiet_hours", "campaign")
    assert await sent(known, ContactKind.REPLY, "2") is None


async def test_who_opted_out_gets_no_campaign(known: Company) -> None:
    await known.receives(acts.wrote("退订，别再发了", at=known.clock.now()))
    assert await sent(known, CAMPAIGN, "1") == Refusal("opted_out", "campaign")


async def test_a_red_listed_person_gets_answers_and_no_campaign(known: Company) -> None:
    screening(known, red=[acts.external()])
    assert await sent(known, CAMPAIGN, "1") == Refusal("contact_red_listed", "campaign")
    assert await sent(known, ContactKind.REPLY, "2") is None


async def test_a_blacklisted_person_gets_nothing_until_restored(company: Company) -> None:
    screening(company, black=[acts.external()])
    now = company.clock.now()
    await company.receives(acts.entered(welcome_code="w", at=now), acts.wrote("你好", at=now))
    assert await company.texts(acts.ZHANG_SAN) == []
    await restored(company, (await company.lead()).id)
    assert await sent(company, ContactKind.REPLY, "1") is None


async def test_sensitive_words_are_told_by_the_event_and_shown_to_the_manager(
    company: Company,
) -> None:
    screening(company, words=["六合彩", "赌博"])
    await company.receives(acts.wrote("买⑥合*彩，赌 博", at=company.clock.now()))
    (event,) = await company.events("kf_message")
    assert event.properties["sensitive"] == 2.0
    assert ("sensitive_chat", "flag", "open") in await objections(company)
    assert (await company.lead()).is_open
    assert await company.texts(acts.ZHANG_SAN) != []


async def test_what_was_said_can_be_made_to_hold_a_lead(company: Company) -> None:
    screening(company, words=["赌博"])
    rules = company.ctx.catalog.filters
    verdicts = {**rules.verdicts, Reason.SENSITIVE_CHAT: Verdict.HOLD}
    filters = replace(rules, verdicts=verdicts)
    company.ctx = replace(company.ctx, catalog=replace(company.ctx.catalog, filters=filters))
    await company.receives(acts.wrote(f"赌博？{acts.EAGER}", at=company.clock.now()))
    lead = await company.lead()
    assert lead.score.is_mature
    assert lead.owner is None
    await restored(company, lead.id)
    assert (await company.lead()).owner is not None


async def test_a_made_up_phone_beside_somebody_whom_nobody_reaches_is_named(
    company: Company,
) -> None:
    follower = acts.u.Follower(userid=acts.LI, remark_mobiles=("13800138000",))
    await company.receives(acts.fetched(followers=(follower,), at=company.clock.now()))
    assert ("invalid_contact", "flag", "open") in await objections(company)
    assert words("refusals.phone_fake")


async def test_who_follows_again_and_again_is_greeted_five_times_a_day(company: Company) -> None:
    async def follows() -> int:
        for _ in range(7):
            await company.receives(acts.followed(at=company.clock.now()))
        return (await company.texts(acts.FOLLOWER)).count(words("welcome.mp"))

    assert await follows() == 5
    counted = await company.rows("select kind from contact")
    assert [row["kind"] for row in counted] == ["welcome"] * 5
    company.clock.advance(timedelta(days=1))
    assert await follows() == 10
