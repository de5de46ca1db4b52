"""A kind registered in one process is a word of formulas, segments and rules in all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.problems import ConfigError
from config.rules import frame_of, seed_sources
from domain.scoring.trial import Trial
from domain.segments.segment import SegmentText
from domain.tags.reading import TagText
from domain.tags.spec import TagKind
from domain.values import Refusal
from handlers.actions.rules import SYSTEM_AUTHOR, keep_draft, keep_seed
from handlers.actions.rules import publish as publish_rules
from handlers.actions.segments.defining import book_of, define
from handlers.actions.segments.finding import estimate
from handlers.actions.tags.defining import publish, why_not
from storage.repositories.rules import Draft
from storage.repositories.tag_definitions import TagVersion
from tests.unit.handlers import acts
from tests.unit.handlers.actions.test_kinds import VISIT, happens, registers
from tests.unit.handlers.company import CATALOG, MANAGER, Company, new_process
from tests.unit.handlers.tagged import computed, root_of

VISITS = TagText("拜访次数", TagKind.METRIC, value="次数(上门拜访, 30天)")
OFTEN = SegmentText("常来", "求和(上门拜访.时长) >= 3")
SEED = seed_sources(None)
RULE = """
[[event]]
id = "visited"
kind = "visit"
label = "来访"
points = 15
where = [{ fact = "hours", is = ">=", value = 1 }]
"""


def elsewhere(company: Company) -> Company:
    """Return the same company as another process sees it that was running all the time."""
    return replace(company, ctx=new_process())


async def published(company: Company, text: TagText = VISITS) -> TagVersion | str:
    async with company.store.unit_of_work(company.clock.now()) as work:
        made = await publish(work, company.ctx, text, MANAGER)
        await work.commit()
    return made


async def defined(company: Company, text: SegmentText = OFTEN) -> SegmentText | str:
    async with company.store.unit_of_work(company.clock.now()) as work:
        made = await define(work, company.ctx, text, MANAGER)
        await work.commit()
    return made


async def seeded(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await keep_seed(work, Draft("默认评分", SEED, frame_of(CATALOG), SYSTEM_AUTHOR))
        await work.commit()


async def test_a_running_process_may_use_it_in_tags_and_segments(company: Company) -> None:
    other = elsewhere(company)
    await company.receives(acts.added())
    assert isinstance(await published(other), str), "nobody knows the kind yet"
    assert isinstance(await defined(other), str)
    await registers(company)
    assert isinstance(await published(other), TagVersion)
    assert await defined(other) == OFTEN
    # And the first one follows what the other one published.
    who = await root_of(company)
    for number in (1, 2):
        await happens(company, who, number)
    assert (await computed(company))["拜访次数"] == 2.0
    async with other.store.database.read() as tx:
        tags = await other.ctx.tag_keeper.refresh(tx)
    assert "visit" in tags.interactions
    async with other.store.database.read() as tx:
        book = await book_of(tx, other.ctx)
    found = await estimate(other.store, other.ctx, book.wholes["常来"], other.clock.now())
    assert found.size == 1


async def test_it_counts_as_interaction_in_formulas_and_scores_of_all_processes(
    company: Company,
) -> None:
    other = elsewhere(company)
    await seeded(company)
    await registers(company)
    async with other.store.unit_of_work(other.clock.now()) as work:
        rules = await other.ctx.rulebook.refresh(work.tx)
        version = await work.rules.version(rules.version)
        assert rules.version == 2, "the version in force is kept anew with the new interactions"
        assert version is not None
        assert "visit" in version.frame.interactions
        before = await work.rules.version(1)
        assert before is not None
        assert "visit" not in before.frame.interactions, "a number means one thing for ever"
    quiet = replace(VISIT, name="sent_invoice", label="寄出发票", is_interaction=False)
    await registers(company, quiet)
    async with other.store.unit_of_work(other.clock.now()) as work:
        assert await work.rules.in_force() == 2


async def test_a_draft_of_rules_may_mention_it_in_a_process_that_was_running(
    company: Company,
) -> None:
    other = elsewhere(company)
    await seeded(company)
    sources = {**SEED, "scorecard.toml": SEED["scorecard.toml"] + RULE}
    with pytest.raises(ConfigError, match="visit"):
        other.ctx.rulebook.reader.check(sources)  # type: ignore[attr-defined]
    await registers(company)
    async with other.store.unit_of_work(other.clock.now()) as work:
        await other.ctx.kinds.refresh(work.tx)
        reader = other.ctx.rulebook.reader
        assert reader.check(sources).whole.name  # type: ignore[attr-defined]
        number = await keep_draft(work, Draft("含拜访", sources, reader.frame, "cli"))
        version = await work.rules.version(number)
        assert version is not None
        tables = await company.ctx.rulebook.tables(work.tx, version)
        assert "visit" in tables.kinds


async def test_a_draft_comes_into_force_with_the_interactions_of_its_day(company: Company) -> None:
    await seeded(company)
    async with company.store.unit_of_work(company.clock.now()) as work:
        number = await keep_draft(work, Draft("旧稿", SEED, frame_of(CATALOG), "cli"))
        await work.rules.put_trial(number, Trial(leads=10), work.now)
        await work.commit()
    await registers(company)
    async with company.store.unit_of_work(company.clock.now()) as work:
        done = await publish_rules(work, company.ctx, number, MANAGER, is_confirmed=False)
        await work.commit()
    assert not isinstance(done, Refusal)
    assert done.name == "旧稿"
    assert "visit" in done.frame.interactions


@pytest.mark.parametrize(
    ("use", "code", "name"),
    [
        (published, "kind_breaks_tag", "拜访次数"),
        (defined, "kind_breaks_segment", "常来"),
    ],
)
async def test_a_new_label_that_would_leave_a_formula_unreadable_is_refused(
    company: Company, use: object, code: str, name: str
) -> None:
    await registers(company)
    assert not isinstance(await use(company), str)  # type: ignore[operator]
    assert await registers(company, replace(VISIT, label="到访")) == Refusal(code, name)
    async with company.store.database.read() as tx:
        await company.ctx.tag_keeper.refresh(tx)
        assert await why_not(tx, company.ctx, VISITS) == ""
    # What nobody wrote down may change.
    assert await registers(company, replace(VISIT, is_interaction=False)) == 2
