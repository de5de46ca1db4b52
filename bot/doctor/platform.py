"""WeCom itself: is it there, does it take the app's secret, does its clock agree with ours."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.doctor.finding import Finding, broken, ok, skipped, warning
from bot.doctor.installation import Installation
from bot.doctor.wire import Asked, wire_finding
from bot.wecom.errors import WireError

#: Callbacks are judged by their timestamps, and reminders are due by the clock.
MOST_OFF = timedelta(seconds=60)
_PATIENCE = aiohttp.ClientTimeout(total=10, sock_connect=3)


async def clock(installation: Installation) -> Finding:
    """Compare the machine's clock with the ``Date`` of an answer of the platform."""
    asked = Asked(installation.settings.qyapi_base)
    sent_at, started = installation.clock.now(), time.monotonic()
    try:
        async with installation.session.head(
            f"{asked.base}/", allow_redirects=False, timeout=_PATIENCE
        ) as response:
            date = response.headers.get("Date", "")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return broken("platform_unreachable", host=asked.host, reason=type(error).__name__)
    took = timedelta(seconds=time.monotonic() - started)
    return clock_finding(date, sent_at + took / 2)


def clock_finding(date: str, ours: datetime) -> Finding:
    """Judge a ``Date`` header (whole seconds, GMT) against our moment."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return skipped("clock_not_told")
    off = abs(ours - theirs)
    if off > MOST_OFF:
        return warning("clock_off", seconds=round(off.total_seconds()))
    return ok("clock_right")


async def credentials(installation: Installation) -> Finding:
    """Get a token for the app's secret, and use it once from the address that we call from."""
    asked = Asked(installation.settings.qyapi_base)
    try:
        await installation.app.app.callback_addresses()
    except WireError as error:
        return wire_finding(error, asked, installation.texts)
    return ok("credentials_taken", host=asked.host)
