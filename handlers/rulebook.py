"""The rule tables in force: asked of the database by whoever writes, in the transaction itself.

So a publication takes effect in every process with its next unit of work, and no
score is ever written by rules that were replaced before its transaction began.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from domain.scoring.tables import RuleTables
    from domain.scoring.version import RuleVersion
    from handlers.kinds import RunningKinds
    from handlers.ports import RuleReader
    from storage.protocols import Transaction
    from storage.queries.editions import Editions

from storage.repositories.rules import Rules

#: Versions that are kept read: the one in force, a draft on trial, some for replay.
_KEPT = 8


class Rulebook:
    """Reads each version once. Until one is kept in the database, the files are in force."""

    def __init__(self, seed: RuleTables, reader: RuleReader, kinds: RunningKinds) -> None:
        """Begin with the tables of the files; rules may speak of whatever ``kinds`` has."""
        self._seed = seed
        self._reader = reader
        self._kinds = kinds
        self._current = seed
        self._number = 0
        self._read: OrderedDict[int, RuleTables] = OrderedDict()

    @property
    def current(self) -> RuleTables:
        """The tables in force, as of the last :meth:`refresh`."""
        return self._current

    @property
    def reader(self) -> RuleReader:
        """What reads versions, with the event kinds in force."""
        return self._reader.among(self._kinds.vocabulary)

    async def refresh(self, tx: Transaction, published: Editions | None = None) -> RuleTables:
        """Return the tables in force as the transaction sees them; it is asked unless told.

        Versions in force have rising numbers, so an older snapshot of another
        transaction never brings older tables back. What a transaction showed that came
        to nothing is read anew.

        Raises:
            ConfigError: the published version cannot be read by this program.
        """
        number = await Rules(tx).in_force() if published is None else published.rules
        if number > self._number:
            version = await Rules(tx).version(number)
            found = self._seed if version is None else await self.tables(tx, version)
            if number > self._number:  # else another unit of work was quicker, with newer ones
                self._current, self._number = found, number
                tx.when_undone(self._forget)
        return self._current

    def _forget(self) -> None:
        self._number = -1
        self._read.clear()

    async def at(self, tx: Transaction, moment: datetime) -> RuleTables:
        """Return the tables that were in force at a moment; before the first, that one."""
        rules = Rules(tx)
        version = await rules.at(moment) or await rules.first()
        return self._seed if version is None else await self.tables(tx, version)

    async def numbered(self, tx: Transaction, number: int) -> RuleTables | None:
        """Return a version by number, None when it was never kept."""
        if number in self._read:
            return self._read[number]
        version = await Rules(tx).version(number)
        if version is None:
            return self._seed if number == self._seed.version else None
        return await self.tables(tx, version)

    async def tables(self, tx: Transaction, version: RuleVersion) -> RuleTables:
        """Return a version's tables.

        Raises:
            ConfigError: this program cannot read them.
        """
        found = self._read.get(version.number)
        if found is None:
            await self._kinds.refresh(tx)
            found = self.reader.read(version.sources, version.frame, version.number)
            self._read[version.number] = found
            tx.when_undone(self._forget)
            if len(self._read) > _KEPT:
                self._read.popitem(last=False)
        self._read.move_to_end(version.number)
        return found
