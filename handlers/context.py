"""What every handler may use besides its unit of work: frozen, built once in bootstrap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from handlers.aliases import RunningAliases
from handlers.running import RunningLists

if TYPE_CHECKING:
    from domain.behaviour.vocabulary import Vocabulary
    from domain.catalog import Catalog
    from domain.events.registry import EventRegistry
    from domain.matching.rules import DedupRules
    from domain.scoring.tables import RuleTables
    from handlers.kinds import RunningKinds
    from handlers.ports import Words
    from handlers.rulebook import Rulebook
    from handlers.tagbook import TagKeeper, TagsInForce


@dataclass(frozen=True, slots=True)
class Accounts:
    """Through which accounts Clew speaks: the app (agent id) and where its pages are."""

    corp_id: str
    agent_id: str
    public_url: str


@dataclass(frozen=True, slots=True)
class Context:
    """Business tables, words, accounts and running lists; no connection, no clock.

    The tables are those of the start, but for the rules of the score, which the
    rulebook follows, and the event kinds: :attr:`events` and :attr:`vocabulary`, not those
    of the ``catalog``. ``rulebook`` and ``tag_keeper`` follow the same ``kinds``. Where
    companies are compared, :attr:`dedup` knows their other names of today.

    With ``offers_leads`` false mature leads wait in their pools instead of going
    to reps: an import must not flood them. ``has_dedup_hook`` tells that a system of the
    customer's own can be asked about duplicates.
    """

    catalog: Catalog
    words: Words
    accounts: Accounts
    zone: ZoneInfo
    rulebook: Rulebook
    offers_leads: bool = True
    lists: RunningLists = field(default_factory=RunningLists)
    has_dedup_hook: bool = False
    aliases: RunningAliases = field(default_factory=RunningAliases)
    kinds: RunningKinds = field(kw_only=True)
    tag_keeper: TagKeeper = field(kw_only=True)

    @property
    def rules(self) -> RuleTables:
        """The rules of the score in force."""
        return self.rulebook.current

    @property
    def events(self) -> EventRegistry:
        """The event kinds in force."""
        return self.kinds.events

    @property
    def dedup(self) -> DedupRules:
        """The rules of dedup, with the aliases of companies in force."""
        return self.aliases.over(self.catalog.dedup)

    @property
    def vocabulary(self) -> Vocabulary:
        """What expressions may mention, with the event kinds in force."""
        return self.kinds.vocabulary

    @property
    def tags(self) -> TagsInForce:
        """The tags in force, as of the last look at the database."""
        return self.tag_keeper.current
