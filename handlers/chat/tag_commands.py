"""The command 标签: what there is, what somebody has, putting on and taking off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.tags.nearest import nearest
from domain.tags.tagging import TagSource
from domain.values import Refusal
from handlers.actions.asked import reply
from handlers.actions.look_up import Missed, find_lead
from handlers.actions.show import name_of, send_card
from handlers.actions.tags.by_hand import PutBy, put_on, take_off
from handlers.actions.tags.show import definition_lines, definition_words, tag_card

if TYPE_CHECKING:
    from domain.chat.command import Command
    from domain.lead import Lead
    from handlers.actions.asked import Asked
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def run_tag(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """List the tags, explain one, show somebody's, or put one on and take it off."""
    given = command.arguments
    if not given.lead:
        reply(asked, work, ctx, _definitions(ctx, given.tag))
        return
    lead = await find_lead(work, ctx, asked.actor, given.lead)
    if isinstance(lead, Missed):
        reply(asked, work, ctx, lead.text)
        return
    if not given.tag:
        await work.records.looked(
            asked.userid, lead.person_id, what="tags", via="card", at=asked.at
        )
        send_card(work, ctx, lead, asked.userid, tag_card(work, ctx, lead, asked.cause))
        return
    reply(asked, work, ctx, _change(command, asked, lead, work, ctx))


def _change(command: Command, asked: Asked, lead: Lead, work: UnitOfWork, ctx: Context) -> str:
    known = _known(ctx, work, lead, command.arguments.tag)
    by, is_off = PutBy(TagSource.HAND, asked.userid), command.arguments.remove
    change = take_off if is_off else put_on
    result = change(work, ctx, lead.person_id, known, by)
    if isinstance(result, Refusal):
        work.refused("tag", result.code)
        return ctx.words.get(f"refusals.{result.code}", detail=result.detail)
    done = "tag.taken_off" if is_off else "tag.put_on"
    return ctx.words.get(done, name=name_of(work, ctx, lead.person_id), tag=known)


def _known(ctx: Context, work: UnitOfWork, lead: Lead, word: str) -> str:
    """Return the name that was meant: a slip of one character falls on what is there."""
    there = [*ctx.tags.book.by_hand, *work.tags_of(lead.person_id)]
    return nearest(word, there) or word


def _definitions(ctx: Context, wanted: str) -> str:
    specs = ctx.tags.book.specs
    if not wanted:
        by_hand = ctx.words.get("list.and").join(ctx.tags.book.by_hand)
        return ctx.words.get("tag.listed", lines=definition_lines(ctx), by_hand=by_hand)
    meant = nearest(wanted, specs)
    if meant is None:
        return ctx.words.get("tag.unknown", tag=wanted)
    return definition_words(ctx, specs[meant])
