"""The filter stands between a lead and the reps; what it finds is kept and can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.lead import Lead, Stage
from domain.lifecycle.transitions import Actor
from domain.screening.lists import Lists
from domain.screening.rules import Reason, Verdict
from domain.screening.words import Word, WordList
from domain.values import ContactKey, LeadId, Refusal, Role
from handlers.actions.screen import restore
from handlers.reactions import settle
from handlers.running import RunningLists
from tests.unit.handlers import acts
from tests.unit.handlers.company import HAN_MEIMEI, LI_LEI, MANAGER, Company

BOSS = Actor(frozenset({Role.MANAGER}), MANAGER)
REP = Actor(frozenset({Role.REP}), LI_LEI)


def screening(
    company: Company,
    black: Iterable[ContactKey] = (),
    red: Iterable[ContactKey] = (),
    words: Iterable[str] = (),
) -> Company:
    """Let the company have these lists from now on."""

    def tokens(keys: Iterable[ContactKey]) -> frozenset[bytes]:
        return frozenset(company.store.vault.blind(key.kind, key.value) for key in keys)

    lists = Lists(tokens(black), tokens(red), WordList(Word(word, "测试") for word in words))
    company.ctx = replace(company.ctx, lists=RunningLists(lists))
    return company


async def restored(company: Company, lead_id: LeadId, actor: Actor = BOSS) -> Lead | Refusal:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load((), [lead_id])
        done = await restore(work, company.ctx, lead_id, actor)
        await settle(work, company.ctx)
        await work.commit()
    return done


async def objections(company: Company) -> list[tuple[str, str, str]]:
    rows = await company.rows("select * from objection order by lead_id, reason")
    return [(row["reason"], row["verdict"], row["state"]) for row in rows]


async def test_a_blacklisted_customer_is_kept_with_the_reason_and_goes_to_nobody(
    company: Company,
) -> None:
    screening(company, black=[acts.external()])
    await company.receives(acts.entered(at=company.clock.now()))
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    lead = await company.lead()
    assert (lead.stage, lead.invalid_reason, lead.owner) == (Stage.INVALID, "blacklisted", None)
    assert await objections(company) == [("blacklisted", "reject", "open")]
    assert await company.cards() == []
    assert "kf_message" in await company.kinds()


async def test_a_restored_lead_flows_on_and_is_assigned(company: Company) -> None:
    screening(company, black=[acts.external()])
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    done = await restored(company, (await company.lead()).id)
    assert isinstance(done, Lead)
    lead = await company.lead()
    assert lead.stage is Stage.FOLLOWING
    assert lead.owner is not None
    assert len(await company.cards(lead.owner)) == 1
    assert await objections(company) == [("blacklisted", "reject", "restored")]
    (event,) = await company.events("lead_restored")
    assert event.properties["by"] == MANAGER


async def test_what_was_restored_does_not_count_again(company: Company) -> None:
    screening(company, black=[acts.external()])
    await company.receives(acts.entered(at=company.clock.now()))
    await restored(company, (await company.lead()).id)
    await company.receives(acts.wrote("我叫王小明，在上海", at=company.clock.now()))
    assert (await company.lead()).stage is Stage.NURTURE_POOL
    assert await objections(company) == [("blacklisted", "reject", "restored")]


async def test_a_rep_may_not_restore(company: Company) -> None:
    screening(company, black=[acts.external()])
    await company.receives(acts.entered(at=company.clock.now()))
    lead = await company.lead()
    assert await restored(company, lead.id, REP) == Refusal("role_not_allowed", "restore")
    assert (await company.lead()).stage is Stage.INVALID


async def test_a_lead_that_was_never_put_aside_cannot_be_restored(company: Company) -> None:
    await company.receives(acts.entered(at=company.clock.now()))
    assert await restored(company, (await company.lead()).id) == Refusal("nothing_to_restore")


async def test_a_red_listed_person_is_kept_and_pushed_to_nobody(company: Company) -> None:
    screening(company, red=[acts.external()])
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    lead = await company.lead()
    assert (lead.stage, lead.owner) == (Stage.NURTURE_POOL, None)
    assert lead.score.is_mature
    assert await company.cards() == []
    assert await company.texts(MANAGER) == []
    assert await objections(company) == [("red_listed", "hold", "open")]


async def test_a_phone_that_becomes_known_is_looked_up(company: Company) -> None:
    screening(company, black=[acts.phone()])
    await company.receives(acts.entered(at=company.clock.now()))
    assert (await company.lead()).stage is Stage.NURTURE_POOL
    await company.receives(acts.wrote(f"我电话{acts.PHONE}", at=company.clock.now()))
    assert (await company.lead()).invalid_reason == "blacklisted"


async def test_a_lead_that_somebody_follows_is_flagged_and_not_taken_away(company: Company) -> None:
    await company.receives(acts.added(rep=HAN_MEIMEI, at=company.clock.now()))
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    owner = (await company.lead()).owner
    assert owner is not None
    screening(company, black=[acts.phone()])
    await company.receives(acts.wrote(f"我电话{acts.PHONE}", at=company.clock.now()))
    lead = await company.lead()
    assert (lead.owner, lead.stage) == (owner, Stage.FOLLOWING)
    assert await objections(company) == [("blacklisted", "flag", "open")]


async def test_a_name_with_a_sensitive_word_is_rejected(company: Company) -> None:
    screening(company, words=["傻瓜"])
    await company.receives(acts.entered(at=company.clock.now()))
    await company.receives(acts.wrote("我叫王傻瓜，想问课程", at=company.clock.now()))
    assert [reason for reason, *_ in await objections(company)][-1:] in (
        ["sensitive_words"],
        ["sensitive_chat"],
    )


async def test_who_unfollows_without_a_phone_is_held_until_they_come_back(
    company: Company,
) -> None:
    later = company.clock.now() + timedelta(seconds=1)
    left = acts.u.MpUnsubscribed(
        account=acts.ACCOUNT, openid=acts.FOLLOWER, **acts.common(later, "mp:x")
    )
    await company.receives(acts.followed(at=company.clock.now()), left)
    assert await objections(company) == [("unreachable", "hold", "open")]
    assert (await company.lead()).stage is Stage.NURTURE_POOL
    await company.receives(acts.mp_wrote(acts.EAGER, at=later + timedelta(seconds=1)))
    lead = await company.lead()
    assert await objections(company) == [("unreachable", "hold", "cleared")]
    assert lead.owner is not None


@pytest.mark.parametrize("verdict", [Verdict.OFF, Verdict.FLAG])
async def test_a_reason_that_only_flags_lets_the_lead_go_on(
    company: Company, verdict: Verdict
) -> None:
    screening(company, black=[acts.external()])
    rules = company.ctx.catalog.filters
    verdicts = {**rules.verdicts, Reason.BLACKLISTED: verdict}
    catalog = replace(company.ctx.catalog, filters=replace(rules, verdicts=verdicts))
    company.ctx = replace(company.ctx, catalog=catalog)
    await company.receives(acts.wrote(acts.EAGER, at=company.clock.now()))
    assert (await company.lead()).owner is not None
    assert len(await objections(company)) == (verdict is Verdict.FLAG)
