"""What a refused call to a platform means for whoever filled in the settings.

The codes are those of fact sheet 3.1, 3.10 and 4.2.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.doctor.finding import Finding, broken
from bot.wecom.errors import PlatformError, WireError
from config.source import variable

if TYPE_CHECKING:
    from config.texts import Texts

#: ``errcode`` → code of the finding, where every call means the same by it.
_REFUSALS: Mapping[int, str] = MappingProxyType(
    {
        40001: "secret_refused",
        40091: "secret_refused",
        40125: "secret_refused",
        40013: "id_refused",
        40056: "agent_refused",
        60020: "ip_refused",
        301042: "ip_refused",
        40164: "official_ip_refused",
    }
)
_NO_RIGHT = "grant_permission"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a call is made to, and which settings it is made with.

    ``secret`` and ``identity`` are names of settings, ``forbidden`` is the code
    of the finding when the right to make the call is missing.
    """

    base: str
    secret: str = "app_secret"  # noqa: S105 - the name of a setting
    identity: str = "corp_id"
    forbidden: str = "call_forbidden"

    @property
    def host(self) -> str:
        """Host of the platform, for people."""
        return urlsplit(self.base).netloc


def wire_finding(error: WireError, asked: Asked, texts: Texts) -> Finding:
    """Say what is to be put right, so that the call succeeds next time."""
    if not isinstance(error, PlatformError):
        return broken("platform_unreachable", host=asked.host, reason=error.reason)
    errcode, setting = error.errcode, variable(asked.secret)
    match _REFUSALS.get(errcode):
        case "id_refused":
            return broken("id_refused", errcode=errcode, setting=variable(asked.identity))
        case "ip_refused" | "official_ip_refused" as code:
            return broken(code, errcode=errcode, address=error.refused_address or "?")
        case str(code):
            return broken(code, errcode=errcode, setting=setting)
        case None if error.advice == _NO_RIGHT:
            return broken(asked.forbidden, errcode=errcode, setting=setting)
    advice = texts.get(f"wire_errors.{error.advice}")
    return broken("platform_refused", errcode=errcode, advice=advice)


async def is_refused(call: Awaitable[object], errcodes: frozenset[int]) -> bool:
    """Make a call that is meant to be refused; tell whether it was, for one of ``errcodes``.

    Raises:
        WireError: it failed for another reason.
    """
    try:
        await call
    except PlatformError as error:
        if error.errcode not in errcodes:
            raise
        return True
    return False
