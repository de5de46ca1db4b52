"""General rates per corp and per address (fact sheet 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.simulator.config import Limits

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Endpoints that have quotas of their own, or none.
EXEMPT = frozenset({"/cgi-bin/auth/getuserinfo", "/cgi-bin/message/send"})


@dataclass(slots=True)
class _Window:
    """Calls in the current window; whoever breaks it is blocked for its length."""

    began_at: datetime
    count: int = 0
    blocked_until: datetime = EPOCH


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls what: the corp of a secret, the address, and whether ``debug=1`` is set."""

    path: str
    corp: str
    address: str
    is_debugging: bool = False


class Rates:
    """Counts calls per endpoint in fixed windows of a minute and of an hour."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._windows: dict[tuple[str, str, timedelta], _Window] = {}

    def admit(self, caller: Caller, limits: Limits, now: datetime) -> bool:
        """Count a call; False when one of its windows is broken or still blocked."""
        if caller.path in EXEMPT:
            return True
        corp, address = f"corp {caller.corp}", f"ip {caller.address}"
        per_minute = limits.calls_per_minute
        if caller.is_debugging:
            corp, per_minute = f"debug {caller.corp}", limits.debug_calls_per_minute
        allowed = {
            (corp, caller.path, MINUTE): per_minute,
            (corp, caller.path, HOUR): limits.calls_per_hour,
            (address, caller.path, MINUTE): limits.ip_calls_per_minute,
            (address, caller.path, HOUR): limits.ip_calls_per_hour,
        }
        windows = {key: self._windows.setdefault(key, _Window(now)) for key in allowed}
        if any(now < window.blocked_until for window in windows.values()):
            return False
        verdicts = [self._count(windows[key], key[2], limit, now) for key, limit in allowed.items()]
        return all(verdicts)

    @staticmethod
    def _count(window: _Window, span: timedelta, limit: int, now: datetime) -> bool:
        if now - window.began_at >= span:
            window.began_at, window.count = now, 0
        window.count += 1
        if window.count > limit:
            window.blocked_until = now + span
            return False
        return True
