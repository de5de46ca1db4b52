"""``评分``: why a score is what it is, now or at a moment of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.command import Command
from domain.chat.times.past import past_moment
from domain.scoring.tables import phase_of
from domain.values import Refusal
from handlers.actions.asked import Asked, reply
from handlers.actions.look_up import Missed, find_lead
from handlers.actions.replay import replayed
from handlers.actions.reports import past_score_report, score_report
from handlers.actions.score import explain
from handlers.actions.show import name_of

if TYPE_CHECKING:
    from domain.lead import Lead
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def show_score(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Explain a score: what gave or took how many points, how often, when last."""
    lead = await find_lead(work, ctx, asked.actor, command.arguments.lead)
    if isinstance(lead, Missed):
        reply(asked, work, ctx, lead.text)
        return
    await ctx.rulebook.refresh(work.tx)
    await work.records.looked(
        asked.userid, lead.person_id, what="score", via="command", at=work.now
    )
    if command.arguments.time:
        reply(asked, work, ctx, await _past(command.arguments.time, lead, asked, work, ctx))
        return
    grading = ctx.rules.card_for(phase_of(lead)).grading
    name = name_of(work, ctx, lead.person_id)
    reply(asked, work, ctx, score_report(ctx, name, explain(work, ctx, lead), grading))


async def _past(time: str, lead: Lead, asked: Asked, work: UnitOfWork, ctx: Context) -> str:
    moment = past_moment(time, asked.at, ctx.zone)
    if moment is None:
        return ctx.words.get("score.past.when", time=time)
    name = name_of(work, ctx, lead.person_id)
    found = await replayed(work, ctx, lead, moment)
    if isinstance(found, Refusal):
        return ctx.words.get("score.past.not_yet", name=name)
    return past_score_report(ctx, name, found)
