"""Disputes 撞单 and registrations 报备: an employee wants a lead, a manager decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.buttons import Button, Verb
from domain.chat.extract import extract_fields
from domain.identity.keys import Claim
from domain.lead import Lead, Stage
from domain.lifecycle.transitions import Actor
from domain.messages import Card, CardButton, CardRow
from domain.person import Attribute, Source
from domain.pools.offer import Offer
from domain.values import ContactKey, IdentityKind, LeadId, Refusal, Role
from handlers.actions.advance import ASSIGN, advance
from handlers.actions.answer import Tap, take
from handlers.actions.assign import OwnerChange, change_owner
from handlers.actions.dedup.cards import answer_card, masked_contact, show_card
from handlers.actions.dedup.review import DECIDERS, MANAGERS_ONLY
from handlers.actions.intake import call, learn, open_lead, recognise
from handlers.actions.show import name_of, tell
from storage.repositories.cases import CaseKind, CaseState, LeadCase

if TYPE_CHECKING:
    from handlers.actions.asked import Asked
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

CASE_OPEN = "case_open"
CASE_DECIDED = "case_decided"
CONTACT_WANTED = "contact_wanted"
_WAITING = frozenset({Stage.SCREENING, Stage.NURTURE_POOL, Stage.DEPARTMENT_POOL})
_PRIMARY, _WARNING = 1, 3


async def raise_case(
    work: UnitOfWork, ctx: Context, lead: Lead, kind: CaseKind, asked: Asked
) -> LeadCase | Refusal:
    """Let the managers decide whether the lead shall be the asker's; once while it is open."""
    case = await work.cases.open(kind, lead.id, asked.userid, work.now)
    if case is None:
        return Refusal(CASE_OPEN)
    card = await _case_card(work, ctx, case, lead)
    for employee in await work.organisation.employees():
        if employee.has_role(Role.MANAGER) and employee.is_active:
            show_card(work, ctx, employee.userid, card)
    return case


async def register(
    work: UnitOfWork, ctx: Context, asked: Asked, text: str
) -> tuple[LeadCase, Lead] | Refusal:
    """Take in who is registered 报备 (phone or WeChat id, name, company) and raise a case.

    Somebody known keeps their lead and owner until a manager decides: that is a dispute.
    """
    said = extract_fields(text)
    keys = [ContactKey(IdentityKind.PHONE, found.value) for found in said.phone]
    keys += [ContactKey(IdentityKind.WECHAT, found.value.casefold()) for found in said.wechat]
    if not keys:
        return Refusal(CONTACT_WANTED)
    claims = [Claim(key, is_verified=False, source=Source.HUMAN, at=asked.at) for key in keys]
    person = await recognise(work, claims)
    owned = [x for x in work.leads_of(person.id) if x.is_open and x.owner]
    lead = owned[-1] if owned else open_lead(work, ctx, person, None)
    for found in said.name[:1]:
        call(work, person, found.value, Source.HUMAN, asked.at)
    facts = {
        name: Attribute(found.value, Source.HUMAN, asked.at)
        for name, findings in (("company", said.company), ("city", said.city))
        for found in findings[:1]
    }
    learn(work, person, facts)
    is_taken = lead.owner is not None and not lead.is_of(asked.userid)
    kind = CaseKind.DISPUTE if is_taken else CaseKind.REGISTRATION
    case = await raise_case(work, ctx, lead, kind, asked)
    return case if isinstance(case, Refusal) else (case, lead)


async def _case_card(work: UnitOfWork, ctx: Context, case: LeadCase, lead: Lead) -> Card:
    person = work.people.whole(lead.person_id)
    company = person.attributes.get("company")
    owner = await work.organisation.name_of(lead.owner) if lead.owner else ""
    rows = (
        ("case.who", await work.organisation.name_of(case.userid)),
        ("case.contact", masked_contact(person)),
        ("case.company", company.value if company else ""),
        ("case.owner", owner or ctx.words.get("case.nobody")),
        ("case.stage", ctx.words.get(f"stage.{lead.stage}")),
    )
    return Card(
        title=ctx.words.get(f"case.title_{case.kind}", name=name_of(work, ctx, lead.person_id)),
        task_id=f"case-{case.id}",
        source=ctx.words.get("review.source"),
        description=ctx.words.get(f"case.note_{case.kind}"),
        rows=tuple(CardRow(ctx.words.get(key), value) for key, value in rows if value),
        buttons=(
            CardButton(ctx.words.get("button.grant"), Button(Verb.GRANT, case.id).key, _PRIMARY),
            CardButton(ctx.words.get("button.deny"), Button(Verb.DENY, case.id).key, _WARNING),
        ),
    )


async def press_case(
    work: UnitOfWork, ctx: Context, button: Button, actor: Actor, tap: Tap
) -> None:
    """Answer a manager's tap on 同意 or 不同意."""
    state = CaseState.GRANTED if button.verb is Verb.GRANT else CaseState.DENIED
    decided = await decide_case(work, ctx, button.about, state, actor)
    refusal = decided if isinstance(decided, Refusal) else None
    answer_card(work, ctx, tap, "" if refusal else f"case.done_{state.value}", refusal)


async def decide_case(
    work: UnitOfWork, ctx: Context, case_id: int, state: CaseState, actor: Actor
) -> LeadCase | Refusal:
    """Give the lead to who asked for it, or not, and tell those concerned."""
    if not actor.roles & DECIDERS:
        return Refusal(MANAGERS_ONLY)
    case = await work.cases.get(case_id)
    if case is None or case.state is not CaseState.OPEN:
        return Refusal(CASE_DECIDED)
    await work.load((), [case.lead_id])
    before = work.leads.get(case.lead_id)
    if state is CaseState.GRANTED and not before.is_of(case.userid):
        given = await hand_over(work, ctx, before.id, case, actor)
        if isinstance(given, Refusal):
            return given
    await work.cases.decide(case, state, actor.name, work.now)
    name = name_of(work, ctx, before.person_id)
    cause = f"case:{case.id}:{state.value}"
    tell(work, ctx, case.userid, ctx.words.get(f"case.told_{state.value}", name=name), cause=cause)
    if state is CaseState.GRANTED and before.owner and before.owner != case.userid:
        to = await work.organisation.name_of(case.userid)
        lost = ctx.words.get("case.lost", name=name, owner=to)
        tell(work, ctx, before.owner, lost, cause=cause)
    return case


async def hand_over(
    work: UnitOfWork, ctx: Context, lead_id: LeadId, case: LeadCase, actor: Actor
) -> Lead | Refusal:
    """Give a lead to who asked for it; they need not accept what they asked for."""
    lead = work.leads.get(lead_id)
    wish = OwnerChange(
        lead.id, lead.owner, case.userid, case.kind.value, actor, lead.pool, is_wanted=True
    )
    [given] = await change_owner(work, ctx, [wish])
    if isinstance(given, Refusal):
        return given
    if given.stage in _WAITING:
        advance(work, ctx, lead.id, ASSIGN, actor)
    now = work.leads.get(lead_id)
    return take(work, ctx, Offer(now, case.userid, now.assignment), work.now)
