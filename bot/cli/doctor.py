"""``clew doctor``: look at everything that an operator can get wrong, and say how to fix it."""

from __future__ import annotations

from rich.console import Console

from bot.cli.run import run
from bot.cli.words import TEXTS
from bot.clock import SystemClock
from bot.doctor.checks import checks_of
from bot.doctor.examination import Examined
from bot.doctor.examination import examine as examine_all
from bot.doctor.finding import Severity
from bot.doctor.installation import opened
from bot.doctor.report import show
from bot.doctor.tables import config_finding, tables_in
from bot.loggers import set_up_logs
from config.problems import ConfigError
from config.settings import load_settings


def examine() -> bool:
    """Print what was found; False when something is broken."""
    set_up_logs(is_quiet=True)
    examined = run(_examine())
    show(examined, TEXTS, Console())
    return all(one.finding.severity is not Severity.BROKEN for one in examined)


async def _examine() -> list[Examined]:
    try:
        settings = load_settings(TEXTS)
    except ConfigError as error:
        # Without settings there is nothing else to look at but the tables.
        return [
            Examined("settings", "", config_finding("settings_wrong", error, TEXTS)),
            Examined("tables", "", await tables_in(TEXTS)),
        ]
    async with opened(settings, TEXTS, SystemClock()) as installation:
        return await examine_all(checks_of(settings), installation)
