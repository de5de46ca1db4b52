"""Reminders: they survive, come once, together where they are close, and are dealt with once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.buttons import Verb
from domain.followup.reminder import ReminderState
from domain.messages import Card
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, Company, offered, words

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def asked(company: Company, text: str, by: str = LI_LEI) -> str:
    """Ask for a reminder; return the answer."""
    await company.receives(acts.said(text, by, at=company.clock.now()))
    return (await company.texts(by))[-1]


async def states(company: Company) -> list[str]:
    return [row["state"] for row in await company.rows("select state from reminder order by id")]


async def fired(company: Company, text: str = "十分钟后提醒我回访张三") -> Card:
    """Let a reminder come; return its card."""
    await asked(company, text)
    await company.lets_pass(10 * MINUTE)
    return (await company.cards(LI_LEI))[-1]


async def test_a_reminder_comes_once_at_its_minute(company: Company) -> None:
    answer = await asked(company, "十分钟后提醒我回访张三")
    assert answer == words("reminder.set", moment="3月2日 10:10", text="回访张三")
    await company.lets_pass(9 * MINUTE)
    assert await company.cards(LI_LEI) == []
    await company.lets_pass(5 * HOUR)
    (card,) = await company.cards(LI_LEI)
    assert card.description == "回访张三"
    assert await states(company) == ["fired"]


async def test_what_a_rep_wants_to_be_told_is_sealed(company: Company) -> None:
    await asked(company, "十分钟后提醒我回访张三")
    (row,) = await company.rows("select * from reminder")
    assert "张三".encode() not in bytes(row["sealed"])


async def test_a_timer_delivered_twice_reminds_once(company: Company) -> None:
    await asked(company, "十分钟后提醒我回访张三")
    company.clock.advance(10 * MINUTE)
    [timer] = await company.due()
    await company.receives(timer)
    await company.receives(timer)
    assert len(await company.cards(LI_LEI)) == 1


async def test_close_reminders_of_one_rep_come_as_one_message(company: Company) -> None:
    for text in ("十分钟后提醒我回访张三", "十一分钟后提醒我发资料", "一小时后提醒我开会"):
        await asked(company, text)
    await asked(company, "十分钟后提醒我打电话", HAN_MEIMEI)
    before = len(await company.texts(LI_LEI))
    await company.lets_pass(15 * MINUTE)

    (together,) = (await company.texts(LI_LEI))[before:]
    assert "回访张三" in together
    assert "发资料" in together
    assert "开会" not in together
    assert len(await company.cards(HAN_MEIMEI)) == 1
    await company.lets_pass(HOUR)
    assert [card.description for card in await company.cards(LI_LEI)] == ["开会"]
    assert set(await states(company)) == {"fired"}


async def test_more_than_fit_in_one_message_come_in_the_next(company: Company) -> None:
    most = company.ctx.catalog.reminders.most_in_one
    for number in range(most + 1):
        await asked(company, f"十分钟后提醒我回访客户{number}")
    before = len(await company.texts(LI_LEI))
    await company.lets_pass(10 * MINUTE)
    assert len((await company.texts(LI_LEI))[before:]) + len(await company.cards(LI_LEI)) == 2
    assert await states(company) == ["fired"] * (most + 1)


async def test_done_is_done(company: Company) -> None:
    card = await fired(company)
    await company.receives(acts.clicked(acts.key_of(card, Verb.DONE)))
    assert await states(company) == ["done"]
    assert (await company.updates(LI_LEI))[-1].replace_name == words("reminder.done")


async def test_a_snoozed_reminder_comes_again_with_the_same_words(company: Company) -> None:
    card = await fired(company)
    await company.receives(acts.clicked(acts.key_of(card, Verb.SNOOZE)))
    put_off = company.ctx.catalog.reminders.snooze_for + MINUTE
    await company.lets_pass(put_off - MINUTE)
    assert len(await company.cards(LI_LEI)) == 1
    await company.lets_pass(MINUTE)

    first, second = await company.cards(LI_LEI)
    assert second.description == first.description
    assert second.task_id != first.task_id
    assert await states(company) == ["snoozed", "fired"]


@pytest.mark.parametrize("first", [Verb.DONE, Verb.SNOOZE])
@pytest.mark.parametrize("again", [Verb.DONE, Verb.SNOOZE])
async def test_a_second_tap_changes_nothing_and_says_so(
    company: Company, first: Verb, again: Verb
) -> None:
    card = await fired(company)
    await company.receives(acts.clicked(acts.key_of(card, first)))
    after = await states(company)
    await company.receives(acts.clicked(acts.key_of(card, again)))
    assert await states(company) == after
    assert (await company.texts(LI_LEI))[-1] == words("refusals.reminder_gone")
    assert (await company.updates(LI_LEI))[-1].replace_name == words("offer.void")


@pytest.mark.parametrize("verb", [Verb.DONE, Verb.SNOOZE])
async def test_nobody_deals_with_the_reminder_of_somebody_else(
    company: Company, verb: Verb
) -> None:
    card = await fired(company)
    await company.receives(acts.clicked(acts.key_of(card, verb), HAN_MEIMEI))
    assert await states(company) == ["fired"]
    assert await company.texts(HAN_MEIMEI) == [words("refusals.reminder_gone")]


async def test_a_reminder_that_is_not_there_is_gone(company: Company) -> None:
    await company.receives(acts.clicked(acts.button(Verb.DONE, 77)))
    assert await company.texts(LI_LEI) == [words("refusals.reminder_gone")]


async def test_a_cancelled_reminder_does_not_come(company: Company) -> None:
    await asked(company, "十分钟后提醒我回访张三")
    (row,) = await company.rows("select id from reminder")
    async with company.store.unit_of_work(company.clock.now()) as work:
        settled = work.follow_ups.settle
        assert await settled(row["id"], ReminderState.CANCELLED, ReminderState.PENDING)
        assert not await settled(row["id"], ReminderState.DONE, ReminderState.PENDING)
        await work.commit()
    await company.lets_pass(HOUR)
    assert await company.cards() == []
    assert await states(company) == ["cancelled"]


async def test_a_recurring_reminder_is_set_anew_when_it_comes(company: Company) -> None:
    await asked(company, "每天上午十一点提醒我看线索")
    await company.lets_pass(timedelta(days=2, hours=2))
    cards = await company.cards(LI_LEI)
    assert [card.rows[0].value for card in cards] == [
        "3月2日 11:00",
        "3月3日 11:00",
        "3月4日 11:00",
    ]
    assert await states(company) == ["fired"] * 3 + ["pending"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("提醒我回访张三", words("reminder.when")),
        ("2020年1月1日9点提醒我回访", words("reminder.when")),
        ("后年十月一日上午九点提醒我回访", words("refusals.reminder_too_far")),
    ],
)
async def test_a_reminder_without_a_time_ahead_is_not_set(
    company: Company, text: str, answer: str
) -> None:
    assert await asked(company, text) == answer
    assert await states(company) == []


async def test_the_time_counts_from_when_it_was_said(company: Company) -> None:
    """Said before midnight, taken in after it: tomorrow is the rep's tomorrow."""
    said_at = company.clock.now() + timedelta(hours=13, minutes=59)  # 23:59
    company.clock.advance(timedelta(hours=14, minutes=5))
    await company.receives(acts.said("明天下午三点提醒我回访张三", at=said_at))
    assert "3月3日 15:00" in (await company.texts(LI_LEI))[-1]


async def test_a_reminder_about_a_lead_is_an_event_of_it(company: Company) -> None:
    await offered(company)
    await company.receives(acts.fetched(name="张三"))
    await fired(company)
    assert len(await company.events("reminder_set")) == 1
    assert len(await company.events("reminder_fired")) == 1


async def test_a_reminder_about_somebody_elses_lead_is_only_words(company: Company) -> None:
    await offered(company)
    await company.receives(acts.fetched(name="张三"))
    await asked(company, "十分钟后提醒我回访张三", HAN_MEIMEI)
    (row,) = await company.rows("select lead_id, userid from reminder")
    assert (row["lead_id"], row["userid"]) == (None, HAN_MEIMEI)


async def test_userids_ignore_case(company: Company) -> None:
    await company.receives(acts.said("十分钟后提醒我回访张三", "LILEI"))
    await company.lets_pass(10 * MINUTE)
    assert len(await company.cards(LI_LEI)) == 1
