"""``segments.toml``: the segments that come with Clew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from config.tables.rows import Name, TomlRow
from domain.behaviour.mistakes import sentences
from domain.errors import RuleError
from domain.segments.segment import SegmentError, SegmentText, read_segments

if TYPE_CHECKING:
    from config.texts import Texts
    from domain.behaviour.vocabulary import Vocabulary

FILE = "segments.toml"


class SegmentRow(TomlRow, frozen=True):
    """One ``[[segment]]``."""

    name: Name
    when: Name
    note: str = ""


class SegmentsFile(TomlRow, frozen=True):
    """The whole file."""

    segment: list[SegmentRow] = msgspec.field(default_factory=list)

    def build(self, vocabulary: Vocabulary, texts: Texts) -> tuple[SegmentText, ...]:
        """Return the definitions; ``vocabulary`` knows the tags.

        Raises:
            RuleError: a definition is wrong, or segments mention each other in a circle.
        """
        found = tuple(SegmentText(row.name, row.when, row.note) for row in self.segment)
        try:
            read_segments(found, vocabulary)
        except SegmentError as error:
            reason = sentences(error.cause, texts)
            raise RuleError(error.name, code="formula_wrong", detail=reason) from None
        return found
