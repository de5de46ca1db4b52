"""``别名``: which other names companies have, say a new one, take one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.chat.command.aliases import AliasesAsked, aliases_asked
from handlers.actions.asked import Asked, reply
from handlers.actions.dedup.aliases import add_aliases, remove_alias

if TYPE_CHECKING:
    from domain.chat.command import Command
    from domain.values import Refusal
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Companies that one message lists.
_SHOWN = 20


async def aliases(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Answer about other names of companies, or change them."""
    meant = aliases_asked(command.arguments.lead)
    if command.arguments.remove:
        words = await _removed(command.arguments.lead, asked, work, ctx)
    elif meant.names:
        words = await _added(meant, asked, work, ctx)
    else:
        words = await _shown(meant.company, work, ctx)
    reply(asked, work, ctx, words)


async def _added(meant: AliasesAsked, asked: Asked, work: UnitOfWork, ctx: Context) -> str:
    refusal = await add_aliases(work, ctx, meant.company, meant.names, asked.userid)
    if refusal:
        return _refused(refusal, ctx)
    names = ctx.words.get("list.and").join(meant.names)
    return ctx.words.get("alias.added", company=meant.company, names=names)


async def _removed(name: str, asked: Asked, work: UnitOfWork, ctx: Context) -> str:
    if not name:
        return ctx.words.get("alias.how_to_remove")
    refusal = await remove_alias(work, ctx, name, asked.userid)
    return _refused(refusal, ctx) if refusal else ctx.words.get("alias.removed", name=name)


def _refused(refusal: Refusal, ctx: Context) -> str:
    return ctx.words.get(f"refusals.{refusal.code}", detail=refusal.detail)


async def _shown(company: str, work: UnitOfWork, ctx: Context) -> str:
    """List who has other names; of one company, or of a name, what it stands for."""
    await ctx.aliases.refresh(work.tx)
    known = ctx.dedup.aliases
    by_brand = known.names()
    if company:
        wanted = known.key(company).brand
        by_brand = {brand: names for brand, names in by_brand.items() if brand == wanted}
    if not by_brand:
        key = "alias.none_of" if company else "alias.none"
        return ctx.words.get(key, company=company)
    lines = [
        ctx.words.get("alias.line", brand=brand, names=ctx.words.get("list.and").join(names))
        for brand, names in list(by_brand.items())[:_SHOWN]
    ]
    if len(by_brand) > _SHOWN:
        lines.append(ctx.words.get("alias.more"))
    return ctx.words.get("alias.shown", lines="\n".join(lines))
