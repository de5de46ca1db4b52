"""``规则`` in the conversation: shown, tried, published, and followed by the scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cluster.duties import Duty
from bot.crowds import Crowds
from bot.scoring.keeper import RESCORED, ScoreKeeper
from bot.scoring.passes import DUTY
from config.rules import frame_of, seed_sources
from domain.lead import Stage
from handlers.actions.rules import SYSTEM_AUTHOR, keep_draft, keep_seed
from storage.leases import Leases
from storage.marks import mark_of
from storage.repositories.rules import Draft
from tests.unit.handlers import acts
from tests.unit.handlers.company import (
    CATALOG,
    LI_LEI,
    MANAGER,
    RULES,
    Company,
    new_process,
    offered,
    words,
)

FILE = "scorecard.toml"
SEED = seed_sources(None)


def keeper(company: Company) -> ScoreKeeper:
    return ScoreKeeper(Crowds(company.store, company.ctx, company.clock))


async def told(company: Company, text: str, by: str = MANAGER) -> str:
    await company.receives(acts.said(text, by, at=company.clock.now()))
    return (await company.texts(by))[-1]


async def seeded(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        seed = Draft("默认评分", SEED, frame_of(CATALOG), SYSTEM_AUTHOR)
        assert await keep_seed(work, seed) == 1
        await work.commit()


async def drafted(company: Company, changes: Mapping[str, str]) -> int:
    text = SEED[FILE]
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    sources = {**SEED, FILE: text}
    name = RULES.check(sources).whole.name
    async with company.store.unit_of_work(company.clock.now()) as work:
        number = await keep_draft(work, Draft(name, sources, frame_of(CATALOG), "cli", "试试"))
        await work.commit()
    return number


LOWER = {"pass_mark = 60": "pass_mark = 5", 'name = "默认评分"': 'name = "宽松评分"'}


async def test_the_rules_in_force_and_their_versions_are_shown(company: Company) -> None:
    await seeded(company)
    await drafted(company, LOWER)
    answer = await told(company, "规则")
    assert "现行规则：第 1 版「默认评分」（来自配置文件）" in answer
    assert "· 第 2 版「宽松评分」草稿，cli" in answer
    assert "· 第 1 版「默认评分」现行，系统" in answer
    assert "及格线 60" in answer


async def test_a_rep_may_not_touch_the_rules(company: Company) -> None:
    await seeded(company)
    assert await told(company, "规则 发布 1", LI_LEI) == words("command.not_allowed")


async def test_a_draft_is_tried_before_it_is_published(company: Company) -> None:
    await seeded(company)
    assert await told(company, "规则 试算") == words("rules.no_draft", verb="试算")
    await drafted(company, LOWER)
    assert await told(company, "规则 发布") == words("refusals.rules_not_tried")
    assert await told(company, "规则 发布 9") == words("rules.unknown", number=9)
    assert await told(company, "规则 发布 1") == words("refusals.rules_in_force")


async def test_a_trial_tells_who_would_move_and_writes_nothing(company: Company) -> None:
    await seeded(company)
    await company.receives(acts.added(), acts.fetched(name="张三"))
    before = await company.lead()
    await drafted(company, LOWER)
    assert await told(company, "规则 试算 2") == words("rules.trying", number=2)
    await keeper(company).look()
    answer = (await company.texts(MANAGER))[-1]
    assert "第 2 版「宽松评分」试算：1 条线索" in answer
    assert "及格 0 → 1：新激活 1（占 100.0%），转冷 0" in answer
    assert "例如：张三" in answer
    assert await company.lead() == before
    count = len(await company.texts(MANAGER))
    await keeper(company).look()
    assert len(await company.texts(MANAGER)) == count, "told once"


async def test_a_draft_is_tried_by_hand_beside_the_process_on_duty(company: Company) -> None:
    await seeded(company)
    await company.receives(acts.added())
    number = await drafted(company, LOWER)
    async with company.store.looking(company.clock.now()) as work:
        version = await work.rules.version(number)
    assert version is not None
    theirs, ours = (Duty(Leases(company.store.database, n), DUTY, company.clock) for n in "ab")
    assert await theirs.held() is not None
    crowds = Crowds(company.store, company.ctx, company.clock, duty=ours)
    assert (await ScoreKeeper(crowds).try_version(version)).leads == 1


async def test_a_draft_that_activates_many_needs_to_be_confirmed(company: Company) -> None:
    await seeded(company)
    await company.receives(acts.added())
    await drafted(company, LOWER)
    await told(company, "规则 试算")
    await keeper(company).look()
    answer = await told(company, "规则 发布")
    assert answer == words("rules.confirm", number=2, count=1, share="100.0%", most="10%")
    assert not (await company.lead()).score.is_mature
    answer = await told(company, "规则 发布 2 确认")
    assert answer == words("rules.published_now", number=2, name="宽松评分")
    assert company.ctx.rules.version == 2


async def test_a_publication_scores_all_leads_anew_and_activates(company: Company) -> None:
    await seeded(company)
    await company.receives(acts.added())
    first = await company.lead()
    assert (first.score.rules_version, first.stage) == (1, Stage.NURTURE_POOL)
    await drafted(company, LOWER)
    await told(company, "规则 试算")
    await keeper(company).look()
    await told(company, "规则 发布 2 确认")
    await keeper(company).look()
    after = await company.lead()
    assert after.score.rules_version == 2
    assert after.stage is Stage.FOLLOWING, "crossing upward activates"


async def test_scoring_anew_goes_on_where_it_was_cut_off(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seeded(company)
    for number in range(3):
        await company.receives(acts.added(f"wmclewtest000000000000customer{number:02d}"))
    await drafted(company, {"points = 10\nrepeat": "points = 17\nrepeat"})
    await told(company, "规则 试算")
    await keeper(company).look()
    await told(company, "规则 发布")

    async def is_lost(_duty: object) -> bool:
        return False

    async def versions() -> list[int]:
        return sorted(lead.score.rules_version for lead in await company.leads())

    monkeypatch.setattr("bot.scoring.keeper.CHUNK", 1)
    cut_off = keeper(company)
    with monkeypatch.context() as patch:
        patch.setattr("bot.scoring.keeper.is_ours", is_lost)
        await cut_off._follow_publication()
    assert await versions() == [1, 1, 2], "the duty was lost after the first piece"
    await keeper(company).look()
    assert await versions() == [2, 2, 2]
    company.clock.advance(timedelta(minutes=2))
    await keeper(company).look()
    async with company.store.database.read() as tx:
        assert await mark_of(tx, RESCORED) == 2


async def test_another_process_follows_with_its_next_unit_of_work(company: Company) -> None:
    await seeded(company)
    other = replace(company, ctx=new_process())
    await drafted(company, {"points = 10\nrepeat": "points = 17\nrepeat"})
    await told(company, "规则 试算")
    await keeper(company).look()
    await told(company, "规则 发布 2 确认")
    await other.receives(acts.added())
    assert (await company.lead()).score.rules_version == 2


async def test_changed_channel_points_make_a_version_of_their_own(company: Company) -> None:
    await seeded(company)
    frame = frame_of(CATALOG)
    changed = replace(frame, points={**frame.points, "sem": 1.0})
    async with company.store.unit_of_work(company.clock.now()) as work:
        seed = Draft("默认评分", SEED, frame, SYSTEM_AUTHOR)
        assert await keep_seed(work, seed) == 0
        assert await keep_seed(work, replace(seed, frame=changed)) == 2
        await work.commit()
    await told(company, "规则")
    assert company.ctx.rules.points["sem"] == 1.0


async def test_whoever_was_mature_under_old_rules_cools_under_new_ones(company: Company) -> None:
    await seeded(company)
    lead, _ = await offered(company)
    assert lead.score.is_mature
    await drafted(
        company, {"pass_mark = 60": "pass_mark = 100", "pass_mark = 50": "pass_mark = 100"}
    )
    await told(company, "规则 试算")
    await keeper(company).look()
    await told(company, "规则 发布")
    await keeper(company).look()
    assert not (await company.lead()).score.is_mature
