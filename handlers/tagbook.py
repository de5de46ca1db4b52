"""The tags in force: those of the files, overlaid by what was published since.

Asked of the database by whoever computes, in the transaction itself, so that a
publication takes effect in every process with its next unit of work.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import structlog

from domain.behaviour.horizon import Horizon
from domain.behaviour.mentions import Mentions, mentions_of, properties_of
from domain.behaviour.syntax import Expression
from domain.behaviour.vocabulary import Term, ValueType, Vocabulary
from domain.columns.days import Moments
from domain.columns.persons import Behaviour, columns_of
from domain.errors import RuleError
from domain.tags.due import Arrival, Need, due
from domain.tags.evaluate import TagPlan, Values
from domain.tags.reading import FormulaError, TagText, read_tags, terms_of, text_of
from domain.tags.spec import Refresh, TagBook
from storage.queries.editions import editions
from storage.repositories.tag_definitions import TagDefinitions

if TYPE_CHECKING:
    from domain.catalog import Catalog
    from handlers.kinds import RunningKinds
    from storage.protocols import Transaction
    from storage.queries.editions import Editions

log = structlog.get_logger("clew.tags")

#: Plans that are kept ready; there are as many as there are sets of tags that arrivals concern.
_MOST_PLANS = 256
#: Kinds of arrivals of which it is remembered what they concern.
_MOST_ARRIVALS = 4096


@dataclass
class TagsInForce:
    """A book with everything that is worked out from it once."""

    book: TagBook
    vocabulary: Vocabulary
    interactions: frozenset[str]
    #: Number of the publication that brought it about, 0 for the files alone.
    edition: int = 0
    _plans: dict[frozenset[str], TagPlan] = field(default_factory=dict)
    _due: dict[Arrival, frozenset[str]] = field(default_factory=dict)

    def plan(self, names: frozenset[str]) -> TagPlan:
        """Return some tags made ready."""
        found = self._plans.get(names)
        if found is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            found = self._plans[names] = TagPlan.of(self.book, names)
        return found

    def due(self, arrival: Arrival) -> frozenset[str]:
        """Return the live tags to compute for what is new of somebody; mostly the same is new."""
        found = self._due.get(arrival)
        if found is None:
            if len(self._due) >= _MOST_ARRIVALS:
                self._due.clear()
            found = self._due[arrival] = due(self.needs, arrival)
        return found

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What each live tag has to be computed for, in the order of computation."""
        return tuple(
            Need.of(spec.name, spec.mentions, self.interactions)
            for spec in self.book.specs.values()
            if spec.refresh is Refresh.LIVE
        )

    @cached_property
    def of_nobody(self) -> Values:
        """The live tags of somebody who did nothing and of whom nothing is known."""
        plan = self.plan(frozenset(need.name for need in self.needs))
        # Without events no window is asked for, so the moment does not matter.
        (values,) = plan.run(columns_of([Behaviour()]), Moments(np.array([0]), np.array([0])))
        return {name: value for name, value in values.items() if value is not None}

    @cached_property
    def moving_properties(self) -> frozenset[str]:
        """The properties that :attr:`horizon` reads."""
        return properties_of(self._moving)

    @cached_property
    def moving_attributes(self) -> frozenset[str]:
        """The facts that :attr:`horizon` reads."""
        return mentions_of(*self._moving).facts

    @property
    def _moving(self) -> list[Expression]:
        return [
            expression
            for spec in self.book.specs.values()
            if spec.refresh is Refresh.LIVE
            for expression in spec.expressions
            if _turns_within_a_day(mentions_of(expression))
        ]

    @cached_property
    def horizon(self) -> Horizon | None:
        """Tells when time alone may move a live tag; None when it never does within a day."""
        moving = self._moving
        return Horizon.of(moving) if moving else None


def _turns_within_a_day(mentions: Mentions) -> bool:
    return bool(mentions.rolls) or mentions.is_restless


