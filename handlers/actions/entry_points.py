"""Entry points: the row first, then the platform; whom a contact way shows, by the clock.

The word (state, scene) stands in our database with its channel before anybody can
come through it. What the platform makes of it comes back as an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.channels.attribution import Origin
from domain.channels.entry import (
    ORIGINS,
    Entry,
    EntryKind,
    EntryState,
    check_entry,
    next_change,
    shown_now,
)
from domain.lead import Touch
from domain.messages import Endpoint, EntryAct, EntryOrder, Push, Timer
from domain.swift import swift
from domain.values import Refusal, UserId
from handlers.actions.assign import business_day

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Timer: whom a contact way shows may change now.
ENTRY_TIMER = "entry_point"

UNKNOWN_CHANNEL = "unknown_channel"
WORD_TAKEN = "entry_word_taken"
UNKNOWN_MEMBER = "no_such_rep"
NO_SUCH_ENTRY = "no_such_entry"


async def create_entry(work: UnitOfWork, ctx: Context, wish: Entry) -> Entry | Refusal:
    """Write an entry point down and order it of the platform; ``wish`` needs no id."""
    refusal = await _refusal(work, ctx, wish)
    if refusal:
        return refusal
    entry = replace(wish, id=work.ids.next(), state=EntryState.WANTED, version=1)
    entry = replace(entry, shown=await _shown(work, ctx, entry))
    if not await work.entries.add(entry, work.now):
        return Refusal(WORD_TAKEN, entry.word)
    _order(work, entry, EntryAct.CREATE)
    _look_again(work, ctx, entry)
    return entry


async def change_entry(work: UnitOfWork, ctx: Context, wish: Entry) -> Entry | Refusal:
    """Give an entry point another channel, title or schedule; its word stays."""
    before = await work.entries.get(wish.id)
    if before is None or before.state is EntryState.DELETED:
        return Refusal(NO_SUCH_ENTRY)
    after = replace(before, channel=wish.channel, title=wish.title, schedule=wish.schedule)
    refusal = await _refusal(work, ctx, after)
    if refusal:
        return refusal
    after = replace(after, shown=await _shown(work, ctx, after))
    if (after.title, after.shown) != (before.title, before.shown) and before.platform_id:
        after = replace(after, version=before.version + 1)
        _order(work, after, EntryAct.UPDATE)
    await work.entries.save(after)
    _look_again(work, ctx, after)
    return after


async def delete_entry(work: UnitOfWork, entry_id: int) -> Entry | Refusal:
    """Take an entry point away; who still comes through it is known as before."""
    entry = await work.entries.get(entry_id)
    if entry is None or entry.state is EntryState.DELETED:
        return Refusal(NO_SUCH_ENTRY)
    after = replace(entry, state=EntryState.DELETED, version=entry.version + 1)
    if entry.platform_id:
        _order(work, after, EntryAct.DELETE)
    await work.entries.save(after)
    work.cancel_timer(_timer_key(entry.id))
    return after


async def adopt_entry(work: UnitOfWork, ctx: Context, found: Entry) -> Entry | None:
    """Take over what somebody made on the platform; None when it is ours, or has no word."""
    if not found.word or await work.entries.of_word([found.kind], found.word, found.account):
        return None
    entry = replace(found, id=work.ids.next())
    if await _refusal(work, ctx, entry) or not await work.entries.add(entry, work.now):
        return None
    return await refresh_entry(work, ctx, entry)


async def take_answer(work: UnitOfWork, ctx: Context, entry_id: int, made: Entry) -> None:
    """Keep what the platform made of an entry point: its id, address and code."""
    entry = await work.entries.get(entry_id)
    if entry is None or entry.platform_id:
        return
    ready = replace(
        entry,
        state=EntryState.READY if entry.state is EntryState.WANTED else entry.state,
        platform_id=made.platform_id,
        url=made.url,
        qr_code=made.qr_code,
    )
    await work.entries.save(ready)
    if ready.state is EntryState.DELETED:
        _order(work, ready, EntryAct.DELETE)
        return
    # Ordered while the schedule may have moved on.
    await refresh_entry(work, ctx, ready)


async def refresh_entry(work: UnitOfWork, ctx: Context, entry: Entry) -> Entry:
    """Let a contact way show whom it should at this moment, and look again when that may change."""
    if entry.kind is not EntryKind.CONTACT_WAY or entry.state is EntryState.DELETED:
        return entry
    shown = await _shown(work, ctx, entry)
    if entry.platform_id and set(shown) != set(entry.shown):
        entry = replace(entry, shown=shown, version=entry.version + 1)
        await work.entries.save(entry)
        _order(work, entry, EntryAct.UPDATE)
    _look_again(work, ctx, entry)
    return entry


async def refresh_entries_of(work: UnitOfWork, ctx: Context, userid: str) -> None:
    """Let contact ways follow a member who came, left, paused or went on leave."""
    for entry in await work.entries.with_member(userid):
        await refresh_entry(work, ctx, entry)


@swift
@dataclass(frozen=True, slots=True)
class Came:
    """Somebody came ``at`` (event time) with a word of the platform, to an account of ours."""

    origin: Origin
    raw: str
    at: datetime
    account: str = ""


async def touch_of(work: UnitOfWork, ctx: Context, came: Came) -> Touch:
    """Return the touch of a contact: an entry point's channel, else what the table says."""
    entry = await find_entry(work, came.origin, came.raw, came.account)
    if entry is None or entry.channel not in ctx.catalog.channels.channels:
        return ctx.catalog.attribution.touch(came.origin, came.raw, came.at)
    return Touch(entry.channel, came.raw.strip(), came.at)


