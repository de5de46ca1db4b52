"""The one function that sends to customers: it asks whether the person may be contacted.

Wishes for silence, lists, the do-not-disturb lock, quiet hours and how often somebody was
written to are the same for everything that Clew sends, whatever sends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.screening.contact import Addressee, ContactKind, Moment, may_contact
from domain.screening.rules import Reason
from handlers.actions.screen import tokens_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.messages import Push
    from domain.person import Person
    from domain.screening.contact import Contacted
    from domain.values import Refusal
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def contact(
    work: UnitOfWork, ctx: Context, person: Person, kind: ContactKind, push: Push
) -> Refusal | None:
    """Send ``push`` to a customer if they may get a message of this kind now, else say why not."""
    refusal = await refusal_to_contact(work, ctx, person, kind)
    if refusal:
        work.refused("contact", refusal.code)
        return refusal
    if ctx.catalog.filters.contact.limits_of(kind):
        root = work.people.root(person.id)
        work.screenings.contacted(root.id, kind, dedupe_key=push.dedupe_key, at=work.now)
    work.send(push)
    return None


async def refusal_to_contact(
    work: UnitOfWork, ctx: Context, person: Person, kind: ContactKind
) -> Refusal | None:
    """Return why the person must not get a message of this kind now, or None."""
    rules = ctx.catalog.filters.contact
    whole = work.people.whole(person.id)
    is_black, is_red = await _listed(work, ctx, whole)
    who = Addressee(
        has_opted_out=whole.opted_out_at is not None,
        is_black=is_black,
        is_red=is_red,
        is_locked=any(map(ctx.catalog.lifecycle.is_locked_for_sales, work.leads_of(person.id))),
        earlier=await _earlier(work, ctx, person, kind),
    )
    moment = Moment(work.now.astimezone(ctx.zone), ctx.catalog.quiet)
    return may_contact(kind, who, rules, moment)


async def _listed(work: UnitOfWork, ctx: Context, person: Person) -> tuple[bool, bool]:
    """Tell whether the person is on the black and on the red list, and nobody let them through."""
    lists = ctx.lists.current
    if not lists.names_people:
        return False, False
    tokens = tokens_of(work, person)
    is_black, is_red = lists.is_black(tokens), lists.is_red(tokens)
    if not (is_black or is_red):
        return False, False
    group = [member.id for member in work.people.group(person.id)]
    restored = await work.screenings.restored(group)
    return (
        is_black and Reason.BLACKLISTED not in restored,
        is_red and Reason.RED_LISTED not in restored,
    )


async def _earlier(
    work: UnitOfWork, ctx: Context, person: Person, kind: ContactKind
) -> Sequence[Contacted]:
    span = ctx.catalog.filters.contact.span_of(kind)
    if not span:
        return ()
    group = [member.id for member in work.people.group(person.id)]
    return await work.screenings.contacts(group, work.now - span)
