"""``filters.toml``: what is filtered, who is reachable, how often people are contacted."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Annotated

import msgspec

from config.tables.rows import Name, TomlRow, Whole
from domain.errors import RuleError
from domain.screening.contact import ContactKind, ContactRules, Courtesy, Limit
from domain.screening.rules import FilterRules, Reason, Verdict, Way
from domain.screening.words import WordOptions

FILE = "filters.toml"

_AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class FilterRow(TomlRow, frozen=True):
    """One ``[[filter]]``."""

    reason: Reason
    verdict: Verdict


class WordsRow(TomlRow, frozen=True):
    """``[words]``: how sensitive words are recognised."""

    whole_english: bool = True
    digits_from: Whole = 0
    emails: bool = False
    urls: bool = False


class LimitRow(TomlRow, frozen=True):
    """One ``[[limit]]`` of frequency protection."""

    kinds: list[ContactKind]
    most: _AtLeastOne
    days: Whole = 0
    hours: Whole = 0

    def __post_init__(self) -> None:
        """Refuse a limit that never holds, or for nothing."""
        code = ""
        if not self.kinds:
            code = "value_wanted"
        elif not self.days and not self.hours:
            code = "limit_without_span"
        if code:
            raise ValueError(code)

    def build(self) -> Limit:
        """Return the limit."""
        within = timedelta(days=self.days, hours=self.hours)
        return Limit(frozenset(self.kinds), self.most, within)


class CourtesyRow(TomlRow, frozen=True):
    """One ``[[courtesy]]``: what a kind of message need not avoid."""

    kind: ContactKind
    after_opt_out: bool = False
    red_list: bool = False
    locked: bool = False
    quiet_hours: bool = False

    def build(self) -> Courtesy:
        """Return the courtesy."""
        return Courtesy(self.after_opt_out, self.red_list, self.locked, self.quiet_hours)


class FiltersFile(TomlRow, frozen=True):
    """The whole file."""

    reachable_by: list[Way]
    fields: list[Name]
    filter: list[FilterRow]
    words: WordsRow = msgspec.field(default_factory=WordsRow)
    limit: list[LimitRow] = msgspec.field(default_factory=list)
    courtesy: list[CourtesyRow] = msgspec.field(default_factory=list)

    def build(self) -> FilterRules:
        """Return the rules.

        Raises:
            RuleError: a reason or a kind of message is there twice.
        """
        _refuse_twins([row.reason.value for row in self.filter])
        _refuse_twins([row.kind.value for row in self.courtesy])
        words = self.words
        return FilterRules(
            verdicts=MappingProxyType({row.reason: row.verdict for row in self.filter}),
            ways=frozenset(self.reachable_by),
            fields=tuple(self.fields),
            words=WordOptions(words.whole_english, words.digits_from, words.emails, words.urls),
            contact=ContactRules(
                tuple(row.build() for row in self.limit),
                MappingProxyType({row.kind: row.build() for row in self.courtesy}),
            ),
        )


def _refuse_twins(names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise RuleError(name, code="defined_twice")
