"""The event kinds in force: those of the files, and over them what was registered since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.repositories.kinds import Kinds

if TYPE_CHECKING:
    from domain.behaviour.vocabulary import Vocabulary
    from domain.catalog import Catalog
    from domain.events.registry import EventKind, EventRegistry


class RunningKinds:
    """Follows the registrations in the database.

    Who meets a kind that is not known, and every settling, asks for news; so a
    registration takes effect in every process without restart.
    """

    def __init__(self) -> None:
        """Know of no registration yet."""
        self._number = 0
        self._kinds: tuple[EventKind, ...] = ()
        self._merged: tuple[Catalog, EventRegistry, Vocabulary] | None = None

    async def refresh(self, kinds: Kinds) -> bool:
        """Read what was registered; True when there was something new.

        Numbers rise, so an older snapshot of another transaction never takes a
        registration back.
        """
        number = await kinds.number()
        if number <= self._number:
            return False
        self._kinds = tuple(version.kind for version in await kinds.in_force())
        self._number, self._merged = number, None
        return True

    def over(self, catalog: Catalog) -> EventRegistry:
        """Return the registry in force over the one of the files."""
        return self._with(catalog)[1]

    def vocabulary(self, catalog: Catalog) -> Vocabulary:
        """Return the vocabulary of the behaviour language with the kinds in force."""
        return self._with(catalog)[2]

    def _with(self, catalog: Catalog) -> tuple[Catalog, EventRegistry, Vocabulary]:
        if self._merged is None or self._merged[0] is not catalog:
            registry = catalog.events.with_kinds(self._kinds)
            vocabulary = catalog.vocabulary
            if self._kinds:
                vocabulary = vocabulary.with_events(registry)
            self._merged = (catalog, registry, vocabulary)
        return self._merged
