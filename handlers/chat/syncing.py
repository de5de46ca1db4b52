"""Pages of a synchronisation: the same door as callbacks, a hundred entries at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.identity.facts import with_relation
from domain.messages import Fetch, FetchKind
from domain.person import RelationState
from domain.sync.part import (
    PartKind,
    PartPlan,
    PartState,
    SyncPart,
    SyncRun,
    parts_of_departments,
    parts_of_followers,
)
from handlers.actions.record import Occurrence, record
from handlers.actions.roles import newcomer
from handlers.actions.synchronise import (
    add_parts,
    all_read,
    finish_if_over,
    open_part,
    retreat,
    run_of,
    turn_page,
)
from handlers.chat.contacts import take_in_contact
from handlers.routing import Router
from handlers.updates.base import external_key
from handlers.updates.fetched import ExternalContactFetched, FollowerTag
from handlers.updates.sync import (
    CustomersListed,
    DepartmentsListed,
    FollowersListed,
    GroupsListed,
    ListedMember,
    MembersListed,
    SyncPage,
    SyncRefused,
    TagsListed,
)
from storage.moments import to_micros
from storage.repositories.organisation import CorpTag
from storage.repositories.synchronisation import EMPLOYEE, GROUP, RELATION

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("syncing")


@router.on(DepartmentsListed)
async def departments_listed(update: DepartmentsListed, work: UnitOfWork, ctx: Context) -> None:
    """Take in the departments, ask for the members of each."""
    part = await _next_of(work, update)
    if part is None:
        return
    listed = update.departments
    await work.organisation.put_departments((d.id, d.name, d.parent_id) for d in listed)
    await add_parts(work, await run_of(work, part), parts_of_departments([d.id for d in listed]))
    await _turn(work, ctx, part, update, len(listed))


@router.on(MembersListed)
async def members_listed(update: MembersListed, work: UnitOfWork, ctx: Context) -> None:
    """Take in who works in a department; whoever is in none has left."""
    part = await _next_of(work, update)
    if part is None:
        return
    await work.syncs.saw(part.run_id, EMPLOYEE, [(member.userid, "") for member in update.members])
    for member in update.members:
        await _put_member(work, member)
    await _turn(work, ctx, part, update, len(update.members))


async def _put_member(work: UnitOfWork, member: ListedMember) -> None:
    """Keep what was set by hand; who left and is listed again has come back."""
    known = await work.organisation.employee(member.userid) or newcomer(member.userid)
    departments = member.departments
    is_told = known.department_id in departments or not departments
    listed = replace(
        known,
        name=member.name or known.name,
        department_id=known.department_id if is_told else departments[0],
        is_active=True,
    )
    await work.organisation.put_employee(listed, work.now)


@router.on(TagsListed)
async def tags_listed(update: TagsListed, work: UnitOfWork, ctx: Context) -> None:
    """Take in the corp's tag library."""
    part = await _next_of(work, update)
    if part is None:
        return
    tags = [CorpTag(t.id, t.name, t.group_id, t.group, t.position) for t in update.tags]
    await work.organisation.put_corp_tags(tags, update.generation)
    await _turn(work, ctx, part, update, len(tags))


@router.on(FollowersListed)
async def followers_listed(update: FollowersListed, work: UnitOfWork, ctx: Context) -> None:
    """Ask for the customers and groups of the members who may have any."""
    part = await _next_of(work, update)
    if part is None:
        return
    await add_parts(work, await run_of(work, part), parts_of_followers(update.followers))
    await _turn(work, ctx, part, update, len(update.followers))


@router.on(CustomersListed)
async def customers_listed(update: CustomersListed, work: UnitOfWork, ctx: Context) -> None:
    """Take in customers as if their reps had told of them one by one."""
    part = await _next_of(work, update)
    if part is None:
        return
    pairs = [(f.userid, c.external_userid) for c in update.customers for f in c.followers]
    await work.syncs.saw(part.run_id, RELATION, pairs)
    names = {tag.tag_id: tag for tag in await work.organisation.corp_tags()}
    for customer in update.customers:
        _ask_if_a_tag_is_gone(customer, work)
        await take_in_contact(_named(customer, names), work, ctx, is_listed=True)
    await _turn(work, ctx, part, update, len(pairs))


