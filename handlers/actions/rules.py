"""Keep, try and publish versions of the rule tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.scoring.rating import Case, rate_cases
from domain.scoring.trial import Trial, compare
from domain.scoring.version import RuleVersion
from domain.values import LeadId, PersonId, Refusal, Role
from handlers.actions.score import cases_of
from handlers.reactions import settle
from storage.repositories.rules import Draft, frame_text

if TYPE_CHECKING:
    from domain.scoring.tables import RuleTables
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

UNKNOWN_VERSION = "rules_unknown"
SYSTEM_AUTHOR = Role.SYSTEM.value


async def keep_seed(work: UnitOfWork, seed: Draft) -> int:
    """Make the files the first version in force; return the number of a new one, else 0.

    Later the files are only read for what rules do not hold themselves: when channel
    points or interactions changed there, the version in force is kept anew with them,
    so that each number goes on meaning one thing.
    """
    await work.rules.lock()
    number = await work.rules.in_force()
    version = await work.rules.version(number) if number else None
    if version is None:
        draft = seed
    elif frame_text(version.frame) == frame_text(seed.frame):
        return 0
    else:
        note = f"#{version.number}"
        draft = Draft(version.name, version.sources, seed.frame, SYSTEM_AUTHOR, note)
    number = await work.rules.add(draft, work.now)
    await work.rules.publish(number, SYSTEM_AUTHOR, work.now)
    return number


async def keep_draft(work: UnitOfWork, draft: Draft) -> int:
    """Keep a draft that was checked; return its number."""
    await work.rules.lock()
    return await work.rules.add(draft, work.now)


async def publish(
    work: UnitOfWork, ctx: Context, number: int, by: str, *, is_confirmed: bool
) -> RuleVersion | Refusal:
    """Put a version in force, or say why not; leads are scored anew in the background."""
    await work.rules.lock()
    running = await ctx.rulebook.refresh(work.tx)
    version = await work.rules.version(number)
    if version is None:
        return Refusal(UNKNOWN_VERSION)
    refusal = version.refusal_to_publish(running.guard, is_confirmed=is_confirmed)
    if refusal is not None:
        return refusal
    if version.number < running.version:
        # Versions in force have rising numbers, whatever was drafted first.
        draft = Draft(version.name, version.sources, version.frame, version.author, version.note)
        number = await work.rules.add(draft, work.now)
        if version.trial is not None:
            await work.rules.put_trial(number, version.trial, version.tried_at or work.now)
    await work.rules.publish(number, by, work.now)
    return await work.rules.version(number) or version


async def try_some(
    work: UnitOfWork, roots: Sequence[PersonId], running: RuleTables, draft: RuleTables
) -> Trial:
    """Compare what both tables give the open leads of some persons now; nothing is written."""
    cases = await _open_cases(work, roots)
    before = rate_cases([case for _, case in cases], running)
    after = rate_cases([case for _, case in cases], draft)
    triples = zip(cases, before, after, strict=True)
    return compare((lead_id, one.state, other.state) for (lead_id, _), one, other in triples)


async def _open_cases(work: UnitOfWork, roots: Sequence[PersonId]) -> list[tuple[LeadId, Case]]:
    await work.load_people(roots)
    leads = [lead for root in roots for lead in work.leads_of(root) if lead.is_open]
    return list(zip([lead.id for lead in leads], cases_of(work, leads), strict=True))


async def rescore_some(work: UnitOfWork, ctx: Context, roots: Sequence[PersonId]) -> None:
    """Score the open leads of some persons anew, with all that follows, and commit."""
    await work.load_people(roots)
    for root in roots:
        work.rescore(root)
    await settle(work, ctx)
    await work.commit()
