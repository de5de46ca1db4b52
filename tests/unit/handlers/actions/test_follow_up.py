"""Plain sentences of reps: status, note and reminder of one lead."""

from __future__ import annotations

from datetime import timedelta

from domain.buttons import Verb
from domain.lead import Status
from domain.values import PersonId
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company, offered, words

DAY = timedelta(days=1)


async def followed(company: Company) -> None:
    """Let 李雷 take the lead of 张三."""
    _, card = await offered(company)
    await company.receives(acts.fetched(name="张三"))
    await company.receives(acts.clicked(acts.key_of(card, Verb.ACCEPT), LI_LEI))


async def test_one_sentence_is_status_note_and_reminder(company: Company) -> None:
    await followed(company)
    await company.receives(acts.said("张三交了500定金，周五付尾款"))

    assert (await company.lead()).status is Status.PAYMENT_BOOKED
    answer = (await company.texts(LI_LEI))[-1]
    assert words("follow_up.lead", name="张三") in answer
    assert words("follow_up.status", status=words("status.payment_booked")) in answer
    assert "3月6日" in answer
    (reminder,) = await company.rows("select * from reminder")
    assert reminder["lead_id"] == (await company.lead()).id
    (event,) = await company.events("follow_up_noted")
    assert event.properties == {"userid": LI_LEI, "lead": str(reminder["lead_id"])}


async def test_a_note_is_sealed_with_the_persons_key(company: Company) -> None:
    await followed(company)
    await company.receives(acts.said("张三说想报数学班，下周三再联系"))
    (note,) = await company.rows("select * from note")
    sealed = bytes(note["sealed"])
    assert "数学班".encode() not in sealed
    async with company.store.unit_of_work(company.clock.now()) as work:
        person_id = PersonId(note["person_id"])
        await work.load_people([person_id])
        key = work.people.data_key(person_id)
        opened = company.store.vault.open_for(person_id, key, sealed)
    assert "想报数学班" in opened.decode()


async def test_a_note_is_of_the_moment_it_was_said(company: Company) -> None:
    await followed(company)
    said_at = company.clock.now()
    company.clock.advance(timedelta(hours=3))
    await company.receives(acts.said("张三说想报数学班", at=said_at))
    (event,) = await company.events("follow_up_noted")
    assert event.event_at == said_at


async def test_an_invalid_lead_is_said_in_a_sentence(company: Company) -> None:
    await followed(company)
    await company.receives(acts.said("张三是空号，无效"))
    lead = await company.lead()
    assert (lead.status, lead.invalid_reason) == (Status.INVALID, "rep_said")


async def test_a_colleague_changes_nothing_about_a_lead_that_is_not_theirs(
    company: Company,
) -> None:
    await followed(company)
    await company.receives(acts.said("张三交了500定金", HAN_MEIMEI))
    assert (await company.lead()).status is Status.TO_FOLLOW
    assert await company.count("note") == 0
    expected = words("lead.of_somebody", wanted="张三", owner="李雷")
    assert await company.texts(HAN_MEIMEI) == [expected]


async def test_the_status_of_a_lead_in_the_pool_is_nobodys_to_set(company: Company) -> None:
    await company.receives(acts.added(), acts.fetched(name="张三"))
    await company.receives(acts.said("张三交了500定金"))
    assert (await company.lead()).status is None
    assert words("refusals.not_owner") in (await company.texts(LI_LEI))[-1]


async def test_who_follows_a_person_is_warned_when_they_delete_the_rep(
    company: Company,
) -> None:
    await followed(company)
    await company.receives(acts.deleted_rep(rep=HAN_MEIMEI))
    warning = words("loss.deleted", name="张三")
    assert warning in await company.texts(LI_LEI), "the owner"
    assert warning in await company.texts(HAN_MEIMEI), "and whom they deleted"
    assert warning not in await company.texts(MANAGER)
