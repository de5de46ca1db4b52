"""What an outcome sets off, in the same unit of work: one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from domain.outcomes import (
    CardExpired,
    CardReturned,
    LeadCooled,
    LeadCreated,
    LeadEnriched,
    LeadLetThrough,
    LeadMatured,
    LeadScored,
    LeadTouched,
    Outcome,
    PersonDescribed,
    PersonsJoined,
    StageChanged,
    StatusChanged,
)
from handlers.actions import advance, answer, assign, merge, score, screen
from handlers.actions.dedup import arrivals, twins
from handlers.actions.tags.compute import retag
from handlers.actions.tags.corp import show_changes
from handlers.actions.tags.newcomers import dress
from storage.queries.editions import editions

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

Reaction = Callable[[Any, "UnitOfWork", "Context"], Awaitable[None]]

#: Rounds of scoring and reacting after which outcomes are taken to chase each other.
_MOST_ROUNDS = 12
_NO_REST = f"reactions did not come to rest in {_MOST_ROUNDS} rounds"

REACTIONS: dict[type, tuple[Reaction, ...]] = {
    PersonsJoined: (merge.join_leads, screen.look_at_joined),
    LeadCreated: (screen.admit,),
    LeadEnriched: (advance.note_enriched, screen.look_again),
    LeadScored: (screen.look_at_held,),
    PersonDescribed: (twins.look_for_twins,),
    LeadTouched: (arrivals.look_at_arrivals,),
    LeadMatured: (assign.offer_matured,),
    LeadLetThrough: (assign.offer_let_through,),
    LeadCooled: (advance.cool,),
    CardExpired: (assign.offer_next,),
    CardReturned: (assign.offer_next,),
    StageChanged: (advance.note_stage, score.stand_elsewhere),
    StatusChanged: (advance.note_status, score.stand_elsewhere, answer.take_by_status),
}

#: What decides where a lead stands; its reactions look at no score.
_PLACING = (LeadCreated, StageChanged, StatusChanged)


async def settle(work: UnitOfWork, ctx: Context) -> None:
    """Score what was touched and react to what came of it, until nothing new happens.

    Raises:
        RuntimeError: reactions set each other off without end; a defect, the batch
            is rolled back and parked.
    """
    published = await editions(work.tx)
    await ctx.rulebook.refresh(work.tx, published)
    for event in work.events.added():
        if event.kind in ctx.rules.kinds:  # the tables may have changed since it was recorded
            work.rescore(event.person_id)
    await ctx.tag_keeper.refresh(work.tx, published)
    await ctx.aliases.refresh(work.tx, published)
    dress(work, ctx)
    for _ in range(_MOST_ROUNDS):
        await _take_their_place(work, ctx)
        has_scored = score.rescore(work, ctx)
        outcomes = work.take_outcomes()
        if not outcomes and not has_scored and not retag(work, ctx):
            show_changes(work, ctx)
            return
        for outcome in outcomes:
            await _react(outcome, work, ctx)
    raise RuntimeError(_NO_REST)


async def _take_their_place(work: UnitOfWork, ctx: Context) -> None:
    """Let leads stand where they belong before they are scored.

    Where a lead stands says which table rates it: a new one that was scored before it
    entered its pool would be scored twice. The rest waits, in its order, for the scores.

    Raises:
        RuntimeError: leads move each other without end.
    """
    waiting: list[Outcome] = []
    for _ in range(_MOST_ROUNDS):
        outcomes = work.take_outcomes()
        if not outcomes:
            break
        for outcome in outcomes:
            if isinstance(outcome, _PLACING):
                await _react(outcome, work, ctx)
            else:
                waiting.append(outcome)
    else:
        raise RuntimeError(_NO_REST)
    for outcome in waiting:
        work.happened(outcome)


async def _react(outcome: Outcome, work: UnitOfWork, ctx: Context) -> None:
    for reaction in REACTIONS.get(type(outcome), ()):
        await reaction(outcome, work, ctx)
