"""Take in what another system says about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.events.event import Event
from domain.intake.form import Call, LeadForm
from domain.person import Attribute, Person, Source
from domain.tags.tagging import TagSource
from domain.values import Refusal
from handlers.actions.intake import (
    Chance,
    begin,
    call,
    enriched,
    learn,
    open_lead,
    opt_out,
    recognise,
)
from handlers.actions.objecting import note_made_up
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence, record
from handlers.actions.tags.by_hand import PutBy, put_on

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def take_form(work: UnitOfWork, ctx: Context, form: LeadForm) -> Person | None:
    """Let a form make or enrich a person and their lead, and return who it is.

    A repeated form changes nothing, and is nobody's.
    """
    await work.load(form_key.key for form_key in form.keys)
    if form.keys:
        person = await recognise(work, form.claims())
    elif await work.events.person_of(form.reference) is None:
        person = begin(work, form.at)
    else:  # nobody is known by it but by its reference
        return None
    what = Occurrence(
        form.call, form.at, form.reference, properties=form.parameters, text=form.note
    )
    if not isinstance(record(work, ctx, person.id, what), Event):
        return None
    call(work, person, form.name, Source.API, form.at)
    facts = {n: Attribute(value, Source.API, form.at) for n, value in form.attributes.items()}
    enriched(work, person, learn(work, person, facts))
    if form.has_opted_out:
        opt_out(work, person, form.at)
    _open(work, ctx, person, form)
    for made_up in form.made_up:
        await note_made_up(work, ctx, person, made_up)
    await _record_events(work, ctx, person, form)
    if form.tag:
        _tag(work, ctx, person, form)
    work.rescore(person.id)
    return work.people.get(person.id)


def _open(work: UnitOfWork, ctx: Context, person: Person, form: LeadForm) -> None:
    touch = ctx.catalog.touch(Origin.API, form.channel, form.at)
    chance = Chance(form.line, form.kind)
    if form.call is Call.LEAD or form.channel:
        open_lead(work, ctx, person, touch, chance)
    else:  # a campaign is no channel: where the person came from stays as it is
        open_lead(work, ctx, person, None, chance)


def _tag(work: UnitOfWork, ctx: Context, person: Person, form: LeadForm) -> None:
    put = put_on(work, ctx, person.id, form.tag, PutBy(TagSource.LIST, form.sender))
    if isinstance(put, Refusal):
        work.refused("tag", put.code)


async def _record_events(work: UnitOfWork, ctx: Context, person: Person, form: LeadForm) -> None:
    for number, event in enumerate(form.events):
        key = f"{form.reference}:{number}"
        kind = ctx.events.named(event.kind)
        name = kind.name if kind else event.kind
        what = Occurrence(name, event.at, key, properties=event.properties)
        await record_or_hold(work, ctx, form.sender, person.id, what)
