"""Outcomes and what they set off, in the same unit of work, until nothing new happens."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from domain import outcomes
from domain.lead import Lead, Stage
from domain.outcomes import LeadEnriched, LeadMatured, Outcome, StageChanged
from domain.scoring.rating import Case
from domain.scoring.tables import Phase
from domain.values import LeadId, UserId
from handlers import reactions
from handlers.actions import score
from handlers.context import Context
from handlers.reactions import REACTIONS, settle
from storage.unit_of_work import UnitOfWork
from tests.unit.handlers import acts
from tests.unit.handlers.company import Company

#: Outcomes that nothing follows from (yet): they are told all the same.
WITHOUT = {"GradeChanged", "LeadAssigned", "CardAccepted", "LeadReleased"}
#: Reactions after which a chase is taken to have no end.
ENDLESS = 1_000
MOVED = StageChanged(LeadId(1), Stage.GENERATED, Stage.NURTURE_POOL, "screen", "system")


def test_every_reaction_is_to_an_outcome() -> None:
    known = set(outcomes.Outcome.__args__)
    assert set(REACTIONS) <= known
    assert {kind.__name__ for kind in known - set(REACTIONS)} >= WITHOUT


async def test_a_mature_lead_is_offered_in_the_unit_of_work_that_made_it_so(
    company: Company,
) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        await company.handles(work, acts.wrote(acts.EAGER))
        assert work.take_outcomes() == ()
        [lead] = work.leads.of([p.id for p in work.people.loaded()])
        assert lead.owner is not None
    assert await company.leads() == [], "and gone with it when it is not committed"


async def test_a_new_lead_is_scored_once_by_the_table_of_its_pool(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    phases: list[Phase] = []
    laid_out = score.cases_of

    def cases_of(work: UnitOfWork, leads: Sequence[Lead]) -> list[Case]:
        cases = laid_out(work, leads)
        phases.extend(case.basis.phase for case in cases)
        return cases

    monkeypatch.setattr(score, "cases_of", cases_of)
    async with company.store.unit_of_work(company.clock.now()) as work:
        await company.handles(work, acts.wrote("你好"))
    assert phases == [Phase.NURTURING]


@pytest.mark.parametrize(
    "first",
    [LeadMatured(LeadId(1), 70.0), MOVED],
    ids=["after the scores", "while leads take their place"],
)
async def test_reactions_that_chase_each_other_are_a_defect(
    company: Company, monkeypatch: pytest.MonkeyPatch, first: Outcome
) -> None:
    count = itertools.count(1)

    async def again(outcome: Outcome, work: UnitOfWork, ctx: Context) -> None:
        del ctx
        assert next(count) < ENDLESS, "this never ends"
        work.happened(outcome)

    monkeypatch.setitem(reactions.REACTIONS, type(first), (again,))
    async with company.store.unit_of_work(company.clock.now()) as work:
        work.happened(first)
        with pytest.raises(RuntimeError, match="did not come to rest in 12 rounds"):
            await settle(work, company.ctx)


async def test_an_outcome_without_reaction_is_told_and_done(company: Company) -> None:
    async with company.store.unit_of_work(company.clock.now()) as work:
        work.happened(outcomes.LeadReleased(LeadId(1), UserId("LiLei"), "returned"))
        await settle(work, company.ctx)
        assert work.take_outcomes() == ()


async def test_reactions_run_in_the_order_of_the_table(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def step(number: int) -> reactions.Reaction:
        async def note(outcome: LeadEnriched, work: UnitOfWork, ctx: Context) -> None:
            del outcome, work, ctx
            seen.append(number)

        return note

    monkeypatch.setitem(reactions.REACTIONS, LeadEnriched, (step(1), step(2)))
    async with company.store.unit_of_work(company.clock.now()) as work:
        work.happened(LeadEnriched(LeadId(1), ("city",)))
        work.happened(LeadEnriched(LeadId(2), ("city",)))
        await settle(work, company.ctx)
    assert seen == [1, 2, 1, 2]
