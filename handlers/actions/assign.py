"""Give leads to reps. ``change_owner`` is the only function that changes an owner.

Whatever the path (rule, return, expiry, claim, transfer, release), it checks
everything, writes the ledger, sets the timers and shows the card, all in the
transaction of its cause (architecture section 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.lead import Lead, Stage
from domain.lifecycle.transitions import ALREADY_THERE, SYSTEM, Actor
from domain.messages import Timer
from domain.outcomes import (
    CardExpired,
    CardReturned,
    LeadAssigned,
    LeadLetThrough,
    LeadMatured,
    LeadReleased,
)
from domain.person import RelationState
from domain.pools.assignment import EVERYBODY_DECLINED, Rep, Ties, choose
from domain.pools.offer import accept_by
from domain.pools.pool import Pool, PoolKind
from domain.values import LeadId, Refusal, Role, UserId
from handlers.actions.advance import ASSIGN, advance, enter_pool, pool_of
from handlers.actions.record import Occurrence, record
from handlers.actions.screen import blocked_by, screen
from handlers.actions.show import name_of, show_offer, tell_managers
from storage.repositories.leads import OwnershipEntry

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.context import Context
    from storage.repositories.organisation import Employee
    from storage.unit_of_work import UnitOfWork

#: Timers: the deadline of an offered card; another look for a rep.
OFFER_TIMER = "offer_expires"
RETRY_TIMER = "find_rep"

OWNER_CHANGED = "owner_changed"
CLOSED = "lead_closed"
LOCKED = "locked_for_sales"
PROTECTED = "protected"
SCREENED = "lead_screened"
NO_SUCH_REP = "no_such_rep"
REP_FULL = "rep_full"


@dataclass(frozen=True, slots=True)
class OwnerChange:
    """A wish: the lead shall go from ``expected`` to ``to`` (None: nobody, into ``pool``).

    Who asked for it (``is_wanted``) gets no card to accept and no deadline.
    """

    lead_id: LeadId
    expected: UserId | None
    to: UserId | None
    why: str
    actor: Actor
    pool: str = ""
    is_wanted: bool = False


async def change_owner(
    work: UnitOfWork, ctx: Context, changes: Sequence[OwnerChange]
) -> list[Lead | Refusal]:
    """Carry out changes of owner, in order; each yields the lead or why not."""
    return [await _change(work, ctx, change) for change in changes]


async def _change(work: UnitOfWork, ctx: Context, change: OwnerChange) -> Lead | Refusal:
    lead = work.leads.get(change.lead_id)
    refusal = (
        _refusal(work, ctx, lead, change)
        or await _screened(work, ctx, lead, change)
        or await _take_slot(work, ctx, change)
    )
    if refusal:
        return refusal
    after = work.leads.put(
        replace(
            lead,
            owner=change.to,
            pool=change.pool,
            assignment=lead.assignment + 1,
            offered_at=work.now if change.to else None,
            accepted_at=None,
            protected_until=None,
        )
    )
    work.leads.record_ownership(_entry(work, lead, after, change))
    work.cancel_timer(offer_key(lead.id, lead.assignment))
    await _announce(work, ctx, lead, after, change)
    return after


def _refusal(work: UnitOfWork, ctx: Context, lead: Lead, change: OwnerChange) -> Refusal | None:
    if lead.owner != change.expected:
        return Refusal(OWNER_CHANGED)
    if lead.owner == change.to and lead.pool == change.pool:
        return Refusal(ALREADY_THERE)
    if change.to and not lead.is_open:
        return Refusal(CLOSED)
    if change.to and ctx.catalog.lifecycle.is_locked_for_sales(lead):
        return Refusal(LOCKED)
    is_taken = lead.protected_until is not None and lead.protected_until > work.now
    may_override = change.actor.roles & {Role.MANAGER, Role.ADMIN}
    if is_taken and not may_override and not lead.is_of(change.actor.userid):
        return Refusal(PROTECTED)
    return None


async def _screened(
    work: UnitOfWork, ctx: Context, lead: Lead, change: OwnerChange
) -> Refusal | None:
    """Return why the filter keeps a lead that nobody has from going to anybody."""
    if change.to is None or lead.owner is not None:
        return None
    objection = await blocked_by(work, ctx, lead)
    return Refusal(SCREENED, objection.reason.value) if objection else None


async def _take_slot(work: UnitOfWork, ctx: Context, change: OwnerChange) -> Refusal | None:
    if change.to is None:
        return None
    employee = await work.organisation.employee(change.to)
    if employee is None or not employee.is_active:
        return Refusal(NO_SUCH_REP, change.to)
    ceiling = _ceiling(employee, ctx.catalog.pools.pools.get(change.pool))
    if not await work.organisation.take_slot(employee.userid, business_day(work.now, ctx), ceiling):
        return Refusal(REP_FULL, change.to)
    return None


def _ceiling(employee: Employee, pool: Pool | None) -> int:
    """Return the most leads a day: what the pool says of the rep, else what the rep's row says."""
    member = pool.member(employee.userid) if pool else None
    own = member.daily_ceiling if member else None
    return employee.daily_ceiling if own is None else own


