"""What a look-up found, as a card: claim what is nobody's, ask or dispute what is somebody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.buttons import Button, Verb
from domain.lead import Lead
from domain.lifecycle.transitions import Actor
from domain.messages import Card, CardButton, CardRow
from domain.pools.offer import Offer
from domain.values import LeadId, Refusal, Role
from handlers.actions.advance import advance
from handlers.actions.answer import Tap, take
from handlers.actions.asked import Asked
from handlers.actions.assign import OwnerChange, change_owner
from handlers.actions.dedup.cards import answer_card
from handlers.actions.dedup.cases import raise_case
from handlers.actions.dedup.check import Hit, Likeness
from handlers.actions.show import name_of, show_portrait, tell
from storage.repositories.cases import CaseKind

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_MOST_ROWS = 6
_PRIMARY, _PLAIN, _WARNING = 1, 2, 3
#: Transition by which a rep takes a lead out of its pool.
_CLAIM = "claim"
CLAIMED = "claimed"
OWNED_ALREADY = "lead_not_yours"
_SELL = frozenset({Role.REP, Role.SDR, Role.MANAGER, Role.ADMIN})


def look_up_card(ctx: Context, asked: Asked, wanted: str, hits: Sequence[Hit]) -> Card:
    """Return the card of hits, the surest first; its buttons are about the first one."""
    rows = tuple(
        CardRow(ctx.words.get(f"look_up.how_{hit.how}"), _line(ctx, hit))
        for hit in hits[:_MOST_ROWS]
    )
    hidden = len(hits) - len(rows)
    return Card(
        title=ctx.words.get("look_up.title", wanted=wanted),
        task_id=f"look-up-{hits[0].lead.id}-{asked.cause}",
        source=ctx.words.get("look_up.source"),
        description=ctx.words.get("look_up.more", count=hidden) if hidden else "",
        rows=rows,
        advice=ctx.words.get("look_up.advice"),
        buttons=_buttons(ctx, asked.actor, hits[0]),
    )


def _line(ctx: Context, hit: Hit) -> str:
    owner = hit.owner_name or ctx.words.get("case.nobody")
    alike = f"{hit.alike:.0%}" if hit.how is Likeness.LIKE_COMPANY else ""
    place = ctx.words.get(f"stage.{hit.lead.stage}")
    parts = (hit.company, alike, hit.name, place, owner)
    return ctx.words.get("card.separator").join(filter(None, parts))


def _buttons(ctx: Context, actor: Actor, hit: Hit) -> tuple[CardButton, ...]:
    lead = hit.lead
    if lead.is_of(actor.userid) or not lead.is_open:
        verbs = [(Verb.PORTRAIT, _PRIMARY)] if hit.is_visible else []
    elif lead.owner is None:
        verbs = [(Verb.CLAIM, _PRIMARY), (Verb.PORTRAIT, _PLAIN)]
    else:
        verbs = [(Verb.ASK, _PRIMARY), (Verb.DISPUTE, _WARNING)]
    return tuple(
        CardButton(ctx.words.get(f"button.{verb}"), Button(verb, lead.id).key, style)
        for verb, style in verbs
    )


# ------------------------------------------------------------------ taps


async def press_look_up(
    work: UnitOfWork, ctx: Context, button: Button, actor: Actor, tap: Tap
) -> None:
    """Answer a tap on 领取, 询问负责人 or 申报撞单."""
    lead = work.leads.get(_lead_id(button))
    match button.verb:
        case Verb.CLAIM:
            done = await claim(work, ctx, lead, actor, tap)
        case Verb.ASK:
            done = await _ask_owner(work, ctx, lead, actor, tap)
        case _:
            done = await _dispute(work, ctx, lead, actor, tap)
    refusal = done if isinstance(done, Refusal) else None
    answer_card(work, ctx, tap, "" if refusal else f"look_up.done_{button.verb}", refusal)


def _lead_id(button: Button) -> LeadId:
    return LeadId(button.about)


async def claim(
    work: UnitOfWork, ctx: Context, lead: Lead, actor: Actor, tap: Tap
) -> Lead | Refusal:
    """Take a lead out of its pool: it is the claimer's and protected from now on."""
    if lead.owner is not None:
        return Refusal(OWNED_ALREADY)
    may = ctx.catalog.lifecycle.decide(lead, _CLAIM, actor)
    if isinstance(may, Refusal):
        return may
    change = OwnerChange(lead.id, None, tap.userid, CLAIMED, actor, lead.pool, is_wanted=True)
    [given] = await change_owner(work, ctx, [change])
    if isinstance(given, Refusal):
        return given
    advance(work, ctx, lead.id, _CLAIM, actor)
    now = work.leads.get(lead.id)
    taken = take(work, ctx, Offer(now, tap.userid, now.assignment), tap.at)
    if isinstance(taken, Lead):
        await show_portrait(work, ctx, taken, tap.userid, cause=f"claimed-{taken.assignment}")
    return taken


async def _ask_owner(
    work: UnitOfWork, ctx: Context, lead: Lead, actor: Actor, tap: Tap
) -> Lead | Refusal:
    if lead.owner is None:
        return Refusal("owner_changed")
    asker = await work.organisation.name_of(actor.name)
    name = name_of(work, ctx, lead.person_id)
    content = ctx.words.get("look_up.asked", asker=asker, name=name)
    tell(work, ctx, lead.owner, content, cause=f"asked:{lead.id}:{tap.cause}")
    return lead


async def _dispute(
    work: UnitOfWork, ctx: Context, lead: Lead, actor: Actor, tap: Tap
) -> Lead | Refusal:
    if not actor.roles & _SELL:
        return Refusal("role_not_allowed")
    asked = Asked(actor, tap.userid, "", tap.at, tap.cause)
    raised = await raise_case(work, ctx, lead, CaseKind.DISPUTE, asked)
    return raised if isinstance(raised, Refusal) else lead
