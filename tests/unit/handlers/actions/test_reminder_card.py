"""The card of a reminder: whom it is about and what to say, for the rep whose lead it is."""

from __future__ import annotations

from datetime import timedelta

from domain.buttons import Verb
from domain.messages import Card
from domain.portrait import CARD_ROWS
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, Company, offered, words

TEN_MINUTES = timedelta(minutes=10)


async def reminded(company: Company, by: str) -> Card:
    """Ask to be reminded of 张三; return the card that comes."""
    at = company.clock.now()
    await company.receives(acts.said("十分钟后提醒我回访张三", by, at=at))
    await company.lets_pass(TEN_MINUTES)
    return (await company.cards(by))[-1]


async def of_li_lei(company: Company) -> None:
    """Let 李雷 take the lead of 张三, whose phone is known."""
    _, card = await offered(company)
    await company.receives(acts.fetched(name="张三"), acts.wrote(f"我电话 {acts.PHONE}"))
    await company.receives(acts.clicked(acts.key_of(card, Verb.ACCEPT), LI_LEI))


async def test_the_owner_is_told_whom_to_call_and_what_to_say(company: Company) -> None:
    await of_li_lei(company)
    card = await reminded(company, LI_LEI)
    assert [row.key for row in card.rows[:2]] == [
        words("reminder.due"),
        words("portrait.key.contact"),
    ]
    assert acts.PHONE in card.rows[1].value
    assert len(card.rows) <= CARD_ROWS
    assert card.advice == words("card.words", words=words("words.book_trial"))
    (look,) = await company.rows(
        "select what from access_log where via = 'card' order by id desc limit 1"
    )
    assert look["what"] == "portrait_with_phone"


async def test_a_colleague_is_told_no_more_than_their_own_words(company: Company) -> None:
    await of_li_lei(company)
    card = await reminded(company, HAN_MEIMEI)
    assert card.description == "回访张三"
    assert [row.key for row in card.rows] == [words("reminder.due")]
    assert acts.PHONE not in str(card)
