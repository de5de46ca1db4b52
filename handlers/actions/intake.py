"""Somebody came in: who is it, what is known of them, which lead do they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.changing import replace
from domain.channels.attribution import first_of, last_of
from domain.identity.facts import with_facts
from domain.identity.keys import Claim, match, with_claims
from domain.lead import Lead, LeadKind, Stage, Touch
from domain.matching.profile import EMAIL_DOMAIN, PHONE
from domain.outcomes import LeadCreated, LeadEnriched, LeadTouched, OptedOut, PersonDescribed
from domain.person import Attribute, Person, Source
from domain.values import ContactKey, IdentityKind, LeadId, PersonId
from handlers.actions.merge import join
from handlers.actions.record import Occurrence, record
from storage.repositories.merges import Doubt

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Reason of a doubt: two proven persons share a key that anyone can type.
SHARED_CLAIM = "shared_claim"
#: Identities that say something twins are looked for by.
_DESCRIBING = {IdentityKind.PHONE: PHONE, IdentityKind.EMAIL: EMAIL_DOMAIN}


async def recognise(
    work: UnitOfWork, claims: Sequence[Claim], keyless: Person | None = None
) -> Person:
    """Return the person who came in with ``claims``, as they came in; new if unknown.

    Keys that nobody holds are added to the person; proven equals are joined,
    doubtful ones go to the review queue and keep their keys. ``keyless`` is somebody
    who is here already, held no key so far, and makes the claims.
    """
    await work.load(claim.key for claim in claims)
    holders = {c.key: p.id for c in claims if (p := work.people.holder(c.key))}
    found = match(claims, {key: work.people.whole(holder) for key, holder in holders.items()})
    fresh = [claim for claim in claims if claim.key not in holders]
    if found.person is None:
        person = work.people.get(keyless.id) if keyless else _create(work, fresh)
    else:
        for other in (*found.joined, *filter(None, [keyless])):
            await join(work, found.person.id, other.id)
        person = work.people.get(_as_came_in(work, claims, found.person, holders))
    for other in found.doubted:
        if not await _are_apart(work, person.id, other.id):
            await work.merges.doubt(Doubt(person.root_id, other.id, SHARED_CLAIM), work.now)
    mine = [claim for claim in claims if holders.get(claim.key, person.id) == person.id]
    if described := tuple(_DESCRIBING[c.key.kind] for c in fresh if c.key.kind in _DESCRIBING):
        work.happened(PersonDescribed(person.id, described))
    return work.people.put(replace(person, identities=with_claims(person, mine)))


async def _are_apart(work: UnitOfWork, one: PersonId, other: PersonId) -> bool:
    groups = [[member.id for member in work.people.group(p)] for p in (one, other)]
    return await work.merges.are_apart(*groups)


def _as_came_in(
    work: UnitOfWork,
    claims: Sequence[Claim],
    found: Person,
    holders: Mapping[ContactKey, PersonId],
) -> PersonId:
    """Return who of the found group holds the best of the claims."""
    group = {member.id for member in work.people.group(found.id)}
    ranked = sorted(claims, key=lambda claim: not claim.is_verified)
    return next(holders[c.key] for c in ranked if holders.get(c.key) in group)


def _create(work: UnitOfWork, claims: Sequence[Claim]) -> Person:
    return begin(work, min(claim.at for claim in claims))


def begin(work: UnitOfWork, at: datetime) -> Person:
    """Return a new person by whom nothing is known yet, who came at a moment."""
    person_id = PersonId(work.ids.next())
    return work.add_person(Person(id=person_id, root_id=person_id, created_at=at))


def learn(work: UnitOfWork, person: Person, facts: Mapping[str, Attribute]) -> tuple[str, ...]:
    """Take in facts about a person; return the names of those with a new value."""
    root = work.people.root(person.id)
    better = with_facts(root, facts)
    if better is root:
        return ()
    work.people.put(better)
    work.rescore(root.id)
    changed = tuple(n for n in facts if _value(better, n) != _value(root, n))
    if changed:
        work.happened(PersonDescribed(root.id, changed))
    return changed


def _value(person: Person, name: str) -> str:
    fact = person.attributes.get(name)
    return fact.value if fact else ""


def opt_out(work: UnitOfWork, person: Person, at: datetime) -> None:
    """Take in that a person asked for silence; the first time counts."""
    root = work.people.root(person.id)
    since = min(root.opted_out_at or at, at)
    work.people.put(replace(root, opted_out_at=since))
    work.happened(OptedOut(root.id, since))


def call(work: UnitOfWork, person: Person, name: str, source: Source, at: datetime) -> None:
    """Take in what a person is called; an empty name says nothing."""
    if name:
        learn(work, person, {"name": Attribute(name, source, at)})


def enriched(work: UnitOfWork, person: Person, fields: Sequence[str]) -> None:
    """Tell the person's open leads that attributes got new values."""
    for lead in work.leads_of(person.id):
        if fields and lead.is_open:
            work.happened(LeadEnriched(lead.id, tuple(fields)))


@dataclass(frozen=True, slots=True)
class Chance:
    """What somebody is a lead for: a product line, to be sold to or to be served.

    Without a line it is the one of the channel by which they came.
    """

    line: str = ""
    kind: LeadKind = LeadKind.SALES


A_SALE = Chance()


def open_lead(
    work: UnitOfWork, ctx: Context, person: Person, touch: Touch | None, chance: Chance = A_SALE
) -> Lead:
    """Return the person's open lead for a chance, new if there is none.

    Leads of both kinds stand side by side: who is served may be sold something else.

    First and last touch are kept by event time, so a late report still counts.
    """
    line = chance.line or ctx.catalog.product_line(touch.channel if touch else "")
    open_leads = [
        lead
        for lead in work.leads_of(person.id)
        if lead.product_line == line
        and lead.kind is chance.kind
        and (lead.is_open or lead.is_isolated)
    ]
    lead = (
        open_leads[-1]
        if open_leads
        else _new_lead(work, ctx, person, Chance(line, chance.kind), touch)
    )
    if touch is None:
        return lead
    if open_leads:
        work.happened(LeadTouched(lead.id))
    first, last = first_of(lead.first_touch, touch), last_of(lead.last_touch, touch)
    created_at = min(lead.created_at, touch.at)
    if (first, created_at) != (lead.first_touch, lead.created_at):
        work.rescore(person.id)
    if (first, last, created_at) == (lead.first_touch, lead.last_touch, lead.created_at):
        return lead
    return work.leads.put(replace(lead, first_touch=first, last_touch=last, created_at=created_at))


def _new_lead(
    work: UnitOfWork, ctx: Context, person: Person, chance: Chance, touch: Touch | None
) -> Lead:
    line = chance.line
    root = work.people.root(person.id)
    at = touch.at if touch else work.now
    past = [x for x in work.leads_of(person.id) if x.product_line == line]
    cycle = 1 + max((x.cycle for x in past), default=0)
    lead = Lead(
        id=LeadId(work.ids.next()),
        person_id=root.id,
        product_line=line,
        kind=chance.kind,
        created_at=at,
        cycle=cycle,
        stage=Stage.GENERATED,
    )
    work.leads.put(lead)
    work.rescore(person.id)
    key = f"lead:{root.id}:{line}:{cycle}"
    record(work, ctx, person.id, Occurrence("lead_created", at, key))
    channel = touch.channel if touch else ""
    work.happened(LeadCreated(lead.id, root.id, channel, cycle))
    return lead
