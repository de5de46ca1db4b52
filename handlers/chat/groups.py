"""Customer groups: whoever joins from outside is a lead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.events.event import Event
from domain.identity.keys import Claim, platform_claim
from domain.lead import Touch
from domain.messages import Fetch, FetchKind
from domain.person import Person, Source
from domain.values import ContactKey, IdentityKind
from handlers.actions.entry_points import Came, find_entry, touch_of
from handlers.actions.intake import call, open_lead, recognise
from handlers.actions.record import Occurrence, record
from handlers.routing import Router
from handlers.updates.base import external_key
from handlers.updates.fetched import GroupChatFetched, GroupMember
from handlers.updates.group import (
    GroupChanged,
    GroupCreated,
    GroupDismissed,
    GroupMembersJoined,
    GroupMembersLeft,
    GroupUpdate,
)
from storage.moments import to_micros
from storage.repositories.organisation import GroupMemberAt

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("groups")


@dataclass(frozen=True, slots=True)
class Joined:
    """An outside member of a group, as an event or the member list reports them."""

    chat_id: str
    external_userid: str
    at: datetime
    name: str = ""
    unionid: str = ""
    state: str = ""


@router.on(GroupCreated, GroupChanged)
async def group_changed(
    update: GroupCreated | GroupChanged, work: UnitOfWork, ctx: Context
) -> None:
    """Ask what the group is called and who is in it."""
    del ctx
    _ask_group(work, update)


@router.on(GroupMembersJoined)
async def members_joined(update: GroupMembersJoined, work: UnitOfWork, ctx: Context) -> None:
    """Make leads of the outside members the event names, ask for the rest."""
    for key in update.contact_keys():
        await _take_in(Joined(update.chat_id, key.value, update.at), work, ctx)
    _ask_group(work, update)


@router.on(GroupMembersLeft)
async def members_left(update: GroupMembersLeft, work: UnitOfWork, ctx: Context) -> None:
    """Note who left."""
    await work.organisation.drop_members(update.chat_id, update.members)
    for key in update.contact_keys():
        person = await recognise(work, [platform_claim(key, update.at)])
        what = Occurrence(
            kind="group_left",
            at=update.at,
            dedupe_key=f"{update.dedupe_key}:{key.value}:group_left",
            properties={"chat_id": update.chat_id},
        )
        record(work, ctx, person.id, what)
    if not update.members:
        _ask_group(work, update)


@router.on(GroupDismissed)
async def group_dismissed(update: GroupDismissed, work: UnitOfWork, ctx: Context) -> None:
    """Keep the group, marked as gone."""
    del ctx
    await work.organisation.dismiss_group(update.chat_id, to_micros(update.at))


@router.on(GroupChatFetched)
async def group_fetched(update: GroupChatFetched, work: UnitOfWork, ctx: Context) -> None:
    """Take in the group's name and every outside member with the moment they joined."""
    organisation = work.organisation
    if await organisation.put_group(update.chat_id, update.name, update.owner, update.generation):
        members = [GroupMemberAt(m.userid, m.is_outside, m.joined_at) for m in update.members]
        await organisation.put_members(update.chat_id, members)
    for member in update.members:
        if member.is_outside:
            await _take_in(_joined(update, member), work, ctx)


def _joined(update: GroupChatFetched, member: GroupMember) -> Joined:
    return Joined(
        chat_id=update.chat_id,
        external_userid=member.userid,
        at=member.joined_at or update.at,
        name=member.name,
        unionid=member.unionid,
        state=member.state,
    )


async def _take_in(joined: Joined, work: UnitOfWork, ctx: Context) -> None:
    claims: list[Claim] = [platform_claim(external_key(joined.external_userid), joined.at)]
    if joined.unionid:
        key = ContactKey(IdentityKind.UNIONID, joined.unionid)
        claims.append(platform_claim(key, joined.at))
    person = await recognise(work, claims)
    call(work, person, joined.name, Source.PLATFORM, joined.at)
    # One key per stay: the event and every later member list tell of the same joining.
    dedupe_key = (
        f"group_joined:{joined.chat_id}:{joined.external_userid}:{to_micros(joined.at) // 10**6}"
    )
    what = Occurrence("group_joined", joined.at, dedupe_key, properties={"chat_id": joined.chat_id})
    if isinstance(record(work, ctx, person.id, what), Event):
        open_lead(work, ctx, person, await _touch(joined, work, ctx))
    elif joined.state:
        # The event told of the joining, and only the member list tells through which code.
        _correct(work, person, _plain(joined, ctx), await _touch(joined, work, ctx))


def _plain(joined: Joined, ctx: Context) -> Touch:
    return ctx.catalog.attribution.touch(Origin.GROUP, joined.chat_id, joined.at)


async def _touch(joined: Joined, work: UnitOfWork, ctx: Context) -> Touch:
    """Return the touch of a joining: the code's channel, else the group's."""
    if await find_entry(work, Origin.GROUP, joined.state) is None:
        return _plain(joined, ctx)
    return await touch_of(work, ctx, Came(Origin.GROUP, joined.state, joined.at))


def _correct(work: UnitOfWork, person: Person, before: Touch, after: Touch) -> None:
    """Let leads that came by ``before`` have come by ``after``: it is the same joining."""
    for lead in work.leads_of(person.id):
        first = after if lead.first_touch == before else lead.first_touch
        last = after if lead.last_touch == before else lead.last_touch
        if (first, last) != (lead.first_touch, lead.last_touch):
            work.leads.put(replace(lead, first_touch=first, last_touch=last))
            work.rescore(person.id)


def _ask_group(work: UnitOfWork, update: GroupUpdate) -> None:
    work.ask(
        Fetch(
            kind=FetchKind.GROUP_CHAT,
            subject=update.chat_id,
            account="",
            generation=to_micros(update.at),
        )
    )
