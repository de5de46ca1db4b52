"""What keeps scores right besides events, by one process at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.crowds import Crowds, crowds_of
from bot.looks import is_ours, look_every
from bot.scoring.passes import CHUNK, DUTY, pieces, tried
from domain.errors import ClewError
from domain.values import PersonId, UserId
from handlers.actions.bulk.scoring import score_people
from handlers.actions.rule_words import trial_report
from handlers.actions.show import name_of, tell
from storage.errors import StorageError
from storage.marks import mark_of, put_mark
from storage.queries.roots import stale_roots

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from domain.scoring.trial import Trial
    from domain.scoring.version import RuleVersion
    from storage.protocols import Transaction
    from storage.unit_of_work import UnitOfWork

log = structlog.get_logger("clew.scoring")

#: Real seconds between two looks at what is to be done.
LOOK_SECONDS = 1.0
#: Mark of the version that no open lead waits for any more.
RESCORED = "rules-rescored"
#: A transaction that began before a publication is over by then, or was ended.
_LATE = timedelta(minutes=1)


class ScoreKeeper:
    """Tries drafts, and brings leads up to date after a publication."""

    def __init__(self, crowds: Crowds) -> None:
        """Work on everybody, as long as the duty of ``crowds`` is held."""
        self._crowds = crowds

    async def run(self) -> None:
        """Do what is due until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.look, "scores")

    async def look(self) -> None:
        """Do everything that is due now.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        if await is_ours(self._crowds.duty):
            await self._try_waiting()
            await self._follow_publication()

    # ------------------------------------------------------------- trials

    async def _try_waiting(self) -> None:
        async with self._crowds.store.looking(self._crowds.clock.now()) as work:
            version = await work.rules.waiting_for_trial()
        if version is None:
            return
        try:
            found = await self._tried(version, self._crowds)
        except StorageError:
            raise
        except ClewError as error:
            log.warning("trial_failed", version=version.number, error=str(error))
            await self._give_up(version, str(error))
        else:
            log.info("rules_tried", version=version.number, leads=found.leads)
            await self._keep(version, found)

    async def try_version(self, version: RuleVersion) -> Trial:
        """Try a version on all leads, and keep what was found, whoever has the duty.

        Raises:
            ConfigError: this program cannot read the version.
        """
        found = await self._tried(version, replace(self._crowds, duty=None))
        await self._keep(version, found)
        return found

    async def _tried(self, version: RuleVersion, crowds: Crowds) -> Trial:
        async with crowds.store.database.read() as tx:
            await crowds.context.rulebook.tables(tx, version)  # one that cannot be read is told
        return await tried(crowds, version)

    async def _keep(self, version: RuleVersion, found: Trial) -> None:
        """Keep a trial, and tell who asked for it."""
        ctx, now = self._crowds.context, self._crowds.clock.now()
        async with self._crowds.store.unit_of_work(now) as work:
            await work.rules.put_trial(version.number, found, now)
            if version.trial_for:
                names = await self._names(work, found)
                self._tell(work, version, trial_report(ctx, version, found, names))
            await work.commit()

    async def _give_up(self, version: RuleVersion, problem: str) -> None:
        async with self._crowds.store.unit_of_work(self._crowds.clock.now()) as work:
            self._tell(work, version, problem)
            await work.rules.ask_trial(version.number, "")
            await work.commit()

    def _tell(self, work: UnitOfWork, version: RuleVersion, content: str) -> None:
        cause = f"trial:{version.number}:{work.ids.next()}"
        tell(work, self._crowds.context, UserId(version.trial_for), content, cause=cause)

    async def _names(self, work: UnitOfWork, found: Trial) -> Sequence[str]:
        await work.load((), found.examples)
        leads = [work.leads.get(one) for one in found.examples if work.leads.knows(one)]
        return [name_of(work, self._crowds.context, lead.person_id) for lead in leads]

    # ------------------------------------------------------------- publications

    async def _follow_publication(self) -> None:
        """Score all leads anew that another version has scored; begins where it was cut off."""
        crowds = self._crowds
        async with crowds.store.looking(crowds.clock.now()) as work:
            rules = await crowds.context.rulebook.refresh(work.tx)
            version = await work.rules.version(rules.version)
            if await mark_of(work.tx, RESCORED) == rules.version:
                return
        is_any = await self._rescore_stale(rules.version)
        published_at = version.published_at if version else None
        is_late = published_at is None or crowds.clock.now() >= published_at + _LATE
        if version is not None and not is_any and is_late:
            async with crowds.store.database.write() as tx:
                await put_mark(tx, RESCORED, rules.version)

    async def _rescore_stale(self, version: int) -> bool:
        async def stale(tx: Transaction, after: PersonId) -> Sequence[PersonId]:
            return await stale_roots(tx, version, after, CHUNK)

        crowds, total = self._crowds, 0
        async for roots in pieces(crowds.store, stale, PersonId(0)):
            async with crowds.store.unit_of_work(crowds.clock.now()) as work:
                await score_people(work, crowds.context, roots)
                await work.commit()
            total += len(roots)
            if not await is_ours(self._crowds.duty):
                return True
        if total:
            log.info("leads_rescored", version=version, persons=total)
        return total > 0


def score_keeper_of(parts: Parts) -> ScoreKeeper:
    """Return the keeper of a service."""
    return ScoreKeeper(crowds_of(parts, DUTY))
