"""A lead came in again: what its rule says shall happen (product section 4, a to f)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.identity.arrivals import owner_of_customer
from domain.lead import Lead, Stage
from domain.lifecycle.transitions import SYSTEM
from domain.matching.rules import Rule, Treatment
from domain.tags.tagging import TagSource
from domain.values import LeadId, Refusal, UserId
from handlers.actions.advance import ASSIGN, INVALIDATE, RECALL, advance
from handlers.actions.assign import OwnerChange, change_owner, find_rep
from handlers.actions.dedup.hook import Question, ask_hook
from handlers.actions.record import Occurrence, record
from handlers.actions.show import name_of, tell
from handlers.actions.tags.by_hand import PutBy, put_on

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Reason in the ownership ledger: the person is somebody's customer already.
CUSTOMER_OWNER = "customer_owner"
_DUPLICATE = "duplicate"
#: Whose name stands with a tag that a rule put on.
_TAGGED_BY = "dedup"
_WAITING = frozenset({Stage.SCREENING, Stage.NURTURE_POOL, Stage.DEPARTMENT_POOL})


@dataclass(frozen=True, slots=True)
class Again:
    """Which lead came in again, by which rule (None: none reaches so far back), from where.

    ``key`` names the cause, so that it is treated once; ``duplicate`` is the lead that
    was closed in favour of this one, if there was one.
    """

    lead_id: LeadId
    rule: Rule | None
    channel: str
    key: str
    at: datetime
    duplicate: LeadId | None = None

    @property
    def rule_id(self) -> str:
        """Return the id of the rule, or an empty text."""
        return self.rule.id if self.rule else ""

    @property
    def treatment(self) -> Treatment:
        """Return what shall happen."""
        return self.rule.treatment if self.rule else Treatment.ASSIGN


async def came_again(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """Let happen what the rule says, once per cause."""
    facts = {
        "lead": str(again.lead_id),
        "rule": again.rule_id,
        "treatment": again.treatment.value,
        "channel": again.channel,
    }
    what = Occurrence("lead_came_again", again.at, f"again:{again.key}", properties=facts)
    lead = work.leads.get(again.lead_id)
    if not isinstance(record(work, ctx, lead.person_id, what), Refusal):
        await treat(work, ctx, again, again.treatment)


async def treat(work: UnitOfWork, ctx: Context, again: Again, treatment: Treatment) -> None:
    """Carry a treatment out."""
    await _TREATMENTS[treatment](work, ctx, again)


async def _follow(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """(a) Tell the owner who has taken the lead; one who has not sees it on the card."""
    lead = work.leads.get(again.lead_id)
    if lead.owner is None:
        await _assign(work, ctx, again)
    elif lead.accepted_at:
        _tell_again(work, ctx, again, lead.owner, "lead.came_again")


async def _assign(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """(b) Let the normal rules find a rep for a lead that nobody has."""
    lead = work.leads.get(again.lead_id)
    if lead.owner is not None:
        return
    if lead.stage is Stage.DORMANT:
        advance(work, ctx, lead.id, RECALL, SYSTEM)
    work.rescore(lead.person_id)
    if lead.score.is_mature and ctx.offers_leads:
        await find_rep(work, ctx, lead.id)


async def _link(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """(c) Keep what came in as a lead of its own, closed and linked to its source lead."""
    source = work.leads.get(again.lead_id)
    gathered = again.duplicate or _gathered(work, ctx, source)
    if gathered:
        await work.merges.gather(gathered, source.id, again.rule_id, work.now)


def _gathered(work: UnitOfWork, ctx: Context, source: Lead) -> LeadId | None:
    line = [x for x in work.leads_of(source.person_id) if x.product_line == source.product_line]
    fresh = work.leads.put(
        Lead(
            id=LeadId(work.ids.next()),
            person_id=source.person_id,
            product_line=source.product_line,
            kind=source.kind,
            created_at=source.last_touch.at if source.last_touch else work.now,
            cycle=1 + max(lead.cycle for lead in line),
            first_touch=source.last_touch,
            last_touch=source.last_touch,
        )
    )
    closed = advance(work, ctx, fresh.id, INVALIDATE, SYSTEM, _DUPLICATE)
    return None if isinstance(closed, Refusal) else fresh.id


async def _update(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """(d) Give the lead to whoever has the customer, and tell the former owner.

    Key fields were taken in when they came: what a person entered stands against any
    machine, else the later statement. A protected lead stays where it is.
    """
    lead = work.leads.get(again.lead_id)
    person = work.people.whole(lead.person_id)
    wanted = owner_of_customer(person, work.leads_of(lead.person_id), lead)
    if wanted is None or lead.is_of(wanted):
        await _follow(work, ctx, again)
        return
    change = OwnerChange(lead.id, lead.owner, wanted, CUSTOMER_OWNER, SYSTEM, lead.pool)
    [changed] = await change_owner(work, ctx, [change])
    if isinstance(changed, Refusal):
        work.refused("dedup", changed.code)
        await _follow(work, ctx, again)
        return
    if changed.stage in _WAITING:
        advance(work, ctx, lead.id, ASSIGN, SYSTEM)
    if lead.owner:
        owner = await work.organisation.name_of(wanted)
        _tell_again(work, ctx, again, lead.owner, "lead.came_again_moved", owner=owner)


async def _tag(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """(e) Only tag it."""
    if again.rule and again.rule.tag:
        lead = work.leads.get(again.lead_id)
        by = PutBy(TagSource.LIST, f"{_TAGGED_BY}:{again.rule.id}")
        put = put_on(work, ctx, lead.person_id, again.rule.tag, by)
        if isinstance(put, Refusal):
            work.refused("dedup", put.code)


async def _ask_hook(work: UnitOfWork, ctx: Context, again: Again) -> None:
    """(f) Ask the customer's own system; where none is set up the fallback stands."""
    if not ctx.has_dedup_hook:
        await treat(work, ctx, again, ctx.catalog.dedup.hook.fallback)
        return
    ask_hook(work, ctx, Question(again.lead_id, again.rule_id, again.channel, again.key))


def _tell_again(
    work: UnitOfWork, ctx: Context, again: Again, userid: UserId, key: str, **values: str
) -> None:
    lead = work.leads.get(again.lead_id)
    content = ctx.words.get(
        key,
        name=name_of(work, ctx, lead.person_id),
        channel=ctx.catalog.channels.name_of(again.channel),
        **values,
    )
    tell(work, ctx, userid, content, cause=again.key, joins=True)


_TREATMENTS: Mapping[Treatment, Callable[[UnitOfWork, Context, Again], Awaitable[None]]] = {
    Treatment.FOLLOW: _follow,
    Treatment.ASSIGN: _assign,
    Treatment.LINK: _link,
    Treatment.UPDATE: _update,
    Treatment.TAG: _tag,
    Treatment.HOOK: _ask_hook,
}
