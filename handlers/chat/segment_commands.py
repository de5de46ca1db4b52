"""The command 圈选: what there is, about how many, and a new one with confirmation."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.messages import CardUpdate
from domain.segments.segment import SegmentBook, SegmentText
from domain.tags.nearest import nearest
from domain.tags.tagging import name_of
from domain.values import Refusal
from handlers.actions.asked import reply
from handlers.actions.segments.defining import book_of, checked, define
from handlers.actions.segments.telling import DRAFT, SAVE, save_key
from handlers.actions.show import tell, update_card
from storage.repositories.segments import Segments

if TYPE_CHECKING:
    from domain.chat.command import Command
    from domain.lifecycle.transitions import Actor
    from handlers.actions.answer import Tap
    from handlers.actions.asked import Asked
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

_NEW = re.compile(r"\s*\S+?[\s:：]\s*(?P<name>[^=＝]{1,60}?)\s*[=＝]\s*(?P<text>\S.*)", re.DOTALL)
_NAMED = re.compile(r"\s*\S+?[\s:：]\s*(?P<name>\S.*?)\s*")
#: Bytes of a button's key that a definition may take (fact sheet 3.2: 1024 in all).
_KEY_BYTES = 1000


async def run_segment(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """List segments, count one, or offer to keep a new one; counts come as a card."""
    del command
    if found := _NEW.fullmatch(asked.text):
        reply(
            asked, work, ctx, await _offer(found["name"], found["text"].strip(), asked, work, ctx)
        )
        return
    book = await book_of(work.tx, ctx)
    if found := _NAMED.fullmatch(asked.text):
        reply(asked, work, ctx, await _count(found["name"], book, asked, work, ctx))
    else:
        reply(asked, work, ctx, await _listed(book, work, ctx))


async def _listed(book: SegmentBook, work: UnitOfWork, ctx: Context) -> str:
    sizes = await Segments(work.tx).last_sizes()
    lines = []
    for name, text in sorted(book.texts.items()):
        size = ctx.words.get("segment.not_computed")
        if name in sizes:
            size = ctx.words.get("segment.size", size=sizes[name].size)
        note = text.note or text.text
        lines.append(ctx.words.get("segment.line", name=name, size=size, note=note))
    return ctx.words.get("segment.listed", lines="\n".join(lines))


async def _count(
    wanted: str, book: SegmentBook, asked: Asked, work: UnitOfWork, ctx: Context
) -> str:
    name = nearest(wanted, book.texts)
    if name is None:
        return ctx.words.get("segment.unknown", name=wanted)
    await _ask(book.texts[name], asked, work)
    return ctx.words.get("segment.counting", name=name)


async def _offer(word: str, text: str, asked: Asked, work: UnitOfWork, ctx: Context) -> str:
    name = name_of(word)
    if isinstance(name, Refusal):
        return ctx.words.get(f"refusals.{name.code}", detail=name.detail)
    draft = SegmentText(name, text, version=DRAFT)
    book = await checked(work.tx, ctx, draft)
    if isinstance(book, str):
        return ctx.words.get("segment.wrong", reason=book)
    draft = replace(book.texts[name], version=DRAFT)
    if len(save_key(name, draft.text).encode()) > _KEY_BYTES:
        page = f"{ctx.accounts.public_url}/tags"
        return ctx.words.get("segment.too_long_for_chat", page=page)
    await _ask(draft, asked, work)
    return ctx.words.get("segment.counting", name=name)


async def _ask(text: SegmentText, asked: Asked, work: UnitOfWork) -> None:
    await Segments(work.tx).ask(work.ids, text, asked.userid, work.now, is_estimate=True)


async def tap_segment(work: UnitOfWork, ctx: Context, word: str, who: tuple[Actor, Tap]) -> None:
    """Keep the segment of a confirmed card, or let it go."""
    actor, tap = who
    entry = ctx.catalog.commands.named("segment")
    if entry is None or not entry.is_open_to(actor.roles):
        work.refused("card", "role_not_allowed")
        tell(work, ctx, tap.userid, ctx.words.get("command.not_allowed"), cause=tap.cause)
        return
    grey, result = "segment.dropped", "dropped"
    if word.startswith(SAVE):
        name, _, text = word.removeprefix(SAVE).partition("=")
        made = await define(work, ctx, SegmentText(name, text), tap.userid)
        grey, result = "segment.saved", "done"
        if isinstance(made, str):
            grey, result = "offer.void", "refused"
            told = ctx.words.get("segment.wrong", reason=made)
            tell(work, ctx, tap.userid, told, cause=tap.cause)
    await work.records.commanded(
        tap.userid, "segment", result, dedupe_key=f"segment:{tap.cause}", at=tap.at
    )
    update = CardUpdate(tap.response_code, (tap.userid,), ctx.words.get(grey))
    update_card(work, ctx, tap.userid, update, cause=tap.cause)
