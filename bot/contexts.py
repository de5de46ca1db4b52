"""The context that handlers get, put together from tables and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.load import load_catalog
from config.rules import RuleReader
from handlers.context import Accounts, Context
from handlers.kinds import RunningKinds
from handlers.rulebook import Rulebook
from handlers.tagbook import TagKeeper

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from config.texts import Texts


def context_of(
    texts: Texts,
    tables_dir: Path | None,
    zone: ZoneInfo,
    accounts: Accounts,
    *,
    has_dedup_hook: bool = False,
) -> Context:
    """Load the business tables and join them with the texts.

    Raises:
        ConfigError: a table is wrong; every problem is listed.
    """
    catalog = load_catalog(texts, tables_dir, zone)
    kinds = RunningKinds(catalog)
    return Context(
        catalog=catalog,
        words=texts,
        accounts=accounts,
        zone=zone,
        rulebook=Rulebook(catalog.rules, RuleReader(catalog, texts, zone), kinds),
        has_dedup_hook=has_dedup_hook,
        kinds=kinds,
        tag_keeper=TagKeeper(catalog, kinds),
    )
