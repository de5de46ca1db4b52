"""Customers of reps: added, deleted, transferred, and what the platform knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.events.event import Event, PropertyValue
from domain.identity.facts import SeenByRep, has_relation, with_follower, with_relation
from domain.identity.keys import Claim, platform_claim
from domain.lead import Touch
from domain.messages import Endpoint, Fetch, FetchKind, Push, Welcome
from domain.person import Person, RelationState, Source
from domain.screening.contact import ContactKind
from domain.values import ContactKey, IdentityKind, Priority, UserId
from handlers.actions.contact import contact
from handlers.actions.entry_points import Came, count_came, touch_of
from handlers.actions.follow_up import warn_of_loss
from handlers.actions.intake import call, enriched, open_lead, recognise
from handlers.actions.listen import claim_phones
from handlers.actions.objecting import note_phones
from handlers.actions.record import Occurrence, occurrence, record
from handlers.actions.tags import corp
from handlers.routing import Router
from handlers.updates.base import external_key
from handlers.updates.customer import (
    CustomerAdded,
    CustomerDeletedByRep,
    CustomerDeletedRep,
    CustomerEdited,
    CustomerUpdate,
    TransferFailed,
)
from handlers.updates.fetched import ExternalContactFetched, Follower
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("contacts")

#: A welcome code lives 20 s from the event (fact sheet 3.7).
WELCOME_LIFE = timedelta(seconds=20)
#: A contact that a list tells of and that is older waits in its pool: a first
#: synchronisation of thousands must not flood the reps with cards.
NEWS_FOR = timedelta(days=3)


@router.on(CustomerAdded)
async def customer_added(update: CustomerAdded, work: UnitOfWork, ctx: Context) -> None:
    """Make a lead of a new contact, welcome them, ask who they are."""
    person = await _related(
        update, work, RelationState.HALF if update.is_half else RelationState.FRIEND
    )
    touch = await touch_of(work, ctx, Came(Origin.WECOM_STATE, update.state, update.at))
    open_lead(work, ctx, person, touch)
    kind = "contact_added_half" if update.is_half else "contact_added"
    added = _added(kind, update.external_userid, update.userid, touch)
    is_new = not _was_half_added(work, person, update)
    if isinstance(record(work, ctx, person.id, added), Event) and update.state and is_new:
        await count_came(work, ctx, touch, update.userid)
    if not update.is_half:
        corp.show_to(work, ctx, person, update.userid)
    if update.welcome_code:
        welcome = await _welcome(update, touch.channel, work, ctx)
        await contact(work, ctx, person, ContactKind.WELCOME, welcome)
    ask_contact(work, update)


def _was_half_added(work: UnitOfWork, person: Person, update: CustomerAdded) -> bool:
    """Tell whether the customer had added the rep, who only now adds back."""
    return any(
        event.kind == "contact_added_half" and event.properties.get("userid") == update.userid
        for event in work.history_of(person.id)
    )


def _added(kind: str, external_userid: str, userid: UserId, touch: Touch) -> Occurrence:
    """Return that a rep got a contact: the same whether an event or a list tells of it."""
    facts: dict[str, PropertyValue] = {"userid": userid, "channel": touch.channel}
    second = to_micros(touch.at) // 10**6
    key = f"{kind}:{external_userid}:{userid.casefold()}:{second}"
    return Occurrence(kind, touch.at, key, properties=facts)


async def _welcome(update: CustomerAdded, channel: str, work: UnitOfWork, ctx: Context) -> Push:
    welcome = ctx.catalog.welcomes.for_channel(channel, ctx.catalog.channels)
    employee = await work.organisation.employee(update.userid)
    rep = employee.name if employee else ctx.words.get("welcome.some_rep")
    return Push(
        endpoint=Endpoint.WELCOME,
        account=ctx.accounts.agent_id,
        receiver=update.external_userid,
        body=Welcome(
            update.welcome_code,
            welcome.text.replace("{rep}", rep),
            welcome.link_title,
            welcome.link_url,
        ),
        dedupe_key=f"welcome:{update.welcome_code}",
        priority=Priority.WELCOME,
        expires_at=update.at + WELCOME_LIFE,
    )


def ask_contact(work: UnitOfWork, update: CustomerUpdate) -> None:
    """Ask the platform for the customer's details as of this event."""
    work.ask(
        Fetch(
            kind=FetchKind.EXTERNAL_CONTACT,
            subject=update.external_userid,
            account="",
            generation=to_micros(update.at),
        )
    )


