"""What channels bring and cost: leads by first and by last touch, deals, money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.channels.channel import ChannelTree


@dataclass(frozen=True, slots=True)
class ChannelCounts:
    """Leads of one channel, without those below it: by first touch, by last touch, and sold."""

    first: int = 0
    last: int = 0
    won: int = 0

    def __add__(self, other: ChannelCounts) -> ChannelCounts:
        """Return both together."""
        return ChannelCounts(self.first + other.first, self.last + other.last, self.won + other.won)


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """A channel with everything below it. ``cost`` is in yuan, for all leads of first touch.

    ``depth`` is 0 for a channel without parent.
    """

    code: str
    name: str
    depth: int
    counts: ChannelCounts
    cost: float

    @property
    def cost_of_deal(self) -> float | None:
        """Yuan spent for each lead that was sold; None without any."""
        return self.cost / self.counts.won if self.counts.won else None


def channel_figures(
    counts: Mapping[str, ChannelCounts], tree: ChannelTree, below: str = ""
) -> list[ChannelFigures]:
    """Return every channel that brought something, parents before their children.

    A parent counts what lies below it as well; a code that the tree does not know
    stands by itself. ``below`` leaves only that channel and what lies below it.
    """
    total: dict[str, ChannelCounts] = {}
    cost: dict[str, float] = {}
    for code, own in counts.items():
        spent = own.first * (tree.channels[code].cost if code in tree.channels else 0.0)
        for line in [channel.code for channel in tree.ancestry(code)] or [code]:
            total[line] = total.get(line, ChannelCounts()) + own
            cost[line] = cost.get(line, 0.0) + spent
    wanted = [code for code in total if not below or tree.is_under(code, below)]
    shown = [
        ChannelFigures(code, tree.name_of(code), _depth(tree, code), total[code], cost[code])
        for code in wanted
    ]
    return sorted(shown, key=lambda figures: _place(tree, figures, total))


def _depth(tree: ChannelTree, code: str) -> int:
    return max(sum(1 for _ in tree.ancestry(code)) - 1, 0)


def _place(
    tree: ChannelTree, figures: ChannelFigures, total: Mapping[str, ChannelCounts]
) -> list[tuple[int, str]]:
    """Return the path from the root, the largest brother first at each step."""
    line: Iterable[str] = [channel.code for channel in tree.ancestry(figures.code)]
    path = list(line)[::-1] or [figures.code]
    return [(-total[code].first - total[code].last, code) for code in path]
