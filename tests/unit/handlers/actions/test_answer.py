"""What a tap on an offered card does: to the lead, the ledger, the timers, the card."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.buttons import Verb
from domain.lead import Lead, Stage, Status
from domain.messages import Card, CardUpdate
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, offered, words

MINUTE = timedelta(minutes=1)
OTHER = {LI_LEI: HAN_MEIMEI, HAN_MEIMEI: LI_LEI}


async def tapped(
    company: Company, card: Card, verb: Verb, by: str, word: str = "", **selected: str
) -> CardUpdate:
    """Tap a button; return what takes the place of the card."""
    key = acts.key_of(card, verb, word)
    await company.receives(acts.clicked(key, by, at=company.clock.now(), **selected))
    return (await company.updates(by))[-1]


def same(one: Lead, other: Lead) -> bool:
    """Tell whether nothing about the lead was decided anew."""
    fields = ("owner", "assignment", "accepted_at", "protected_until", "stage", "status", "pool")
    return all(getattr(one, name) == getattr(other, name) for name in fields)


# ------------------------------------------------------------------ accept


async def test_accepting_starts_protection_and_ends_the_deadline(company: Company) -> None:
    lead, card = await offered(company)
    update = await tapped(company, card, Verb.ACCEPT, LI_LEI)

    taken = await company.lead()
    assert (taken.owner, taken.accepted_at) == (LI_LEI, company.clock.now())
    assert taken.protected_until == company.clock.now() + timedelta(days=3)
    assert update.replace_name == words("offer.accepted")
    await company.lets_pass(timedelta(days=1))
    assert same(await company.lead(), taken)
    assert [e.properties["userid"] for e in await company.events("card_accepted")] == [lead.owner]


async def test_accepting_shows_the_portrait_with_the_phone_and_writes_the_look_down(
    company: Company,
) -> None:
    _, card = await offered(company)
    await company.receives(acts.wrote(f"我电话 {acts.PHONE}"))
    await tapped(company, card, Verb.ACCEPT, LI_LEI)

    offer, portrait = await company.cards(LI_LEI)
    assert acts.PHONE not in str(offer)
    assert acts.PHONE in str(portrait)
    looks = await company.rows("select userid, what, via from access_log")
    seen = [(row["userid"], row["what"], row["via"]) for row in looks]
    assert seen == [(LI_LEI, "portrait_with_phone", "card")]


async def test_a_repeated_accept_changes_nothing_and_says_so(company: Company) -> None:
    _, card = await offered(company)
    await tapped(company, card, Verb.ACCEPT, LI_LEI)
    taken = await company.lead()
    company.clock.advance(MINUTE)
    again = await tapped(company, card, Verb.ACCEPT, LI_LEI)

    assert same(await company.lead(), taken)
    assert again.replace_name == words("offer.accepted")
    assert (await company.texts(LI_LEI))[-1] == words("refusals.already_accepted")
    assert len(await company.cards(LI_LEI)) == 2, "no second portrait"


@pytest.mark.parametrize("verb", [Verb.ACCEPT, Verb.RETURN, Verb.LATER])
async def test_a_tap_by_somebody_else_changes_nothing_and_says_so(
    company: Company, verb: Verb
) -> None:
    lead, card = await offered(company)
    update = await tapped(company, card, verb, HAN_MEIMEI)

    assert same(await company.lead(), lead)
    assert update.replace_name == words("offer.void")
    assert await company.texts(HAN_MEIMEI) == [words("refusals.lead_not_yours")]
    assert await company.events(f"card_{verb}ed") == []


async def test_case_does_not_make_somebody_else_of_a_rep(company: Company) -> None:
    _, card = await offered(company)
    await tapped(company, card, Verb.ACCEPT, "LILEI")
    assert (await company.lead()).accepted_at is not None


# ------------------------------------------------------------------ return


async def test_a_returned_lead_goes_to_the_next_rep_with_the_reason_kept(
    company: Company,
) -> None:
    lead, card = await offered(company)
    update = await tapped(company, card, Verb.RETURN, LI_LEI, reason="no_time")

    after = await company.lead()
    assert (after.owner, after.assignment) == (HAN_MEIMEI, lead.assignment + 1)
    assert (after.stage, after.status) == (Stage.FOLLOWING, Status.TO_FOLLOW)
    assert update.replace_name == words("offer.returned")
    (event,) = await company.events("card_returned")
    assert event.properties == {"userid": LI_LEI, "reason": "no_time"}
    assert len(await company.cards(HAN_MEIMEI)) == 1


@pytest.mark.parametrize("verb", [Verb.ACCEPT, Verb.RETURN, Verb.LATER])
async def test_the_card_of_a_former_owner_is_outdated(company: Company, verb: Verb) -> None:
    _, card = await offered(company)
    await tapped(company, card, Verb.RETURN, LI_LEI)
    after = await company.lead()
    update = await tapped(company, card, verb, LI_LEI)

    assert same(await company.lead(), after)
    assert update.replace_name == words("offer.void")
    assert (await company.texts(LI_LEI))[-1] == words("refusals.card_outdated")


# ------------------------------------------------------------------ later


async def test_a_postponed_card_comes_again_each_time_until_the_deadline(
    company: Company,
) -> None:
    lead, card = await offered(company)
    update = await tapped(company, card, Verb.LATER, LI_LEI)
    assert update.replace_name == words("offer.later", moment="10:10")
    await company.lets_pass(10 * MINUTE)
    second = (await company.cards(LI_LEI))[-1]
    await tapped(company, second, Verb.LATER, LI_LEI)
    await company.lets_pass(10 * MINUTE)

    cards = await company.cards(LI_LEI)
    assert len({card.task_id for card in cards}) == 3
    assert {card.description for card in cards} == {card.description}, "the deadline stays"
    await tapped(company, cards[-1], Verb.ACCEPT, LI_LEI)
    assert (await company.lead()).assignment == lead.assignment


async def test_too_late_to_put_off_leaves_the_card_to_be_answered(company: Company) -> None:
    lead, card = await offered(company)
    await company.lets_pass(25 * MINUTE)
    update = await tapped(company, card, Verb.LATER, LI_LEI)

    assert (await company.texts(LI_LEI))[-1] == words("refusals.too_late_for_later")
    assert update.card is not None
    assert update.card.task_id != card.task_id
    await tapped(company, update.card, Verb.ACCEPT, LI_LEI)
    assert (await company.lead()).accepted_at == company.clock.now()
    assert (await company.lead()).assignment == lead.assignment


async def test_a_card_that_was_answered_meanwhile_does_not_come_again(company: Company) -> None:
    _, card = await offered(company)
    await tapped(company, card, Verb.LATER, LI_LEI)
    await tapped(company, card, Verb.ACCEPT, LI_LEI)
    before = len(await company.cards(LI_LEI))
    await company.lets_pass(60 * MINUTE)
    assert len(await company.cards(LI_LEI)) == before


# ------------------------------------------------------------------ expiry


async def test_an_expired_card_goes_to_the_next_rep_and_the_first_is_told(
    company: Company,
) -> None:
    await offered(company)
    await company.lets_pass(29 * MINUTE)
    assert (await company.lead()).owner == LI_LEI
    await company.lets_pass(MINUTE)

    assert (await company.lead()).owner == HAN_MEIMEI
    assert await company.texts(LI_LEI) == [words("offer.expired", name="未留姓名")]
    assert len(await company.cards(HAN_MEIMEI)) == 1
    assert [e.properties["userid"] for e in await company.events("card_expired")] == [LI_LEI]


async def test_the_deadline_pauses_at_night(company: Company) -> None:
    company.clock.advance(timedelta(hours=7, minutes=50))  # 17:50, the day ends at 18:00
    await offered(company)
    await company.lets_pass(timedelta(hours=15))  # 8:50 the next morning
    assert (await company.lead()).owner == LI_LEI
    await company.lets_pass(timedelta(minutes=31))
    assert (await company.lead()).owner == HAN_MEIMEI


# ------------------------------------------------------------------ status


async def portrait_of(company: Company) -> Card:
    """Let 李雷 take a lead; return the portrait card."""
    _, card = await offered(company)
    await tapped(company, card, Verb.ACCEPT, LI_LEI)
    return (await company.cards(LI_LEI))[-1]


async def test_a_status_is_set_and_the_portrait_redrawn(company: Company) -> None:
    portrait = await portrait_of(company)
    update = await tapped(company, portrait, Verb.STATUS, LI_LEI, "clear")

    assert (await company.lead()).status is Status.CLEAR
    assert update.card is not None
    assert words("status.clear") in str(update.card.rows)
    assert [b.style for b in update.card.buttons if b.key.endswith(":clear")] == [1]
    (event,) = await company.events("first_contact")
    assert event.properties == {"userid": LI_LEI}


async def test_every_redrawn_portrait_is_a_look_on_record(company: Company) -> None:
    portrait = await portrait_of(company)
    await tapped(company, portrait, Verb.STATUS, LI_LEI, "clear")
    assert await company.count("access_log") == 2


async def test_the_first_contact_is_the_first(company: Company) -> None:
    portrait = await portrait_of(company)
    for status in ("contacting", "clear"):
        await tapped(company, portrait, Verb.STATUS, LI_LEI, status)
    assert len(await company.events("first_contact")) == 1


async def test_the_same_status_again_says_so_and_keeps_the_buttons(company: Company) -> None:
    portrait = await portrait_of(company)
    await tapped(company, portrait, Verb.STATUS, LI_LEI, "clear")
    update = await tapped(company, portrait, Verb.STATUS, LI_LEI, "clear")

    assert (await company.texts(LI_LEI))[-1] == words("refusals.already_there")
    assert update.card is not None
    assert update.card.buttons
    assert len(await company.events("status_changed")) == 2, "to_follow, clear"


async def test_somebody_else_may_not_set_a_status(company: Company) -> None:
    portrait = await portrait_of(company)
    update = await tapped(company, portrait, Verb.STATUS, HAN_MEIMEI, "won")

    assert (await company.lead()).status is Status.TO_FOLLOW
    assert update.card is None
    assert update.replace_name == words("offer.void")
    assert await company.texts(HAN_MEIMEI) == [words("refusals.not_owner")]


async def test_a_manager_may_and_sees_the_portrait_without_buttons(company: Company) -> None:
    portrait = await portrait_of(company)
    update = await tapped(company, portrait, Verb.STATUS, MANAGER, "won")

    assert (await company.lead()).stage is Stage.FIRST_SALE
    assert update.card is not None
    assert update.card.buttons == ()
    assert await company.events("first_contact") == []


async def test_an_invalid_lead_keeps_the_reason(company: Company) -> None:
    portrait = await portrait_of(company)
    await tapped(company, portrait, Verb.STATUS, LI_LEI, "invalid")
    lead = await company.lead()
    assert (lead.stage, lead.invalid_reason) == (Stage.INVALID, "rep_said")


async def test_a_status_takes_an_offered_lead(company: Company) -> None:
    """The rep called at once and says how it went, instead of tapping 接收."""
    lead, _ = await offered(company)
    key = acts.button(Verb.STATUS, lead.id, "contacting")
    await company.receives(acts.clicked(key, LI_LEI))
    await company.lets_pass(timedelta(hours=2))

    after = await company.lead()
    assert (after.owner, after.status) == (LI_LEI, Status.CONTACTING)
    assert after.accepted_at is not None
    assert len(await company.events("card_accepted")) == 1


async def test_an_offered_lead_that_is_invalid_goes_to_nobody_else(company: Company) -> None:
    lead, card = await offered(company)
    await company.receives(acts.clicked(acts.button(Verb.STATUS, lead.id, "invalid"), LI_LEI))
    await company.lets_pass(timedelta(hours=2))

    assert (await company.lead()).owner == LI_LEI
    assert await company.cards(HAN_MEIMEI) == []
    await tapped(company, card, Verb.ACCEPT, LI_LEI)
    assert (await company.lead()).accepted_at is None