def _entry(work: UnitOfWork, before: Lead, after: Lead, change: OwnerChange) -> OwnershipEntry:
    return OwnershipEntry(
        lead_id=before.id,
        assignment=after.assignment,
        from_owner=before.owner,
        to_owner=after.owner,
        from_pool=before.pool,
        to_pool=after.pool,
        reason=change.why,
        actor=change.actor.name,
        at=work.now,
    )


async def _announce(
    work: UnitOfWork, ctx: Context, before: Lead, after: Lead, change: OwnerChange
) -> None:
    kind = "assigned" if after.owner else "released"
    facts = {"userid": after.owner or before.owner or "", "why": change.why}
    key = f"{kind}:{after.id}:{after.assignment}"
    record(work, ctx, after.person_id, Occurrence(kind, work.now, key, properties=facts))
    if after.owner is None:
        if before.owner:
            work.happened(LeadReleased(after.id, before.owner, change.why))
        return
    work.happened(LeadAssigned(after.id, after.owner, after.assignment, change.why))
    if change.is_wanted:
        return
    rules = ctx.catalog.pools.rules_of(after.pool)
    due_at = accept_by(work.now, rules, ctx.catalog.work)
    deadline = Timer(
        OFFER_TIMER,
        after.id,
        due_at,
        offer_key(after.id, after.assignment),
        (("assignment", str(after.assignment)),),
    )
    work.set_timer(deadline)
    await show_offer(work, ctx, after, due_at)


def offer_key(lead_id: LeadId, assignment: int) -> str:
    """Return the key of the timer that bounds an offer."""
    return f"{OFFER_TIMER}:{lead_id}:{assignment}"


def business_day(moment: datetime, ctx: Context) -> str:
    """Return the calendar day of the business zone as ``YYYY-MM-DD``."""
    return moment.astimezone(ctx.zone).date().isoformat()


# ------------------------------------------------------------------ finding a rep


async def offer_matured(outcome: LeadMatured, work: UnitOfWork, ctx: Context) -> None:
    """Find a rep for a lead that reached the pass mark and has none."""
    lead = work.leads.get(outcome.lead_id)
    if lead.owner is not None:
        return
    if ctx.offers_leads and not work.holds_offers(lead.person_id):
        await find_rep(work, ctx, outcome.lead_id)
    elif await screen(work, ctx, outcome.lead_id) is None:
        enter_pool(work, ctx, outcome.lead_id, PoolKind.DEPARTMENT)


async def offer_let_through(outcome: LeadLetThrough, work: UnitOfWork, ctx: Context) -> None:
    """Let a lead that the filter had stopped go on where it would be without it."""
    lead = work.leads.get(outcome.lead_id)
    work.rescore(lead.person_id)
    if lead.stage is Stage.SCREENING:
        enter_pool(work, ctx, lead.id, PoolKind.NURTURE)
    if lead.score.is_mature:
        await offer_matured(LeadMatured(lead.id, lead.score.composite), work, ctx)


async def offer_next(outcome: CardReturned | CardExpired, work: UnitOfWork, ctx: Context) -> None:
    """Find another rep after one gave the lead back or did not answer."""
    declined = await work.leads.tried_owners(outcome.lead_id)
    await find_rep(work, ctx, outcome.lead_id, declined)


