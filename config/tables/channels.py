"""``channels.toml``: the channel tree and how raw words lead to it."""

from __future__ import annotations

import msgspec

from config.tables.rows import Code, Name, NotNegative, TomlRow
from domain.channels.attribution import Attribution, AttributionRule, Match, Origin
from domain.channels.channel import Channel, ChannelKind, ChannelTree

FILE = "channels.toml"
_TENTH = 10.0


class ChannelRow(TomlRow, frozen=True):
    """One ``[[channel]]``."""

    code: Code
    name: Name
    points: NotNegative = 5.0
    parent: str = ""
    is_paid: bool = False
    cost: NotNegative = 0.0
    line: str = ""
    kind: ChannelKind | None = None

    def __post_init__(self) -> None:
        """Refuse points beyond the 10-point scale."""
        if self.points > _TENTH:
            code = "points_beyond_ten"
            raise ValueError(code)

    def build(self) -> Channel:
        """Return the channel."""
        return Channel(
            code=self.code,
            name=self.name,
            points=self.points,
            parent=self.parent,
            is_paid=self.is_paid,
            cost=self.cost,
            line=self.line,
            kind=self.kind,
        )


class AttributionRow(TomlRow, frozen=True):
    """One ``[[attribution]]``: exactly one of ``word``, ``prefix`` and ``any`` is given."""

    origin: Origin
    channel: Code
    word: str | None = None
    prefix: str | None = None
    any: bool = False

    def __post_init__(self) -> None:
        """Refuse a row that says nothing or two things."""
        given = [self.word is not None, self.prefix is not None, self.any]
        if sum(given) != 1:
            code = "one_of_word_prefix_any"
            raise ValueError(code)

    def build(self) -> AttributionRule:
        """Return the rule."""
        if self.word is not None:
            return AttributionRule(self.origin, Match.EXACT, self.channel, self.word)
        if self.prefix is not None:
            return AttributionRule(self.origin, Match.PREFIX, self.channel, self.prefix)
        return AttributionRule(self.origin, Match.ANY, self.channel)


class ChannelsFile(TomlRow, frozen=True):
    """The whole file."""

    default_line: Code
    fallback: Code
    channel: list[ChannelRow] = msgspec.field(default_factory=list)
    attribution: list[AttributionRow] = msgspec.field(default_factory=list)

    def tree(self) -> ChannelTree:
        """Return the channel tree.

        Raises:
            RuleError: the channels contradict each other.
        """
        return ChannelTree.of(row.build() for row in self.channel)

    def rules(self) -> Attribution:
        """Return the attribution rules."""
        return Attribution(tuple(row.build() for row in self.attribution), self.fallback)