class TagKeeper:
    """Keeps the tags in force; reads them anew when another edition was published."""

    def __init__(self, catalog: Catalog, kinds: RunningKinds) -> None:
        """Begin with the tags of the files; formulas may speak of whatever ``kinds`` has."""
        self._catalog = catalog
        self._kinds = kinds
        self._seed = {spec.name: text_of(spec) for spec in catalog.tags.specs.values()}
        self.current = self._in_force(catalog.tags, (), 0)

    async def refresh(self, tx: Transaction, published: Editions | None = None) -> TagsInForce:
        """Return the tags in force as the transaction sees them; it is asked unless told.

        An older snapshot of another transaction never takes a publication back. What
        this program cannot read (it speaks of a kind that is gone) leaves the tags as
        they are, with a line in the log: work must not stop for a definition.
        """
        published = published or await editions(tx)
        await self._kinds.refresh(tx, published)
        told = (published.tags, published.tag_names)
        if told > self._told or (told == self._told and self._kinds.number != self._kinds_read):
            book, known = await self._read_or_keep(tx)
            if told >= self._told:  # else another unit of work was quicker, with newer ones
                self.current = self._in_force(book, known, published.tags)
                self._told, self._kinds_read = told, self._kinds.number
                tx.when_undone(self._forget)
        return self.current

    def _forget(self) -> None:
        """Read anew at the next look: what a transaction showed came to nothing."""
        self._told = (-1, -1)

    async def _read_or_keep(self, tx: Transaction) -> tuple[TagBook, tuple[str, ...]]:
        try:
            return await self.read(tx)
        except FormulaError as error:
            log.warning("tags_unreadable", tag=error.name, reason=str(error.cause))
        except RuleError as error:
            log.warning("tags_unreadable", tag=error.subject, reason=error.code)
        return self.current.book, ()

    #: The last publication, how many names people had put on, and the newest registration
    #: of a kind, when the words were read last.
    _told: tuple[int, int] = (0, 0)
    _kinds_read: int = 0

    async def read(
        self, tx: Transaction, draft: TagText | None = None, words: Vocabulary | None = None
    ) -> tuple[TagBook, tuple[str, ...]]:
        """Return the book as published, with a draft in its place, and the names people put on.

        With ``words`` it is read as if these were the words in force.

        Raises:
            FormulaError, RuleError: a definition cannot be read, or does not fit the others.
        """
        if words is None:
            await self._kinds.refresh(tx)
        definitions = TagDefinitions(tx)
        texts: dict[str, TagText | None] = {**self._seed, **await definitions.published()}
        if draft is not None:
            texts[draft.name] = draft
        shipped = self._catalog.tags
        known = await definitions.names_by_hand()
        alive = [text for text in texts.values() if text is not None]
        taken = {text.name for text in alive}
        book = read_tags(
            alive,
            words or self._kinds.vocabulary,
            by_hand=[name for name in shipped.by_hand if name not in taken],
            corp_group=shipped.corp_group,
            known=[name for name in known if name not in taken],
        )
        return book, known

    def _in_force(self, book: TagBook, known: Collection[str], edition: int) -> TagsInForce:
        words = self._words(book, known, self._kinds.vocabulary)
        return TagsInForce(book, words, words.events.interactions(), edition)

    async def words_after(self, tx: Transaction, draft: TagText) -> Vocabulary:
        """Return the words of the language as they would be with a draft in force.

        Raises:
            FormulaError, RuleError: the draft cannot be read, or does not fit the others.
        """
        book, known = await self.read(tx, draft)
        return self._words(book, known, self._kinds.vocabulary)

    async def words_among(self, tx: Transaction, kinds: Vocabulary) -> Vocabulary:
        """Return the words of the language as they would be with other event kinds.

        Raises:
            FormulaError, RuleError: a definition cannot be read with these kinds.
        """
        book, known = await self.read(tx, words=kinds)
        return self._words(book, known, kinds)

    @staticmethod
    def _words(book: TagBook, known: Collection[str], kinds: Vocabulary) -> Vocabulary:
        by_hand = [n for n in dict.fromkeys([*book.by_hand, *known]) if n not in book.specs]
        flags = [Term(name, type=ValueType.FLAG) for name in by_hand]
        return kinds.with_tags([*flags, *terms_of(book, kinds)])
