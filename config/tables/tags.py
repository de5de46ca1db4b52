"""``tags.toml``: the tags that come with Clew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from config.tables.rows import Name, TomlRow
from domain.behaviour.mistakes import sentences
from domain.errors import RuleError
from domain.tags.reading import FormulaError, TagText, read_tags
from domain.tags.spec import Refresh, TagBook, TagKind, Theme

if TYPE_CHECKING:
    from config.texts import Texts
    from domain.behaviour.vocabulary import Vocabulary

FILE = "tags.toml"


class LayerRow(TomlRow, frozen=True):
    """``{ word = "高价值", when = "求和(支付订单.金额, 30天) >= 500" }``."""

    word: Name
    when: Name


class TagRow(TomlRow, frozen=True):
    """One ``[[tag]]``."""

    name: Name
    kind: TagKind
    value: str = ""
    layers: list[LayerRow] = msgspec.field(default_factory=list)
    otherwise: str = ""
    theme: Theme = Theme.OTHER
    refresh: Refresh = Refresh.LIVE
    note: str = ""
    unit: str = ""
    corp_group: str = ""

    def build(self) -> TagText:
        """Return the definition as it is written."""
        return TagText(
            name=self.name,
            kind=self.kind,
            value=self.value,
            layers=tuple((layer.word, layer.when) for layer in self.layers),
            otherwise=self.otherwise,
            theme=self.theme,
            refresh=self.refresh,
            note=self.note,
            unit=self.unit,
            corp_group=self.corp_group,
        )


class TagsFile(TomlRow, frozen=True):
    """The whole file."""

    tag: list[TagRow] = msgspec.field(default_factory=list)
    by_hand: list[Name] = msgspec.field(default_factory=list)
    corp_group: str = ""

    def build(self, vocabulary: Vocabulary, texts: Texts) -> TagBook:
        """Return the definitions.

        Raises:
            RuleError: a definition is wrong, or tags mention each other in a circle.
        """
        rows = [row.build() for row in self.tag]
        try:
            return read_tags(rows, vocabulary, by_hand=self.by_hand, corp_group=self.corp_group)
        except FormulaError as error:
            subject = f"{error.name} {error.word}".rstrip()
            reason = sentences(error.cause, texts)
            raise RuleError(subject, code="formula_wrong", detail=reason) from None
