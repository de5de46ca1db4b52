"""The rules of dedup in force: the table, with the other names of companies said since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from storage.queries.editions import editions
from storage.repositories.aliases import CompanyAliases

if TYPE_CHECKING:
    from domain.matching.rules import DedupRules
    from storage.protocols import Transaction
    from storage.queries.editions import Editions
    from storage.repositories.aliases import SaidAlias


class RunningAliases:
    """Follows the aliases in the database; every settling asks for news, and who looks up."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._number = 0
        self.said: tuple[SaidAlias, ...] = ()
        self._merged: tuple[DedupRules, DedupRules] | None = None

    async def refresh(self, tx: Transaction, published: Editions | None = None) -> bool:
        """Read what changed; True when there was something new. It is asked unless told.

        Numbers rise, so an older snapshot of another transaction takes nothing back. What
        a transaction showed that came to nothing is read anew.
        """
        number = (published or await editions(tx)).aliases
        if number <= self._number:
            return False
        said = await CompanyAliases(tx).in_force()
        if number > self._number:  # else another unit of work was quicker, with newer ones
            self.said, self._merged, self._number = said, None, number
            tx.when_undone(self._forget)
        return True

    def _forget(self) -> None:
        self._number = -1

    def over(self, rules: DedupRules) -> DedupRules:
        """Return the rules of the table with the aliases in force."""
        if self._merged is None or self._merged[0] is not rules:
            pairs = [(one.company, one.alias) for one in self.said]
            self._merged = (rules, replace(rules, aliases=rules.aliases.also(pairs)))
        return self._merged[1]
