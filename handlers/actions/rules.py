"""Keep, try and publish versions of the rule tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.scoring.trial import Trial, compare
from domain.scoring.version import RuleVersion
from domain.values import Refusal, Role
from handlers.actions.bulk.sheets import Crowd, in_piece, moments_of, sheet_of, wish_for
from storage.population.source import DATABASE, Source
from storage.repositories.rules import Draft, frame_text

if TYPE_CHECKING:
    from domain.scoring.tables import RuleFrame, RuleTables
    from handlers.context import Context
    from storage.population.whose import Whose
    from storage.unit_of_work import UnitOfWork

UNKNOWN_VERSION = "rules_unknown"
SYSTEM_AUTHOR = Role.SYSTEM.value


async def keep_seed(work: UnitOfWork, seed: Draft) -> int:
    """Make the files the first version in force; return the number of a new one, else 0.

    Later the files are only read for what rules do not hold themselves, see
    :func:`keep_frame`.
    """
    await work.rules.lock()
    if await work.rules.in_force():
        return await keep_frame(work, seed.frame)
    return await _put_in_force(work, seed)


async def keep_frame(work: UnitOfWork, frame: RuleFrame) -> int:
    """Keep the version in force anew if channel points or interactions are others now.

    So each number goes on meaning one thing. Returns the new number, else 0.
    """
    await work.rules.lock()
    version = await work.rules.version(await work.rules.in_force())
    if version is None or frame_text(version.frame) == frame_text(frame):
        return 0
    note = f"#{version.number}"
    draft = Draft(version.name, version.sources, frame, SYSTEM_AUTHOR, note)
    return await _put_in_force(work, draft)


async def _put_in_force(work: UnitOfWork, draft: Draft) -> int:
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
    frame = ctx.rulebook.reader.frame
    if version.number < running.version or frame_text(version.frame) != frame_text(frame):
        # Versions in force have rising numbers, whatever was drafted first, and each one
        # the channel points and interactions of the day that it comes into force.
        draft = Draft(version.name, version.sources, frame, version.author, version.note)
        number = await work.rules.add(draft, work.now)
        if version.trial is not None:
            await work.rules.put_trial(number, version.trial, version.tried_at or work.now)
    await work.rules.publish(number, by, work.now)
    return await work.rules.version(number) or version


async def try_out(
    work: UnitOfWork,
    whose: Whose,
    rules: tuple[RuleTables, RuleTables],
    source: Source = DATABASE,
) -> Trial:
    """Compare what two tables (in force, draft) give open leads now; nothing is written."""
    crowd = await Crowd.read(work, whose)
    standings, found = crowd.open_leads(), Trial()
    if not standings:
        return found
    async for piece in source.pieces(work.tx, whose, wish_for(rules, rules[0].whole.zone)):
        mine = in_piece(piece, standings)
        at = moments_of(piece, mine, work.now)
        before, after = (sheet_of(piece, crowd, mine, tables).rate(at).states for tables in rules)
        ids = [one.lead.id for one in mine]
        found = found.plus(compare(zip(ids, before, after, strict=True)))
    return found