async def find_entry(work: UnitOfWork, origin: Origin, raw: str, account: str = "") -> Entry | None:
    """Return the entry point whose word came back, if it is one of ours."""
    word = raw.strip()
    if not word:
        return None
    kinds = [kind for kind, its_origin in ORIGINS.items() if its_origin is origin]
    found = await work.entries.of_word(kinds, word, account)
    if found is None and ":" in word:
        # 微信客服: the scene is ours, the parameter behind it may be anybody's.
        found = await work.entries.of_word(kinds, word.partition(":")[0], account)
    return found


async def count_came(work: UnitOfWork, ctx: Context, touch: Touch, userid: UserId) -> None:
    """Count that a member got somebody through a contact way; at the ceiling they leave it."""
    entry = await find_entry(work, Origin.WECOM_STATE, touch.state)
    if entry is None or entry.kind is not EntryKind.CONTACT_WAY:
        return
    await work.entries.count(entry.id, _spelled(entry, userid), business_day(touch.at, ctx))
    if entry.schedule.daily_ceiling is not None:
        held = await work.entries.get(entry.id)
        await refresh_entry(work, ctx, held or entry)


def _spelled(entry: Entry, userid: UserId) -> UserId:
    """Return a userid as the entry spells it: userids ignore case."""
    members = {member.casefold(): member for member in entry.schedule.members()}
    return members.get(userid.casefold(), userid)


async def _refusal(work: UnitOfWork, ctx: Context, wish: Entry) -> Refusal | None:
    if wish.channel not in ctx.catalog.channels.channels:
        return Refusal(UNKNOWN_CHANNEL, wish.channel)
    for userid in wish.schedule.members():
        if await work.organisation.employee(userid) is None:
            return Refusal(UNKNOWN_MEMBER, userid)
    return check_entry(wish)


async def _shown(work: UnitOfWork, ctx: Context, entry: Entry) -> tuple[UserId, ...]:
    members = {userid.casefold(): userid for userid in entry.schedule.members()}
    free = {
        members[employee.userid.casefold()]
        for employee in await work.organisation.employees()
        if employee.userid.casefold() in members
        and employee.is_active
        and not employee.is_paused
        and not (employee.leave_until and employee.leave_until > work.now)
    }
    taken = await work.entries.taken(entry.id, business_day(work.now, ctx))
    return shown_now(entry.schedule, work.now.astimezone(ctx.zone), free, taken)


def _order(work: UnitOfWork, entry: Entry, act: EntryAct) -> None:
    work.send(
        Push(
            endpoint=Endpoint.ENTRY,
            account=entry.account or entry.kind.value,
            receiver=str(entry.id),
            body=EntryOrder(
                kind=entry.kind.value,
                act=act,
                word=entry.word,
                title=entry.title,
                userids=tuple(entry.shown),
                platform_id=entry.platform_id,
                life_seconds=int(entry.life_for.total_seconds()) if entry.life_for else None,
                chat_ids=entry.chat_ids,
            ),
            dedupe_key=f"entry:{entry.id}:{entry.version}:{act}",
        )
    )


def _look_again(work: UnitOfWork, ctx: Context, entry: Entry) -> None:
    if entry.kind is not EntryKind.CONTACT_WAY:
        return
    at = next_change(entry.schedule, work.now, ctx.zone)
    if at is not None:
        work.set_timer(Timer(ENTRY_TIMER, entry.id, at, _timer_key(entry.id)))


def _timer_key(entry_id: int) -> str:
    return f"{ENTRY_TIMER}:{entry_id}"
