"""Settings and business tables: everything that is wrong with them, at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.doctor.finding import Finding, Severity, ok
from bot.doctor.installation import Installation
from config.load import load_catalog
from config.problems import ConfigError
from domain.values import BUSINESS_ZONE

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from config.texts import Texts


async def settings(installation: Installation) -> Finding:
    """Say that the settings are whole: without them there is no installation to look at."""
    del installation
    return ok("settings_whole")


async def tables(installation: Installation) -> Finding:
    """Load the business tables as the service does."""
    store = installation.settings.store
    return await tables_in(installation.texts, store.tables_dir, store.zone)


async def tables_in(
    texts: Texts, overrides: Path | None = None, zone: ZoneInfo = BUSINESS_ZONE
) -> Finding:
    """Load the business tables, those of ``overrides`` in place of the shipped ones."""
    try:
        catalog = await asyncio.to_thread(load_catalog, texts, overrides, zone)
    except ConfigError as error:
        return config_finding("tables_wrong", error, texts)
    return ok("tables_whole", channels=len(catalog.channels.channels))


def config_finding(code: str, error: ConfigError, texts: Texts) -> Finding:
    """Return every problem in words."""
    lines = tuple(problem.in_words(texts).strip() for problem in error.problems)
    return Finding(Severity.BROKEN, code, {"count": len(lines)}, lines)
