"""Sends of which nobody knows whether they arrived: each needs a cause and a leave to be so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.lane import PARALLEL
from bot.simulator.faults.rule import Rule
from domain.messages import Endpoint
from storage.database import open_database
from tests.crash.audit import Finding
from tests.crash.weather import doubts

#: Where the once-only table lets an outcome stay unknown: nothing protects the receiver,
#: or the code works once and its second use tells nothing about the first.
_MAY_STAY_UNKNOWN = frozenset(
    {Endpoint.MP_MESSAGE, Endpoint.WELCOME, Endpoint.KF_EVENT_MESSAGE, Endpoint.CARD_UPDATE}
)


async def in_doubt(url: str, rules: Sequence[Rule], kills: int) -> Finding:
    """Check that unknown outcomes are allowed, and no more than faults and kills explain."""
    database = await open_database(url)
    try:
        async with database.read() as tx:
            rows = await tx.fetch("select endpoint from outbox where state = 'unknown'")
    finally:
        await database.close()
    found = Counter(Endpoint(row["endpoint"]) for row in rows)
    wrong = [
        f"{endpoint}: {number} unknown"
        for endpoint, number in found.items()
        if endpoint not in _MAY_STAY_UNKNOWN
    ]
    # What a killed process had under way at one endpoint.
    causes = doubts(rules) + kills * PARALLEL * len(_MAY_STAY_UNKNOWN)
    if found.total() > causes:
        wrong.append(f"{found.total()} unknown, {causes} causes")
    return Finding("what is unknown had to be", found.total(), tuple(wrong))
