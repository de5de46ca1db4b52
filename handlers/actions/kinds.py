"""Register event kinds, and let the events that waited for them happen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.events.event import Event
from domain.events.registration import KindWish, refusal_to_register
from domain.events.registry import EventKind, EventRegistry
from domain.messages import Timer
from domain.values import PersonId, Refusal
from handlers.actions.kind_use import refusal_by_use
from handlers.actions.record import ALREADY, Occurrence, record
from handlers.actions.rules import keep_frame
from storage.errors import Erased
from storage.queries.kinds import waiting_kinds

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.repositories.kinds import HeldEvent
    from storage.unit_of_work import UnitOfWork

#: Kind of the timers that let held events of one name happen, some at a time.
RELEASE_TIMER = "held_events"
#: Held events that happen in one transaction.
_AT_ONCE = 200
#: A process that did not know of the registration may have held one more; its
#: transaction is over by then.
_ONCE_MORE_AFTER = timedelta(minutes=2)


async def register_wish(
    work: UnitOfWork, ctx: Context, wish: KindWish, by: str
) -> EventKind | Refusal:
    """Register a kind as somebody asks for it; return it, or why not."""
    await ctx.kinds.refresh(work.tx)
    kind = wish.kind(ctx.events.kinds.get(wish.name.strip()))
    done = await register(work, ctx, kind, by)
    return done if isinstance(done, Refusal) else kind


async def register(work: UnitOfWork, ctx: Context, kind: EventKind, by: str) -> int | Refusal:
    """Put a kind in force in all processes, or say why not; what waits for it happens soon.

    Tags, segments and rules may speak of it at once. A new name or type that would
    leave one of them unreadable is refused. Returns the number of the registration.
    """
    await work.kinds.lock()
    await ctx.kinds.refresh(work.tx)
    refusal = refusal_to_register(kind, ctx.events)
    if refusal is not None:
        return refusal
    among = ctx.vocabulary.with_events(ctx.events.with_kinds([kind]))
    refusal = await refusal_by_use(work, ctx, among)
    if refusal is not None:
        return refusal
    number = await work.kinds.register(kind, by, work.now)
    await keep_frame(work, ctx.rulebook.reader.among(among).frame)
    for word in (kind.name, kind.label):  # senders may have called it by either
        release_soon(work, word)
    return number


def release_soon(work: UnitOfWork, name: str) -> None:
    """Let held events of a name be looked at again: now, and once more a little later."""
    cause = work.ids.next()
    for number, delay in enumerate((timedelta(0), _ONCE_MORE_AFTER)):
        payload = (("name", name), ("after", "0"))
        key = f"{RELEASE_TIMER}:{cause}:{number}"
        work.set_timer(Timer(RELEASE_TIMER, cause, work.now + delay, key, payload))


async def release_known(work: UnitOfWork, ctx: Context) -> tuple[str, ...]:
    """Let everything happen soon that waits under a name that is known by now; return the names.

    Called at the start: the files may have got kinds since.
    """
    await ctx.kinds.refresh(work.tx)
    waiting = await waiting_kinds(work.tx)
    names = [one.name for one in waiting if ctx.events.named(one.name) is not None]
    for name in names:
        release_soon(work, name)
    return tuple(names)


async def release(work: UnitOfWork, ctx: Context, name: str, after: int, cause: str) -> int:
    """Record held events of a name that the registry takes now; return how many.

    They get the event time, order and key that they came with, so the result is
    that of a kind known from the beginning. Beyond a batch a timer goes on; what
    is refused still stays, and what an erased person left is forgotten.
    """
    await ctx.kinds.refresh(work.tx)
    rows = await work.kinds.held_rows(name, after, _AT_ONCE)
    await work.load_people({PersonId(row["person_id"]) for row in rows})
    done, released = [], 0
    for row in rows:
        try:
            held = work.kinds.opened(row)
        except Erased:
            done.append(row["id"])
            continue
        found = record(work, ctx, held.person_id, _occurrence(held, ctx.events))
        if isinstance(found, Event) or found.code == ALREADY:
            done.append(held.id)
            released += isinstance(found, Event)
    await work.kinds.drop_held(done)
    if len(rows) == _AT_ONCE:
        last = int(rows[-1]["id"])
        payload = (("name", name), ("after", str(last)))
        key = f"{RELEASE_TIMER}:{cause}:{last}"
        work.set_timer(Timer(RELEASE_TIMER, last, work.now, key, payload))
    return released


def _occurrence(held: HeldEvent, registry: EventRegistry) -> Occurrence:
    known = registry.named(held.kind)
    return Occurrence(
        kind=known.name if known else held.kind,
        at=held.event_at,
        dedupe_key=held.dedupe_key,
        sequence=held.source_sequence,
        properties=held.properties,
        text=held.text,
    )
