"""What the running service refused: the only trace of a token that the console has otherwise.

The check of an address asks with our own settings, and those agree with the service's.
Whoever typed another token or key into the platform's console shows only in the
service's counters, which begin with its process.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from bot.doctor.installation import Installation
    from config.settings import Settings

_PATIENCE = aiohttp.ClientTimeout(total=5, sock_connect=1)
_CALLBACKS = "clew_callbacks_total"
#: Results that say that the sender has another token, key or id than we.
_OTHERWISE = frozenset(
    {"bad_signature", "wrong_receiver", "bad_ciphertext", "bad_padding", "bad_length"}
)
_TAKEN = frozenset({"stored", "duplicate"})


async def refused_without_one_taken(installation: Installation, source: str) -> int:
    """Return how many calls of a route were refused for its settings, if no callback was taken.

    0 as well when no service answers on this machine: then there is nothing to tell.
    """
    try:
        async with installation.session.get(
            _metrics_url(installation.settings), allow_redirects=False, timeout=_PATIENCE
        ) as response:
            if response.status != HTTPStatus.OK:
                return 0
            counts = _counts(await response.text(), source)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return 0
    if any(counts[result] for result in _TAKEN):
        return 0
    return sum(counts[result] for result in _OTHERWISE)


def _metrics_url(settings: Settings) -> str:
    """Return where the service of these settings is to be found on this machine."""
    host = settings.listen_host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{settings.listen_port}/metrics"
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")  # noqa: PLR2004
    name = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
    return f"http://{name}:{settings.listen_port}/metrics"


def _counts(page: str, source: str) -> Counter[str]:
    """Return how often each result is counted for a route.

    Raises:
        ValueError: the page is none of metrics.
    """
    counts: Counter[str] = Counter()
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name == _CALLBACKS and sample.labels.get("route") == source:
                counts[sample.labels.get("result", "")] += int(sample.value)
    return counts
