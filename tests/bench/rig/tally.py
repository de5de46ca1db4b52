"""What replicas left behind, counted against what was sent: in the database and at the platform."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_MSGID = re.compile(r"\b(7\d{18})\b")

#: Everything that must be there exactly once, by a key that names its cause.
_KEYS = {
    "persons": "select value from identity where kind = 'openid' order by id",
    "leads": "select person_id || ':' || product_line || ':' || cycle from lead order by id",
    "events": "select dedupe_key from event where kind = 'mp_message' order by id",
    "pushes": "select dedupe_key from outbox where dedupe_key like 'reply:%' order by id",
}
_SPEAKERS = """
select identity.value as who, event.dedupe_key as key from event
join identity on identity.person_id = event.person_id and identity.kind = 'openid'
where event.kind = 'mp_message' order by event.id
"""
_ANSWERED = """
select receiver as who, dedupe_key as key from outbox where dedupe_key like 'reply:%' order by id
"""
_SENT = """
select receiver, count(*) as calls from outbox
where state = 'sent' and dedupe_key like 'reply:%' group by receiver
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How much is there too often, is missing, or stands in another order than it happened."""

    duplicates: int
    missing: int
    out_of_order: int


async def tally(connection: Any, followers: int, messages: int, calls: Counter[str]) -> Tally:
    """Count effects of ``messages`` by ``followers``; ``calls`` are the platform's, by receiver."""
    expected = {"persons": followers, "leads": followers, "events": messages, "pushes": messages}
    duplicates = missing = 0
    for name, statement in _KEYS.items():
        keys = [str(row[0]) for row in await connection.fetch(statement)]
        duplicates += len(keys) - len(set(keys)) + max(0, len(set(keys)) - expected[name])
        missing += max(0, expected[name] - len(set(keys)))
    sent = Counter({row["receiver"]: row["calls"] for row in await connection.fetch(_SENT)})
    # A subtraction of counters keeps what is above zero.
    duplicates += (calls - sent).total()
    missing += (sent - calls).total()
    disorder = [
        inversions((row["who"], row["key"]) for row in await connection.fetch(statement))
        for statement in (_SPEAKERS, _ANSWERED)
    ]
    return Tally(duplicates, missing, sum(disorder))


def inversions(effects: Iterable[tuple[str, str]]) -> int:
    """Count effects that come after a later message of the same follower; ids rise with time."""
    latest: dict[str, str] = {}
    found = 0
    for who, key in effects:
        match = _MSGID.search(key)
        if match is None:
            message = f"no message id in the key {key!r}"
            raise ValueError(message)
        found += match[1] < latest.get(who, "")
        latest[who] = max(match[1], latest.get(who, ""))
    return found
