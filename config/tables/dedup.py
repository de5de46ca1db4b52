"""``dedup.toml``: who counts as the same person or firm, and what happens to a duplicate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import msgspec

from config.tables.rows import Code, Name, NotNegative, Positive, TomlRow
from domain.matching.company import alias_table
from domain.matching.linkage import FieldWeights, LinkModel
from domain.matching.measures import Field, Measure
from domain.matching.profile import PERSONAL
from domain.matching.rules import DedupRules, HookRules, MatchKind, Rule, Treatment, Window
from domain.values import IdentityKind

FILE = "dedup.toml"
Cut = Annotated[float, msgspec.Meta(gt=0, le=1)]


class RuleRow(TomlRow, frozen=True, kw_only=True):
    """What all rules have in common."""

    id: Code
    window: Window = Window.ALL
    then: Treatment = Treatment.FOLLOW
    tag: str = ""


class ExactRow(RuleRow, frozen=True, kw_only=True):
    """One ``[[exact]]``: one equal identity of these kinds is enough."""

    kinds: list[IdentityKind]

    def build(self) -> Rule:
        """Return the rule."""
        return Rule(
            self.id,
            MatchKind.EXACT,
            self.window,
            self.then,
            self.tag,
            kinds=frozenset(self.kinds),
        )


class CombinedRow(RuleRow, frozen=True, kw_only=True):
    """One ``[[combined]]``: all of these fields are equal.

    Raises:
        ValueError: every field is personal, so that nothing is left to look under.
    """

    equal: Annotated[list[Name], msgspec.Meta(min_length=1)]
    review: bool = False

    def __post_init__(self) -> None:
        """Refuse a rule under which nobody can be looked up."""
        if PERSONAL.issuperset(self.equal):
            code = "nothing_to_look_under"
            raise ValueError(code)

    def build(self) -> Rule:
        """Return the rule."""
        return Rule(
            self.id,
            MatchKind.COMBINED,
            self.window,
            self.then,
            self.tag,
            fields=tuple(self.equal),
            is_merging=not self.review,
            blocks=(tuple(self.equal),),
        )


class FieldRow(TomlRow, frozen=True, kw_only=True):
    """``{ name = "city", measure = "exact", bits = [2, -3] }``: a weight for each level.

    Raises:
        ValueError: there is not one weight more than there are cuts.
    """

    name: Name
    measure: Measure = Measure.EXACT
    source: str = ""
    cuts: list[Cut] = msgspec.field(default_factory=lambda: [1.0])
    bits: list[float]

    def __post_init__(self) -> None:
        """Refuse weights that do not fit the levels."""
        if len(self.bits) != len(self.cuts) + 1:
            code = "one_weight_more_than_cuts"
            raise ValueError(code)

    def build(self) -> FieldWeights:
        """Return the field with its weights."""
        field = Field(self.name, self.measure, tuple(self.cuts), self.source)
        return FieldWeights(field, tuple(self.bits))


class FuzzyRow(RuleRow, frozen=True, kw_only=True):
    """One ``[[fuzzy]]``: weights of evidence that add up."""

    blocks: Annotated[list[list[Name]], msgspec.Meta(min_length=1)]
    fields: Annotated[list[FieldRow], msgspec.Meta(min_length=1)]
    prior_bits: float
    review_bits: float
    merge_bits: float

    def __post_init__(self) -> None:
        """Refuse thresholds the wrong way round."""
        if self.merge_bits < self.review_bits:
            code = "merge_below_review"
            raise ValueError(code)

    def build(self) -> Rule:
        """Return the rule."""
        return Rule(
            self.id,
            MatchKind.FUZZY,
            self.window,
            self.then,
            self.tag,
            model=LinkModel(
                tuple(row.build() for row in self.fields),
                self.prior_bits,
                self.merge_bits,
                self.review_bits,
            ),
            blocks=tuple(map(tuple, self.blocks)),
        )


class HookRow(TomlRow, frozen=True, kw_only=True):
    """``[hook]``."""

    answer_minutes: Positive = 5
    otherwise: Treatment = Treatment.FOLLOW

    def __post_init__(self) -> None:
        """Refuse a hook that falls back on itself, or on a tag that nobody named."""
        if self.otherwise in {Treatment.HOOK, Treatment.TAG}:
            code = "hook_falls_back_on_itself"
            raise ValueError(code)

    def build(self) -> HookRules:
        """Return the rules of the hook."""
        return HookRules(timedelta(minutes=self.answer_minutes), self.otherwise)


class CompanyRow(TomlRow, frozen=True, kw_only=True):
    """One ``[[company]]``: a firm and the other names it goes by."""

    name: Name
    also: Annotated[list[Name], msgspec.Meta(min_length=1)]


class DedupFile(TomlRow, frozen=True, kw_only=True):
    """The whole file."""

    arrivals: list[Code]
    again_after_hours: NotNegative = 24
    public_mail: list[Name] = msgspec.field(default_factory=list)
    exact: list[ExactRow]
    combined: list[CombinedRow] = msgspec.field(default_factory=list)
    fuzzy: list[FuzzyRow] = msgspec.field(default_factory=list)
    hook: HookRow = HookRow()
    company: list[CompanyRow] = msgspec.field(default_factory=list)

    def build(self) -> DedupRules:
        """Return the table.

        Raises:
            RuleError: a rule is there twice, or tags without a tag.
        """
        built = [row.build() for row in self.exact]
        built += [row.build() for row in self.combined]
        built += [row.build() for row in self.fuzzy]
        rules = DedupRules.of(
            built,
            self.arrivals,
            timedelta(hours=self.again_after_hours),
            (domain.casefold() for domain in self.public_mail),
        )
        aliases = alias_table({row.name: tuple(row.also) for row in self.company})
        return replace(rules, aliases=aliases, hook=self.hook.build())
