"""Definitions of tags as versions: checked with all others, then in force at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.behaviour.mistakes import sentences
from domain.errors import RuleError
from domain.segments.segment import SegmentError
from domain.tags.reading import FormulaError, TagText
from handlers.actions.segments.defining import check_among
from storage.repositories.tag_definitions import TagDefinitions, TagVersion

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.protocols import Transaction
    from storage.unit_of_work import UnitOfWork


async def why_not(tx: Transaction, ctx: Context, draft: TagText) -> str:
    """Return in the users' language why a definition does not fit, or an empty text.

    Neither another tag nor a segment may become unreadable by it.
    """
    try:
        await check_among(tx, ctx, await ctx.tag_keeper.words_after(tx, draft))
    except SegmentError as error:
        found = sentences(error.cause, ctx.words)
        return ctx.words.get("segment.breaks", name=error.name, reason=found)
    except FormulaError as error:
        found = sentences(error.cause, ctx.words)
        if error.name == draft.name:
            layer = ctx.words.get("tag.in_layer", word=error.word) if error.word else ""
            return layer + found
        return ctx.words.get("tag.breaks", name=error.name, reason=found)
    except RuleError as error:
        return ctx.words.get(f"config.problem.rule.{error.code}", detail=error.detail)
    return ""


async def publish(work: UnitOfWork, ctx: Context, draft: TagText, author: str) -> TagVersion | str:
    """Put a definition in force as the next version of its name; a text says why it was not.

    Everybody gets the new values by a pass that begins within seconds.
    """
    if problem := await why_not(work.tx, ctx, draft):
        return problem
    definitions = TagDefinitions(work.tx)
    made = await definitions.draft(work.ids, draft, draft.name, author, work.now)
    await definitions.publish(made, work.now)
    return made
