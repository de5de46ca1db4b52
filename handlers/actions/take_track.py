"""Take in a record of a tracker: an event, a binding of identities, a piece of profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.identity.keys import Claim
from domain.person import Person, Source
from domain.tracking.record import Act, Tracked, is_login
from domain.values import ContactKey
from handlers.actions.intake import open_lead, recognise
from handlers.actions.quarantine import record_or_hold
from handlers.actions.record import Occurrence, record
from handlers.actions.track_profile import change_profile
from storage.repositories.items import Item
from storage.repositories.merges import Doubt

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates.tracked import TrackReceived
    from storage.unit_of_work import UnitOfWork

_PROFILE = frozenset({Act.SET, Act.SET_ONCE, Act.APPEND, Act.INCREMENT, Act.UNSET, Act.DELETE})
#: Why two persons are put before a human: a tracker says they share a key.
DOUBT = "tracker_claim"


async def take_track(work: UnitOfWork, ctx: Context, update: TrackReceived) -> None:
    """Let a record take effect; what it says about who somebody is stays a claim.

    A person gets a lead when somebody could speak to them: they signed up or left a
    contact. Mere visits are events of a person without one.
    """
    track = update.record
    if track.act in {Act.ITEM, Act.ITEM_GONE}:
        await _keep_item(work, update)
        return
    profile = ctx.catalog.trackers.profile(track.properties)
    contacts = (*track.contacts, *profile.contacts) if track.act in _PROFILE else track.contacts
    if track.act is Act.UNBIND:
        await _unbind(work, ctx, track)
        return
    person = await _who(work, update, contacts)
    if track.act in _PROFILE:
        await change_profile(work, ctx, person, track, profile.attributes)
    if track.event:
        await _record(work, ctx, person, update)
    if track.act is Act.BIND or contacts:
        touch = None
        if track.campaign:
            touch = ctx.catalog.touch(Origin.API, track.campaign, track.at)
        open_lead(work, ctx, person, touch)
    work.rescore(person.id)


async def _keep_item(work: UnitOfWork, update: TrackReceived) -> None:
    """Keep a thing of the catalogue as it was told of last, by event time; nobody did anything."""
    track = update.record
    item = Item(
        system=update.system[:64],
        kind=track.event[:64],
        item=track.item[:128],
        properties=track.properties,
        changed_at=track.at,
        is_deleted=track.act is Act.ITEM_GONE,
    )
    await work.items.put(item, track.reference)


async def _who(work: UnitOfWork, update: TrackReceived, contacts: Iterable[ContactKey]) -> Person:
    """Return whose record it is.

    A browser or phone that belongs to another login of the system is shared by two
    people: it stays with the first, as in 神策's own mapping. So does a contact, but
    somebody should look at that.
    """
    track = update.record
    await work.load((*track.identities(), *contacts))
    alias = [track.alias] if track.alias and work.people.holder(track.alias) else []
    if track.login is None and alias:  # a login that the SDK did not call one
        keys = [*alias, *contacts]
    else:
        keys = [*([track.login] if track.login else []), *contacts, *track.devices, *alias]
    kept, doubted = [], []
    for key in dict.fromkeys(keys):
        holder = work.people.holder(key)
        if key != track.login and holder and _is_anothers(work, holder, update):
            doubted += [] if key in track.devices else [holder]
        else:
            kept.append(key)
    if not kept:  # a shared device and nothing else: its first owner did it
        kept = keys
    person = await recognise(work, [_claim(key, track) for key in kept])
    for other in doubted:
        await work.merges.doubt(Doubt(person.root_id, other.root_id, DOUBT), work.now)
    return person


def _is_anothers(work: UnitOfWork, holder: Person, update: TrackReceived) -> bool:
    login = update.record.login
    if login is None:
        return False
    logins = {
        identity.key
        for member in work.people.group(holder.id)
        for identity in member.identities
        if is_login(identity.key, update.system)
    }
    return bool(logins) and login not in logins


def _claim(key: ContactKey, track: Tracked) -> Claim:
    return Claim(key, is_verified=False, source=Source.TRACKER, at=track.at)


async def _record(work: UnitOfWork, ctx: Context, person: Person, update: TrackReceived) -> None:
    track = update.record
    kind, told = ctx.catalog.trackers.event(track.event, track.properties, ctx.events)
    what = Occurrence(kind, track.at, f"{track.reference}:event", properties=told)
    await record_or_hold(work, ctx, update.source, person.id, what)


async def _unbind(work: UnitOfWork, ctx: Context, track: Tracked) -> None:
    """Let identities lead to nobody any more, unless somebody vouches for them."""
    await work.load(track.identities())
    for key in track.identities():
        holder = work.people.holder(key)
        proven = holder and any(i.key == key and i.is_verified for i in holder.identities)
        if holder is None or proven:
            continue
        work.people.release(key)
        what = Occurrence("id_unbound", track.at, f"{track.reference}:{key.kind}")
        record(work, ctx, holder.id, what)
