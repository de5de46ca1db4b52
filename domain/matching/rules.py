"""Rules of dedup: who counts as the same, within which window, and what happens then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import RuleError
from domain.matching.company import NO_ALIASES, Aliases
from domain.matching.linkage import LinkModel
from domain.values import IdentityKind


class Window(StrEnum):
    """How far back somebody is looked for, by when they were last in touch."""

    THREE_MONTHS = "3_months"
    SIX_MONTHS = "6_months"
    ALL = "all"

    def reaches(self, seen_at: datetime, now: datetime) -> bool:
        """Tell whether somebody last seen at ``seen_at`` is still looked at; a month is 30 days."""
        spans = {Window.THREE_MONTHS: timedelta(days=90), Window.SIX_MONTHS: timedelta(days=180)}
        span = spans.get(self)
        return span is None or now - seen_at <= span


class Treatment(StrEnum):
    """What happens to a duplicate (product section 4)."""

    #: (a) Into the present owner's follow-up, who is told; without an owner as ``ASSIGN``.
    FOLLOW = "follow"
    #: (b) Assigned by the normal rules.
    ASSIGN = "assign"
    #: (c) Linked to the source lead 归集; both are kept.
    LINK = "link"
    #: (d) Key fields are updated and the customer's owner becomes the lead's owner.
    UPDATE = "update"
    #: (e) Only tagged.
    TAG = "tag"
    #: (f) A hook of the customer's own decides.
    HOOK = "hook"


class MatchKind(StrEnum):
    """How a rule finds somebody."""

    EXACT = "exact"
    COMBINED = "combined"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Of ``kinds``, ``fields`` and ``model`` only those of its kind are set.

    ``is_merging`` false sends a combined match to review. ``blocks`` are the sets of
    fields of which one has to be shared before a pair is weighed.
    """

    id: str
    kind: MatchKind
    window: Window
    treatment: Treatment
    tag: str = ""
    kinds: frozenset[IdentityKind] = frozenset()
    fields: tuple[str, ...] = ()
    is_merging: bool = True
    model: LinkModel | None = None
    blocks: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class HookRules:
    """How long the customer's hook may take, and what happens when it says nothing."""

    answer_within: timedelta = timedelta(minutes=5)
    fallback: Treatment = Treatment.FOLLOW


@dataclass(frozen=True, slots=True)
class DedupRules:
    """The table: rules in order, kinds of events that are arrivals, aliases of companies.

    An arrival less than ``again_after`` after the first one is the same visit. Mail
    domains in ``public_mail`` belong to no company. ``compared`` is every field that a combined
    or fuzzy rule looks at.
    """

    rules: tuple[Rule, ...]
    arrivals: frozenset[str]
    again_after: timedelta
    public_mail: frozenset[str] = frozenset()
    aliases: Aliases = NO_ALIASES
    hook: HookRules = field(default_factory=HookRules)
    compared: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what is asked of everybody."""
        object.__setattr__(self, "compared", _compared(self.rules))

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule],
        arrivals: Iterable[str],
        again_after: timedelta,
        public_mail: Iterable[str] = (),
    ) -> DedupRules:
        """Build the table.

        Raises:
            RuleError: a rule is there twice, or tags without a tag.
        """
        found: dict[str, Rule] = {}
        for rule in rules:
            if rule.id in found:
                raise RuleError(rule.id, code="defined_twice")
            if (rule.treatment is Treatment.TAG) != bool(rule.tag):
                raise RuleError(rule.id, code="tag_and_treatment")
            found[rule.id] = rule
        return cls(tuple(found.values()), frozenset(arrivals), again_after, frozenset(public_mail))

    def named(self, rule_id: str) -> Rule | None:
        """Return the rule of an id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def of_kind(self, kind: MatchKind) -> Sequence[Rule]:
        """Return the rules of a kind, in order."""
        return [rule for rule in self.rules if rule.kind is kind]

    def for_identities(
        self, kinds: Iterable[IdentityKind], seen_at: datetime, now: datetime
    ) -> Rule | None:
        """Return the first exact rule about one of ``kinds`` whose window still reaches."""
        held = frozenset(kinds)
        exact = self.of_kind(MatchKind.EXACT)
        return next((r for r in exact if r.kinds & held and r.window.reaches(seen_at, now)), None)


def _compared(rules: Iterable[Rule]) -> frozenset[str]:
    named = set[str]()
    for rule in rules:
        named.update(rule.fields)
        if rule.kind is MatchKind.FUZZY:
            named |= {name for block in rule.blocks for name in block}
            named |= {w.field.reads for w in (rule.model.fields if rule.model else ())}
    return frozenset(named)
