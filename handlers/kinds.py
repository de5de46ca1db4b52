"""The event kinds in force: those of the files, and over them what was registered since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.queries.kinds import kinds_in_force, newest_kind

if TYPE_CHECKING:
    from domain.behaviour.vocabulary import Vocabulary
    from domain.catalog import Catalog
    from domain.events.registry import EventKind, EventRegistry
    from storage.protocols import Transaction
    from storage.queries.editions import Editions


class RunningKinds:
    """Follows the registrations in the database; one for all parts of a process.

    Who meets a kind that is not known, every settling, and whoever reads tags or
    rules anew asks for news; so a registration takes effect in every process
    without restart, in formulas and tables too.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Begin with the kinds of the files."""
        self._catalog = catalog
        self._take(0, ())

    def _take(self, number: int, kinds: tuple[EventKind, ...]) -> None:
        self.number = number
        self.events: EventRegistry = self._catalog.events.with_kinds(kinds)
        words = self._catalog.vocabulary
        self.vocabulary: Vocabulary = words.with_events(self.events) if kinds else words

    async def refresh(self, tx: Transaction, published: Editions | None = None) -> bool:
        """Read what was registered; True when there was something new.

        The database is asked for the newest registration unless it is told.

        Numbers rise, so an older snapshot of another transaction never takes a
        registration back. What a transaction showed that came to nothing is read anew.
        """
        number = await newest_kind(tx) if published is None else published.kinds
        if number <= self.number:
            return False
        versions = await kinds_in_force(tx)
        if number > self.number:  # else another unit of work was quicker, with newer ones
            self._take(number, tuple(version.kind for version in versions))
            tx.when_undone(self._forget)
        return True

    def _forget(self) -> None:
        self.number = -1