@router.on(CustomerEdited)
async def customer_edited(update: CustomerEdited, work: UnitOfWork, ctx: Context) -> None:
    """Read the remark, tags and phones again that a person changed."""
    del ctx
    ask_contact(work, update)


@router.on(CustomerDeletedByRep)
async def deleted_by_rep(update: CustomerDeletedByRep, work: UnitOfWork, ctx: Context) -> None:
    """Note that the rep let the customer go, or lost them to a transfer.

    The platform does not say to whom: whoever has the customer now is told of by their own event.
    """
    state = RelationState.TRANSFERRED if update.by_transfer else RelationState.DELETED_BY_REP
    person = await _related(update, work, state)
    record(work, ctx, person.id, occurrence(update, "contact_deleted_by_rep"))
    if update.by_transfer:
        moved = occurrence(update, "contact_transferred", {"from": update.userid})
        record(work, ctx, person.id, moved)


@router.on(CustomerDeletedRep)
async def deleted_by_customer(update: CustomerDeletedRep, work: UnitOfWork, ctx: Context) -> None:
    """Note that the customer deleted the rep, and warn whoever follows them."""
    person = await _related(update, work, RelationState.DELETED_BY_CUSTOMER)
    record(work, ctx, person.id, occurrence(update, "contact_deleted_by_customer"))
    warn_of_loss(work, ctx, person, update)


@router.on(TransferFailed)
async def transfer_failed(update: TransferFailed, work: UnitOfWork, ctx: Context) -> None:
    """Read again who has the customer: the hand-over did not happen."""
    del ctx
    ask_contact(work, update)


async def _related(update: CustomerUpdate, work: UnitOfWork, state: RelationState) -> Person:
    claims = [platform_claim(external_key(update.external_userid), update.at)]
    person = await recognise(work, claims)
    work.rescore(person.id)
    return work.people.put(with_relation(person, update.userid, state, update.at))


@router.on(ExternalContactFetched)
async def contact_fetched(update: ExternalContactFetched, work: UnitOfWork, ctx: Context) -> None:
    """Take in name, company, open-platform account and the reps' remarks."""
    person = await take_in_contact(update, work, ctx)
    # Somebody edited a contact: no new chance, unless nobody knew of the customer before.
    if not work.leads_of(person.id):
        open_lead(work, ctx, person, None)
    await note_phones(work, ctx, person, _remark_phones(update.followers))


async def take_in_contact(
    update: ExternalContactFetched, work: UnitOfWork, ctx: Context, *, is_listed: bool = False
) -> Person:
    """Take in what the platform knows of a customer and the reps who have them.

    With ``is_listed`` nobody told of them before: a rep whom we did not know to
    have them has added them when the list says, through the channel it says.
    """
    person = await recognise(work, _claims(update))
    call(work, person, update.name, Source.PLATFORM, update.at)
    for follower in update.followers:
        since = follower.created_at or update.at
        if is_listed and not has_relation(work.people.get(person.id), follower.userid):
            await _added_unseen(update, follower, since, work, ctx)
        tags = [tag.tag_id for tag in follower.tags if tag.tag_id]
        seen = SeenByRep(follower.userid, since, follower.remark, tags)
        work.people.put(with_follower(work.people.get(person.id), seen))
    person = work.people.get(person.id)
    learned = await claim_phones(work, person, _remark_phones(update.followers), update)
    enriched(work, person, learned)
    if is_listed:
        corp.see(work, ctx, person, update.followers)
    else:
        corp.take_in(work, ctx, person, update.followers, update.at)
    work.rescore(person.id)
    return work.people.get(person.id)


async def _added_unseen(
    update: ExternalContactFetched,
    follower: Follower,
    since: datetime,
    work: UnitOfWork,
    ctx: Context,
) -> None:
    person = work.people.holder(external_key(update.external_userid))
    if person is None:
        return
    touch = await touch_of(work, ctx, Came(Origin.WECOM_STATE, follower.state, since))
    if since < work.now - NEWS_FOR:
        work.hold_offers(person.id)
    open_lead(work, ctx, person, touch)
    added = _added("contact_added", update.external_userid, follower.userid, touch)
    record(work, ctx, person.id, added)


def _claims(update: ExternalContactFetched) -> Sequence[Claim]:
    claims = [platform_claim(external_key(update.external_userid), update.at)]
    if update.unionid:
        claims.append(platform_claim(ContactKey(IdentityKind.UNIONID, update.unionid), update.at))
    return claims


def _remark_phones(followers: Sequence[Follower]) -> tuple[str, ...]:
    return tuple(phone for follower in followers for phone in follower.remark_mobiles)
