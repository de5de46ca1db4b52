"""``tags.toml``: the tags that come with Clew."""

from __future__ import annotations

import msgspec

from config.tables.rows import Name, TomlRow
from domain.tags.spec import TagBook

FILE = "tags.toml"


class TagsFile(TomlRow, frozen=True):
    """The whole file."""

    by_hand: list[Name] = msgspec.field(default_factory=list)
    corp_group: str = ""

    def build(self) -> TagBook:
        """Return the definitions.

        Raises:
            RuleError: a definition is wrong, or tags mention each other in a circle.
        """
        return TagBook.of((), self.by_hand, self.corp_group)
