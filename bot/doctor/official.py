"""An official account: does it take our secret, and how does it send."""

from __future__ import annotations

from dataclasses import dataclass

from bot.doctor.finding import Finding, ok, warning
from bot.doctor.installation import Installation
from bot.doctor.wire import Asked, is_refused, wire_finding
from bot.wecom.errors import WireError
from config.accounts import MpMode, MpSettings

#: No follower has this openid: asking for it proves the token and changes nothing.
NOBODY = "o-clew-doctor-nobody"
_UNKNOWN_OPENID = frozenset({40003})


@dataclass(frozen=True, slots=True)
class Official:
    """Looks at one official account."""

    account: MpSettings

    async def look(self, installation: Installation) -> Finding:
        """Get a stable token and use it; then judge the mode."""
        client = installation.clients.official(self.account.account)
        try:
            await is_refused(client.user(NOBODY), _UNKNOWN_OPENID)
        except WireError as error:
            asked = Asked(
                installation.settings.mp_base, "mp_secret", "mp_app_id", "official_forbidden"
            )
            return wire_finding(error, asked, installation.texts)
        if self.account.mode is MpMode.ENCRYPTED:
            return ok("official_ready")
        return warning(f"official_{self.account.mode}")
