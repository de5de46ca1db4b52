"""Lines of a file that an importer takes in together, whatever the file is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from handlers.actions.import_batch import Taken, take_some
from handlers.actions.import_rows import Imported
from handlers.actions.tag_rows import ListedBy, tag_rows

if TYPE_CHECKING:
    from domain.intake.id_list import IdList
    from domain.intake.mapping import FileMapping
    from handlers.actions.import_batch import ReadyChunk
    from handlers.context import Context
    from handlers.files.chunks import Chunk
    from storage.unit_of_work import UnitOfWork


class Batch(Protocol):
    """Lines that one or more units of work take in."""

    @property
    def chunk(self) -> Chunk:
        """The lines."""
        ...

    async def take(self, work: UnitOfWork, start: int, stop: int) -> Taken:
        """Take in lines from ``start`` to before ``stop``, as many as one unit of work should.

        Nothing is committed: how far the file is has to share the transaction.
        """
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a batch, from ``start`` to before ``stop``."""

    batch: Batch
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Return how many lines there are."""
        return self.stop - self.start


def halves(spans: Sequence[Span]) -> tuple[Sequence[Span], Sequence[Span]]:
    """Return spans in two parts; one by itself, of two lines or more, is cut in the middle."""
    if len(spans) > 1:
        return spans[: len(spans) // 2], spans[len(spans) // 2 :]
    middle = (spans[0].start + spans[0].stop) // 2
    return [replace(spans[0], stop=middle)], [replace(spans[0], start=middle)]


@dataclass(frozen=True, slots=True)
class LeadBatch:
    """Rows about people, and what was made ready of them."""

    context: Context
    mapping: FileMapping
    chunk: Chunk
    ready: ReadyChunk

    async def take(self, work: UnitOfWork, start: int, stop: int) -> Taken:
        """Make leads of them."""
        return await take_some(work, self.context, self.ready, (start, stop), self.mapping)


@dataclass(frozen=True, slots=True)
class ListBatch:
    """Rows of a list of ids, all of them by the same person."""

    context: Context
    id_list: IdList
    by: ListedBy
    chunk: Chunk

    async def take(self, work: UnitOfWork, start: int, stop: int) -> Taken:
        """Put the tag of the list on whom they name."""
        rows, faults = self.chunk.part(start, stop).readable()
        places, given = list(rows), list(rows.values())
        done = await tag_rows(work, self.context, given, self.id_list, self.by)
        faults |= {places[n]: found for n, found in done.faults.items()}
        return Taken(stop, Imported(done.leads, {start + n: one for n, one in faults.items()}))
