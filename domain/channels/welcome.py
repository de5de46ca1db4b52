"""What a new contact is told within 20 s, by channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.channels.channel import ChannelTree
from domain.errors import RuleError


@dataclass(frozen=True, slots=True)
class WelcomeText:
    """A welcome with an optional link; ``{rep}`` in the text is the rep's name."""

    text: str
    link_title: str = ""
    link_url: str = ""


@dataclass(frozen=True, slots=True)
class Welcomes:
    """Welcomes by channel code; ``""`` is everybody else's."""

    by_channel: Mapping[str, WelcomeText]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, WelcomeText]]) -> Welcomes:
        """Build the table.

        Raises:
            RuleError: a channel has two welcomes, or nothing is said to everybody else.
        """
        found: dict[str, WelcomeText] = {}
        for channel, welcome in pairs:
            if channel in found:
                raise RuleError(channel, code="defined_twice")
            found[channel] = welcome
        if "" not in found:
            raise RuleError(subject="welcome", code="no_default_welcome")
        return cls(MappingProxyType(found))

    def for_channel(self, code: str, channels: ChannelTree) -> WelcomeText:
        """Return the welcome of the channel or of its nearest ancestor that has one."""
        for channel in channels.ancestry(code):
            if channel.code in self.by_channel:
                return self.by_channel[channel.code]
        return self.by_channel[""]
