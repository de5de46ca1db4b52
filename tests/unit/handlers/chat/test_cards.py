"""The door for taps: which action a button leads to, and what strange keys lead to."""

from __future__ import annotations

import pytest

from domain.buttons import Verb
from domain.values import Role, UserId
from storage.repositories.organisation import Employee
from storage.repositories.records import UNKNOWN_PURPOSE
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, offered, words


@pytest.mark.parametrize("key", ["", "approve", "accept:x:1", "grab:12:1", "accept:77:1"])
async def test_a_tap_that_means_nothing_to_us_is_kept_sealed(company: Company, key: str) -> None:
    await company.receives(acts.clicked(key))
    (kept,) = await company.rows("select * from unknown_update")
    assert kept["kind"] == "CardClicked"
    opened = company.store.vault.open(UNKNOWN_PURPOSE, bytes(kept["sealed"])).decode()
    assert f"key={key!r}" in opened
    assert "code" not in opened, "the response code is nobody's business"
    assert await company.sent() == []


async def test_a_reason_that_is_not_in_the_table_counts_as_any_other(company: Company) -> None:
    lead, card = await offered(company)
    key = acts.key_of(card, Verb.RETURN)
    await company.receives(acts.clicked(key, LI_LEI, reason="because"))
    (event,) = await company.events("card_returned")
    assert event.properties["reason"] == "other"
    assert (await company.lead()).assignment == lead.assignment + 1


@pytest.mark.parametrize("word", ["", "x", "-1", "²"])
async def test_a_card_without_its_assignment_is_outdated(company: Company, word: str) -> None:
    lead, _ = await offered(company)
    await company.receives(acts.clicked(acts.button(Verb.ACCEPT, lead.id, word), LI_LEI))
    assert (await company.lead()).accepted_at is None
    assert (await company.texts(LI_LEI)) == [words("refusals.card_outdated")]


@pytest.mark.parametrize(
    ("verb", "word"), [(Verb.PORTRAIT, ""), (Verb.STATUS, "retired"), (Verb.STATUS, "")]
)
async def test_a_portrait_opens_for_who_may_see_it(company: Company, verb: Verb, word: str) -> None:
    lead, _ = await offered(company)
    await company.receives(acts.clicked(acts.button(verb, lead.id, word), MANAGER))
    (card,) = await company.cards(MANAGER)
    assert card.buttons == ()
    assert await company.count("access_log") == 1


async def test_a_portrait_opens_for_nobody_else(company: Company) -> None:
    lead, _ = await offered(company)
    await company.receives(acts.clicked(acts.button(Verb.PORTRAIT, lead.id), HAN_MEIMEI))
    assert await company.cards(HAN_MEIMEI) == []
    assert await company.texts(HAN_MEIMEI) == [words("refusals.lead_not_yours")]
    assert await company.count("access_log") == 0


async def test_somebody_who_left_can_do_nothing_with_a_lead_they_had(company: Company) -> None:
    lead, _ = await offered(company)
    gone = Employee(UserId("Gone"), "老王", frozenset({Role.MANAGER}), is_active=False)
    await company.employs(gone)
    await company.receives(acts.clicked(acts.button(Verb.STATUS, lead.id, "won"), "Gone"))
    assert (await company.lead()).status == lead.status
    assert await company.texts("Gone") == [words("refusals.role_not_allowed")]
