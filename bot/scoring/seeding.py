"""The first version of the rules, from the files, when a worker starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from config.rules import seed_sources
from handlers.actions.rules import SYSTEM_AUTHOR, keep_seed
from storage.repositories.rules import Draft

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from storage.unit_of_work import UnitOfWork

log = structlog.get_logger("clew.scoring")


async def keep_rules(parts: Parts, work: UnitOfWork) -> None:
    """Make the files the first version of the rules, and read the version in force."""
    ctx = parts.context
    rules, sources = ctx.catalog.rules, seed_sources(parts.settings.store.tables_dir)
    least = max(rules.version, 1)
    await ctx.kinds.refresh(work.tx)
    frame = ctx.rulebook.reader.frame
    seed = Draft(rules.whole.name, sources, frame, SYSTEM_AUTHOR, least=least)
    if number := await keep_seed(work, seed):
        log.info("rules_kept", version=number)
    await ctx.rulebook.refresh(work.tx)
