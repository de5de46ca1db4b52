"""黑名单 and 红名单: put somebody on a list or take them off, by contact or by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.cleaning.phone import mask_phone
from domain.screening.entries import person_of
from domain.screening.lists import ListName
from domain.values import ContactKey, IdentityKind, Refusal
from handlers.actions.asked import Asked, reply
from handlers.actions.dedup.cards import masked_contact
from handlers.actions.isolation import wish_for
from handlers.actions.listing import put_on_list, take_off_list
from handlers.actions.look_up import Missed, find_lead
from handlers.actions.show import name_of
from storage.queries.isolated import isolated

if TYPE_CHECKING:
    from domain.chat.command import Command
    from domain.lead import Lead
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def listed(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Change a list, or say how long it is."""
    name = ListName(command.arguments.tag)
    wanted = command.arguments.lead
    label = ctx.words.get(f"list_name.{name}")
    if not wanted:
        count = len(ctx.lists.current.people(name))
        add = ctx.words.get(f"listed.add_{name}")
        shown = ctx.words.get("listed.shown", list=label, count=count, add=add)
        is_lost = command.arguments.remove
        reply(asked, work, ctx, ctx.words.get("listed.nobody") if is_lost else shown)
        return
    meant = await _meant(work, ctx, asked, wanted)
    if isinstance(meant, Missed):
        reply(asked, work, ctx, meant.text)
        return
    keys, who = meant
    change, done = (
        (take_off_list, "listed.removed")
        if command.arguments.remove
        else (put_on_list, "listed.added")
    )
    refusal = await change(work, ctx, name, keys)
    key = f"refusals.{refusal.code}" if refusal else done
    reply(asked, work, ctx, ctx.words.get(key, who=who, list=label))


async def _put_aside(work: UnitOfWork, wanted: str) -> Lead | None:
    """Return the one isolated lead that a name or phone means."""
    wish = wish_for(wanted)
    found = await isolated(work.tx, work.vault, wish) if wish else ()
    exact = [one for one in found if one.name == wanted] or list(found)
    if len(exact) != 1:
        return None
    await work.load((), [exact[0].lead.id])
    return work.leads.get(exact[0].lead.id)


async def _meant(
    work: UnitOfWork, ctx: Context, asked: Asked, wanted: str
) -> tuple[tuple[ContactKey, ...], str] | Missed:
    """Return the keys that a contact, or the name of a known person, stands for, and its words."""
    key = person_of(wanted)
    if not isinstance(key, Refusal):
        is_phone = key.kind is IdentityKind.PHONE
        return (key,), mask_phone(key.value) if is_phone else wanted
    found = await find_lead(work, ctx, asked.actor, wanted)
    if isinstance(found, Missed):
        put_aside = await _put_aside(work, wanted)
        if put_aside is None:
            return found
        found = put_aside
    person = work.people.whole(found.person_id)
    contact = masked_contact(person)
    words = " ".join(filter(None, (name_of(work, ctx, person.id), contact)))
    return tuple(identity.key for identity in person.identities), words
