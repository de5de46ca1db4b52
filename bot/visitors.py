"""Who opened a page, by the platform's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.wecom.errors import WireError

if TYPE_CHECKING:
    from bot.wecom.client.login import LoginApi

log = structlog.get_logger("clew.visitors")


class PlatformVisitors:
    """Asks the platform, outside any transaction; a code works once."""

    def __init__(self, login: LoginApi) -> None:
        """Ask with the app's secret."""
        self._login = login

    async def member_of(self, code: str) -> str:
        """Return the userid behind ``code``; empty for outsiders, used codes and no answer."""
        if not code:
            return ""
        try:
            return (await self._login.visitor(code)).userid
        except WireError as error:
            log.warning("login_failed", reason=str(error))
            return ""
