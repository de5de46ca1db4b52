"""What customers do in 微信客服 and the official account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.identity.keys import platform_claim
from domain.lead import Touch
from domain.messages import EVERY_PULL, Endpoint, Fetch, FetchKind, Push, Text
from domain.person import Person, Source
from domain.screening.contact import ContactKind
from domain.values import ContactKey, IdentityKind, Priority
from handlers.actions.contact import contact
from handlers.actions.entry_points import Came, touch_of
from handlers.actions.intake import call, open_lead, recognise
from handlers.actions.listen import hear, message_facts
from handlers.actions.objecting import note_words
from handlers.actions.record import occurrence, record
from handlers.actions.reply import Address, answer, text_to
from handlers.routing import Router
from handlers.updates.base import external_key
from handlers.updates.fetched import KfCustomersFetched, MpUserFetched
from handlers.updates.kf import KfMessage, KfNotified, KfOrigin, KfSessionEntered
from handlers.updates.official import (
    MpMenuClicked,
    MpMessage,
    MpScanned,
    MpSubscribed,
    MpUnsubscribed,
    MpUpdate,
)
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates import Update
    from storage.unit_of_work import UnitOfWork

router = Router("messages")

#: The code of an entered session lives 20 s (fact sheet 3.8).
WELCOME_LIFE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Said:
    """A message whatever the door: the event kind it is kept as, its words, where to answer."""

    kind: str
    text: str
    content: str
    address: Address


@router.on(KfNotified)
async def kf_notified(update: KfNotified, work: UnitOfWork, ctx: Context) -> None:
    """Pull what the account has new."""
    del ctx
    work.ask(
        Fetch(
            kind=FetchKind.KF_MESSAGES,
            subject=update.open_kfid,
            account=update.open_kfid,
            generation=EVERY_PULL,
            token=update.token,
        )
    )


@router.on(KfSessionEntered)
async def kf_entered(update: KfSessionEntered, work: UnitOfWork, ctx: Context) -> None:
    """Make a lead of whoever opens the conversation, and greet them."""
    scene = ":".join(filter(None, (update.scene, update.scene_param)))
    came = Came(Origin.KF_SCENE, scene, update.at, update.open_kfid)
    touch = await touch_of(work, ctx, came)
    person = await _kf_person(update.external_userid, update, work, ctx, touch)
    record(work, ctx, person.id, occurrence(update, "kf_entered", {"scene": scene}))
    if update.welcome_code:
        welcome = Push(
            endpoint=Endpoint.KF_EVENT_MESSAGE,
            account=update.open_kfid,
            receiver=update.external_userid,
            body=Text(ctx.words.get("welcome.kf")),
            dedupe_key=f"welcome:{update.welcome_code}",
            priority=Priority.WELCOME,
            expires_at=update.at + WELCOME_LIFE,
            event_code=update.welcome_code,
            person_id=person.id,
        )
        await contact(work, ctx, person, ContactKind.WELCOME, welcome)


@router.on(KfMessage)
async def kf_message(update: KfMessage, work: UnitOfWork, ctx: Context) -> None:
    """Take in what a customer wrote; what a servicer wrote is kept as contact."""
    if not update.external_userid:
        return
    person = await _kf_person(update.external_userid, update, work, ctx, None)
    if update.origin is not KfOrigin.CUSTOMER:
        if update.origin is KfOrigin.SERVICER:
            facts = {"userid": str(update.servicer_userid or "")}
            record(work, ctx, person.id, occurrence(update, "kf_reply", facts))
        return
    address = Address(Endpoint.KF_MESSAGE, update.open_kfid, update.external_userid)
    said = Said("kf_message", update.text, type(update.content).__name__.lower(), address)
    await _take_in(said, person, update, work, ctx)


async def _kf_person(
    external_userid: str, update: Update, work: UnitOfWork, ctx: Context, touch: Touch | None
) -> Person:
    person = await recognise(work, [platform_claim(external_key(external_userid), update.at)])
    open_lead(
        work, ctx, person, touch or ctx.catalog.attribution.touch(Origin.KF_SCENE, "", update.at)
    )
    if not work.people.whole(person.id).name:
        work.ask(Fetch(FetchKind.KF_CUSTOMER, external_userid, "", generation=to_micros(update.at)))
    return person


@router.on(KfCustomersFetched)
async def kf_customers_fetched(update: KfCustomersFetched, work: UnitOfWork, ctx: Context) -> None:
    """Take in what 微信客服 customers call themselves."""
    del ctx
    for customer in update.customers:
        claims = [platform_claim(external_key(customer.external_userid), update.at)]
        if customer.unionid:
            key = ContactKey(IdentityKind.UNIONID, customer.unionid)
            claims.append(platform_claim(key, update.at))
        person = await recognise(work, claims)
        call(work, person, customer.nickname, Source.PLATFORM, update.at)


@router.on(MpSubscribed, MpScanned)
async def mp_arrived(update: MpSubscribed | MpScanned, work: UnitOfWork, ctx: Context) -> None:
    """Make a lead of a follower, with the scanned code as channel, and greet new ones."""
    came = Came(Origin.MP_SCENE, update.scene, update.at, update.account)
    touch = await touch_of(work, ctx, came)
    person = await _mp_person(update, work, ctx, touch)
    is_new = isinstance(update, MpSubscribed)
    kind = "mp_followed" if is_new else "mp_scanned"
    record(work, ctx, person.id, occurrence(update, kind, {"scene": update.scene}))
    work.ask(
        Fetch(FetchKind.MP_USER, update.openid, update.account, generation=to_micros(update.at))
    )
    if is_new:
        words = ctx.words.get("welcome.mp")
        welcome = text_to(person, _mp_address(update), words, update.dedupe_key)
        await contact(work, ctx, person, ContactKind.WELCOME, welcome)


@router.on(MpUnsubscribed)
async def mp_left(update: MpUnsubscribed, work: UnitOfWork, ctx: Context) -> None:
    """Note that somebody unfollowed."""
    person = await recognise(work, [platform_claim(update.contact_keys()[0], update.at)])
    record(work, ctx, person.id, occurrence(update, "mp_unfollowed"))


@router.on(MpMenuClicked)
async def mp_menu_clicked(update: MpMenuClicked, work: UnitOfWork, ctx: Context) -> None:
    """Note which menu entry somebody is interested in."""
    person = await _mp_person(update, work, ctx, None)
    record(work, ctx, person.id, occurrence(update, "mp_menu_clicked", {"key": update.key}))


@router.on(MpMessage)
async def mp_message(update: MpMessage, work: UnitOfWork, ctx: Context) -> None:
    """Take in what a follower wrote."""
    person = await _mp_person(update, work, ctx, None)
    content = type(update.content).__name__.lower()
    said = Said("mp_message", update.text, content, _mp_address(update))
    await _take_in(said, person, update, work, ctx)


@router.on(MpUserFetched)
async def mp_user_fetched(update: MpUserFetched, work: UnitOfWork, ctx: Context) -> None:
    """Join a follower with their open-platform account."""
    del ctx
    await recognise(work, [platform_claim(key, update.at) for key in update.contact_keys()])


def _mp_address(update: MpUpdate) -> Address:
    return Address(Endpoint.MP_MESSAGE, update.account, update.openid)


async def _mp_person(
    update: MpUpdate, work: UnitOfWork, ctx: Context, touch: Touch | None
) -> Person:
    person = await recognise(work, [platform_claim(update.contact_keys()[0], update.at)])
    open_lead(
        work, ctx, person, touch or ctx.catalog.attribution.touch(Origin.MP_SCENE, "", update.at)
    )
    return person


async def _take_in(
    said: Said, person: Person, update: Update, work: UnitOfWork, ctx: Context
) -> None:
    facts = message_facts(said.text, said.content) | await note_words(work, ctx, person, said.text)
    record(work, ctx, person.id, occurrence(update, said.kind, facts, said.text))
    if not said.text:
        return
    heard = await hear(work, ctx, person, update, said.text)
    await answer(work, ctx, work.people.get(person.id), heard, said.address, update.dedupe_key)
