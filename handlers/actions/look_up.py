"""Find the lead that an employee means, and show no more than is theirs to see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.cleaning.phone import normalise_phone
from domain.lead import Lead
from domain.lifecycle.transitions import Actor
from domain.values import Refusal, Role
from storage.queries import find

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.queries.find import Found
    from storage.unit_of_work import UnitOfWork

#: Roles that may look at every lead.
_SEE_ALL = frozenset({Role.MANAGER, Role.ADMIN, Role.OPERATIONS})
#: Roles that may look at leads without an owner.
_SELL = frozenset({Role.REP, Role.SDR})
_PHONE = re.compile(r"\+?\d{4}|\+?[\d\s-]{7,20}")


@dataclass(frozen=True, slots=True)
class Missed:
    """No single lead can be shown; ``text`` says why, to the one who asked."""

    text: str


async def find_lead(work: UnitOfWork, ctx: Context, actor: Actor, wanted: str) -> Lead | Missed:
    """Return the one lead that ``wanted`` (a name or a phone) means, loaded with its person.

    Of several, the asker's own come first. A lead that somebody else follows is
    neither shown nor listed to a rep; who follows it is named.
    """
    if not wanted:
        return Missed(ctx.words.get("lead.who"))
    hits = await _hits(work, wanted, actor)
    seen = [hit for hit in hits if may_see(hit.lead, actor)]
    if not seen:
        return Missed(await _why_none(work, ctx, wanted, hits))
    own = [hit for hit in seen if hit.lead.is_of(actor.userid)]
    meant = own or seen
    if len({hit.root_id for hit in meant}) > 1:
        lines = "\n".join(lead_line(hit, ctx) for hit in meant[: find.MOST])
        return Missed(ctx.words.get("lead.several", wanted=wanted, lines=lines))
    lead_id = meant[0].lead.id
    await work.load((), [lead_id])
    return work.leads.get(lead_id)


async def _hits(work: UnitOfWork, wanted: str, actor: Actor) -> tuple[Found, ...]:
    own = actor.userid or ""
    if not _PHONE.fullmatch(wanted):
        return await find.by_name(work.tx, wanted, own)
    digits = wanted.lstrip("+")
    if len(digits) == find.TAIL_LENGTH:
        return await find.by_phone(work.tx, work.vault, digits, own)
    phone = normalise_phone(wanted)
    if isinstance(phone, Refusal):
        return ()
    return await find.by_phone(work.tx, work.vault, phone.e164, own)


async def _why_none(work: UnitOfWork, ctx: Context, wanted: str, hidden: Sequence[Found]) -> str:
    owners = sorted({hit.lead.owner for hit in hidden if hit.lead.owner})
    if not owners:
        return ctx.words.get("lead.none", wanted=wanted)
    names = [await work.organisation.name_of(owner) for owner in owners]
    return ctx.words.get(
        "lead.of_somebody", wanted=wanted, owner=ctx.words.get("list.and").join(names)
    )


def may_see(lead: Lead, actor: Actor) -> bool:
    """Tell whether a lead is the employee's to see: their own, or nobody's for who sells.

    Somebody without a role (they left, or are not of the corp) sees nothing.
    """
    if lead.is_of(actor.userid):
        return bool(actor.roles)
    sees = _SEE_ALL if lead.owner else _SEE_ALL | _SELL
    return bool(actor.roles & sees)


def lead_line(hit: Found, ctx: Context) -> str:
    """Return one lead as a line: name, stage or status, score, channel."""
    lead = hit.lead
    place = f"status.{lead.status}" if lead.status else f"stage.{lead.stage}"
    channel = lead.first_touch.channel if lead.first_touch else ""
    return ctx.words.get(
        "lead.line",
        name=hit.name or ctx.words.get("card.nameless"),
        place=ctx.words.get(place),
        score=f"{lead.score.composite:.0f}",
        channel=ctx.catalog.channels.name_of(channel) if channel else "",
    )
