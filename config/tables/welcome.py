"""``welcome.toml``: what a new contact is told, by channel."""

from __future__ import annotations

import msgspec

from config.tables.rows import Name, TomlRow
from domain.channels.welcome import Welcomes, WelcomeText

FILE = "welcome.toml"


class WelcomeRow(TomlRow, frozen=True):
    """One ``[[welcome]]``; without channels it is everybody else's."""

    text: Name
    channels: list[str] = msgspec.field(default_factory=list)
    link_title: str = ""
    link_url: str = ""

    def __post_init__(self) -> None:
        """Refuse a link with only one half."""
        if bool(self.link_title) != bool(self.link_url):
            code = "link_needs_title_and_url"
            raise ValueError(code)


class WelcomeFile(TomlRow, frozen=True):
    """The whole file."""

    welcome: list[WelcomeRow]

    def build(self) -> Welcomes:
        """Return the welcomes.

        Raises:
            RuleError: a channel has two welcomes, or nobody speaks to the rest.
        """
        return Welcomes.of(
            (channel, WelcomeText(row.text, row.link_title, row.link_url))
            for row in self.welcome
            for channel in row.channels or [""]
        )