def _named(
    customer: ExternalContactFetched, names: Mapping[str, CorpTag]
) -> ExternalContactFetched:
    """Return the customer with the names of the tags, of which the list has ids alone."""
    followers = tuple(
        replace(
            follower,
            tags=tuple(
                FollowerTag(found.name, found.group_name, tag.tag_id)
                for tag in follower.tags
                if (found := names.get(tag.tag_id)) is not None
            ),
        )
        for follower in customer.followers
    )
    return replace(customer, followers=followers)


def _ask_if_a_tag_is_gone(customer: ExternalContactFetched, work: UnitOfWork) -> None:
    """Read the whole customer when a member took a tag off: others may still show it."""
    person = work.people.holder(external_key(customer.external_userid))
    if person is None:
        return
    had = {(r.userid.casefold(), tag_id) for r in person.relations for tag_id in r.tag_ids}
    members = {follower.userid.casefold() for follower in customer.followers}
    shown = {(f.userid.casefold(), tag.tag_id) for f in customer.followers for tag in f.tags}
    if any(pair not in shown for pair in had if pair[0] in members):
        asked, generation = customer.external_userid, customer.generation
        work.ask(Fetch(FetchKind.EXTERNAL_CONTACT, asked, "", generation))


@router.on(GroupsListed)
async def groups_listed(update: GroupsListed, work: UnitOfWork, ctx: Context) -> None:
    """Ask for the details of every group."""
    part = await _next_of(work, update)
    if part is None:
        return
    await work.syncs.saw(part.run_id, GROUP, [("", chat_id) for chat_id in update.chat_ids])
    for chat_id in update.chat_ids:
        work.ask(Fetch(FetchKind.GROUP_CHAT, chat_id, "", update.generation))
    await _turn(work, ctx, part, update, len(update.chat_ids))


@router.on(SyncRefused)
async def list_refused(update: SyncRefused, work: UnitOfWork, ctx: Context) -> None:
    """Ask for the list in pieces, or note that this part failed."""
    part = await open_part(work, update)
    if part is not None:
        await _closed(work, ctx, await retreat(work, part, update.errcode))


async def _next_of(work: UnitOfWork, page: SyncPage) -> SyncPart | None:
    part = await open_part(work, page)
    return part if part is not None and part.cursor == page.cursor else None


async def _turn(work: UnitOfWork, ctx: Context, part: SyncPart, page: SyncPage, items: int) -> None:
    after = await turn_page(work, part, page, items)
    if after.state is PartState.DONE:
        await _closed(work, ctx, after)


async def _closed(work: UnitOfWork, ctx: Context, part: SyncPart) -> None:
    """Conclude what is gone from lists that were read to their end."""
    run = await run_of(work, part)
    if part.kind is PartKind.TAGS:
        # Customers bear ids of tags: their names have to be known first.
        await add_parts(work, run, [PartPlan(PartKind.FOLLOWERS)])
    elif part.kind is PartKind.CUSTOMERS and part.state is PartState.DONE and not part.error:
        await _note_gone_relations(work, ctx, run, part)
    elif part.kind is PartKind.MEMBERS:
        await _note_gone_employees(work, run)
    elif part.kind is PartKind.GROUPS:
        await _note_gone_groups(work, run)
    await finish_if_over(work, run)


async def _note_gone_relations(
    work: UnitOfWork, ctx: Context, run: SyncRun, part: SyncPart
) -> None:
    """Note customers whom their rep no longer has: only the rep can delete them from the list."""
    gone = await work.syncs.gone_relations(run, part.about)
    await work.load_people({lost.person_id for lost in gone})
    for lost in gone:
        person = work.people.get(lost.person_id)
        state = RelationState.DELETED_BY_REP
        work.people.put(with_relation(person, lost.userid, state, run.started_at))
        work.rescore(person.id)
        key = f"unlisted:{run.id}:{lost.external_userid}:{lost.userid}"
        record(work, ctx, person.id, Occurrence("contact_deleted_by_rep", run.started_at, key))


async def _note_gone_employees(work: UnitOfWork, run: SyncRun) -> None:
    if not await all_read(work, run, PartKind.DEPARTMENTS, PartKind.MEMBERS):
        return
    for userid in await work.syncs.gone_employees(run):
        employee = await work.organisation.employee(userid)
        if employee is not None:
            await work.organisation.put_employee(replace(employee, is_active=False), work.now)


async def _note_gone_groups(work: UnitOfWork, run: SyncRun) -> None:
    if not await all_read(work, run, PartKind.GROUPS):
        return
    for chat_id in await work.syncs.gone_groups(run):
        await work.organisation.dismiss_group(chat_id, to_micros(run.started_at))
