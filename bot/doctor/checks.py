"""All checks of an installation, in the order in which they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.bootstrap import callback_accounts
from bot.doctor import machine, permissions, platform, stores, tables
from bot.doctor.callback import Callback
from bot.doctor.examination import Check
from bot.doctor.official import Official

if TYPE_CHECKING:
    from config.settings import Settings

_ALWAYS = (
    Check("settings", tables.settings),
    Check("tables", tables.tables),
    Check("data_dir", machine.data_dir),
    Check("disk", machine.disk),
    Check("fonts", machine.fonts),
    Check("secret_files", machine.secret_files),
    Check("database", stores.database),
    Check("sealed", stores.sealed),
    Check("redis", stores.redis),
    Check("credentials", platform.credentials),
    Check("clock", platform.clock),
    Check("messages", permissions.messages),
    Check("directory", permissions.directory),
    Check("contacts", permissions.contacts),
    Check("kf", permissions.kf),
)


def checks_of(settings: Settings) -> tuple[Check, ...]:
    """Return the checks that these settings give reason for."""
    return (
        *_ALWAYS,
        *(Check("official", Official(mp).look, mp.account) for mp in settings.mp),
        *(
            Check("callback", Callback(account).look, account.name)
            for account in callback_accounts(settings)
        ),
    )
