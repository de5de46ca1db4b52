"""Where histories come from: the database, or files that are kept beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Protocol

from storage.population.histories import Histories, Wish, histories
from storage.population.whose import Span, Whose, spans

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: Persons whose rows are in memory at once.
SPAN = 1_000


class Source(Protocol):
    """Gives the histories of persons as one snapshot of the database has them.

    Whatever the source, columns and order are those of the database to the last bit.
    """

    async def spans(self, tx: Transaction) -> list[Span]:
        """Cut everybody into spans that are asked for one at a time."""
        ...

    def pieces(self, tx: Transaction, whose: Whose, wish: Wish) -> AsyncIterator[Histories]:
        """Yield everybody who is meant, some at a time; each root once."""
        ...


class FromDatabase:
    """Reads rows: needs nothing beside the database, for histories of any but the largest size."""

    def __init__(self, size: int = SPAN) -> None:
        """Cut everybody into spans of ``size`` persons."""
        self._size = size

    async def spans(self, tx: Transaction) -> list[Span]:
        """Cut everybody into spans that fit into memory."""
        return await spans(tx, self._size)

    async def pieces(self, tx: Transaction, whose: Whose, wish: Wish) -> AsyncIterator[Histories]:
        """Yield everybody who is meant at once: ask for a thousand or so."""
        yield await histories(tx, whose, wish)


DATABASE: Source = FromDatabase()
