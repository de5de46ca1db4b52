"""The command 渠道: what channels bring and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.reports.channels import ChannelFigures, channel_figures
from domain.reports.period import period_of
from handlers.actions.asked import reply
from handlers.actions.portray import day_words
from storage.queries.channel_counts import channel_counts
from storage.queries.funnel import Period

if TYPE_CHECKING:
    from domain.chat.command import Command
    from handlers.actions.asked import Asked
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Lines of one answer: a message holds 2048 bytes.
MOST = 15


async def show_channels(command: Command, asked: Asked, work: UnitOfWork, ctx: Context) -> None:
    """Show leads by first and last touch, deals and cost, by channel, in a period."""
    given, tree = command.arguments, ctx.catalog.channels
    meant = tree.meant(given.channel)
    if given.channel and len(meant) != 1:
        names = ctx.words.get("list.and").join(map(tree.name_of, meant))
        key = "channel.several" if meant else "refusals.unknown_channel"
        reply(asked, work, ctx, ctx.words.get(key, detail=given.channel, names=names))
        return
    below = meant[0] if meant else ""
    start, end = period_of(given.period or "this_month", work.now, ctx.zone)
    counts = await channel_counts(work.tx, Period(start, end))
    figures = channel_figures(counts, tree, below)
    lines = "\n".join(line_of(one, ctx) for one in figures[:MOST])
    if len(figures) > MOST:
        lines += "\n" + ctx.words.get("list.more")
    day = day_words(start, ctx)
    text = ctx.words.get("channel.shown", start=day, lines=lines or ctx.words.get("channel.none"))
    reply(asked, work, ctx, text)


def line_of(figures: ChannelFigures, ctx: Context) -> str:
    """Return one channel as a line; what lies below another is set back."""
    per_deal = figures.cost_of_deal
    cost = ctx.words.get("channel.cost", cost=f"{figures.cost:,.0f}") if figures.cost else ""
    if per_deal:
        cost += ctx.words.get("channel.per_deal", cost=f"{per_deal:,.0f}")
    return ctx.words.get(
        "channel.line",
        indent="　" * figures.depth,
        channel=figures.name or ctx.words.get("channel.untouched"),
        first=figures.counts.first,
        last=figures.counts.last,
        won=figures.counts.won,
        cost=cost,
    )
