"""隔离 and 恢复: what the filter put aside, and letting a lead go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.values import Refusal
from handlers.actions.asked import Asked, reply
from handlers.actions.isolation import lines_of, reason_words, wish_for
from handlers.actions.screen import restore
from storage.queries.find import MOST
from storage.queries.isolated import Reason, Wish, count_isolated, isolated

if TYPE_CHECKING:
    from domain.chat.command import Command
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


async def show_isolated(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Say how many leads were put aside for which reason, and list the newest."""
    del command
    counts = await count_isolated(work.tx)
    if not counts:
        reply(asked, work, ctx, ctx.words.get("isolated.none"))
        return
    found = await isolated(work.tx, work.vault, Wish(limit=MOST))
    sums = "\n".join(
        ctx.words.get("isolated.count", reason=reason_words(Reason(reason), ctx), count=count)
        for reason, count in counts.most_common()
    )
    content = ctx.words.get(
        "isolated.shown",
        counts=sums,
        lines=lines_of(found[:MOST], ctx),
        url=f"{ctx.accounts.public_url}/isolated",
    )
    reply(asked, work, ctx, content)


async def restore_lead(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Let the lead that is named go on."""
    await restore_named(command.arguments.lead, asked, work, ctx)


async def restore_named(wanted: str, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Let the one isolated lead go on that ``wanted`` (a name or a phone) means."""
    wish = wish_for(wanted)
    found = await isolated(work.tx, work.vault, wish) if wish else ()
    exact = [one for one in found if one.name == wanted] or list(found)
    if not exact:
        reply(asked, work, ctx, ctx.words.get("isolated.nobody", wanted=wanted))
        return
    if len(exact) > 1:
        lines = lines_of(exact[:MOST], ctx)
        reply(asked, work, ctx, ctx.words.get("isolated.several", wanted=wanted, lines=lines))
        return
    lead_id = exact[0].lead.id
    await work.load((), [lead_id])
    done = await restore(work, ctx, lead_id, asked.actor)
    name = exact[0].name or ctx.words.get("card.nameless")
    key = f"refusals.{done.code}" if isinstance(done, Refusal) else "isolated.restored"
    reply(asked, work, ctx, ctx.words.get(key, name=name))