async def find_rep(
    work: UnitOfWork,
    ctx: Context,
    lead_id: LeadId,
    declined: frozenset[UserId] = frozenset(),
) -> None:
    """Choose a rep for the lead and give it to them; without one it waits in its pool.

    A lead that may not go into a pool (sold, served, invalid) is left alone.
    """
    lead = work.leads.get(lead_id)
    is_waiting = lead.owner is None and lead.stage is Stage.DEPARTMENT_POOL
    if await screen(work, ctx, lead_id) and lead.owner is None:
        return
    if lead.owner is None:
        entered = enter_pool(work, ctx, lead_id, PoolKind.DEPARTMENT)
        if isinstance(entered, Refusal):
            return
    refusal = await _give(work, ctx, work.leads.get(lead_id), declined)
    if refusal:
        work.refused("assignment", refusal.code)
        await _wait_in_pool(work, ctx, lead_id, refusal)
        if not is_waiting:
            await _tell_nobody_found(work, ctx, lead_id, refusal)


async def _give(
    work: UnitOfWork, ctx: Context, lead: Lead, declined: frozenset[UserId]
) -> Refusal | None:
    """Give the lead to the rep of choice, or say why nobody has it."""
    pool = pool_of(work, ctx, lead, PoolKind.DEPARTMENT)
    choice = choose(await _reps(work, ctx, pool), _ties(work, lead, declined), pool.rules.sticky)
    if isinstance(choice, Refusal):
        return choice
    change = OwnerChange(lead.id, lead.owner, choice.userid, choice.why.value, SYSTEM, pool.code)
    [done] = await change_owner(work, ctx, [change])
    if isinstance(done, Refusal):
        return done
    if done.stage is Stage.DEPARTMENT_POOL:
        advance(work, ctx, done.id, ASSIGN, SYSTEM)
    return None


async def _wait_in_pool(work: UnitOfWork, ctx: Context, lead_id: LeadId, why: Refusal) -> None:
    lead = work.leads.get(lead_id)
    pool = pool_of(work, ctx, lead, PoolKind.DEPARTMENT)
    if lead.owner is not None:
        release = OwnerChange(lead.id, lead.owner, None, why.code, SYSTEM, pool.code)
        await change_owner(work, ctx, [release])
        enter_pool(work, ctx, lead.id, PoolKind.DEPARTMENT)
    again = ctx.catalog.work.add(work.now, pool.rules.accept_for)
    if why.code == EVERYBODY_DECLINED:
        again = ctx.catalog.work.next_moment(work.now + pool.rules.cool_down_for)
    work.set_timer(Timer(RETRY_TIMER, lead.id, again, f"{RETRY_TIMER}:{lead.id}"))


async def _tell_nobody_found(work: UnitOfWork, ctx: Context, lead_id: LeadId, why: Refusal) -> None:
    """Tell the managers that a mature lead waits: once an hour for the same reason."""
    name = name_of(work, ctx, work.leads.get(lead_id).person_id)
    reason = ctx.words.get(f"refusals.{why.code}")
    content = ctx.words.get("assign.nobody", name=name, reason=reason)
    await tell_managers(work, ctx, content, cause=f"nobody:{why.code}:{work.now:%Y%m%d%H}")


async def _reps(work: UnitOfWork, ctx: Context, pool: Pool) -> list[Rep]:
    taken = await work.organisation.taken_on(business_day(work.now, ctx))
    return [
        _rep(employee, pool, taken.get(employee.userid, 0), work.now)
        for employee in await work.organisation.employees()
        if employee.has_role(Role.REP, Role.SDR)
        and pool.is_served_by(employee.userid, employee.department_id)
    ]


def _rep(employee: Employee, pool: Pool, taken: int, now: datetime) -> Rep:
    member = pool.member(employee.userid)
    is_away = employee.leave_until is not None and employee.leave_until > now
    return Rep(
        userid=employee.userid,
        ratio=member.ratio if member else float(employee.weight),
        daily_ceiling=_ceiling(employee, pool),
        given_today=taken,
        is_on_duty=employee.is_active and not employee.is_paused and not is_away,
    )


def _ties(work: UnitOfWork, lead: Lead, declined: frozenset[UserId]) -> Ties:
    person = work.people.whole(lead.person_id)
    friends = sorted(
        (r for r in person.relations if r.state is RelationState.FRIEND),
        key=lambda relation: (relation.since, relation.userid),
    )
    former = [x.owner for x in work.leads_of(person.id) if x.owner and x.id != lead.id]
    return Ties(
        friends=tuple(r.userid for r in friends),
        former_owner=former[-1] if former else None,
        declined=declined,
    )
