"""Two systems that are not the platform: a partner's leads, a shop's tracker, sent until taken."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from storage.database import open_database
from tests.acceptance.api_caller import Caller
from tests.crash.audit import Finding
from tests.shared import ROOT

#: Kinds that nobody else brings here, so that the audit can count them.
SUBMITTED, TRACKED = "lead_submitted", "view_page"
#: Numbers of customers begin here; steps between them are large, so that none looks invented.
_PHONES = 13726417835
_VISITORS = 20
#: Between two tries of one thing.
_PAUSE_SECONDS = 0.3
#: Not now: the process starts or dies, its database is busy, or it is asked too much.
_LATER = frozenset({429, 500, 502, 503, 504})
_ARRIVED = f"""
    select event.kind as kind, count(distinct event.id) as n,
      count(distinct event.person_id) as people, count(distinct lead.id) as leads
    from event left join lead on lead.person_id = event.person_id
    where event.kind in ('{SUBMITTED}', '{TRACKED}') group by event.kind
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an operator hands out: the partner's word and secret, the tracker's write key."""

    word: str
    secret: str
    write_key: str


def make_keys(environment: dict[str, str]) -> Keys:
    """Make both keys at the command line, beside the running service."""
    partner = _create(environment, "伙伴", "leads:write")
    tracker = _create(environment, "商城", "collect")
    word, write_key = (re.findall(r"[cw]k_[0-9a-f]+", said)[0] for said in (partner, tracker))
    return Keys(word, re.findall(r"[\w-]{30,}", partner)[0], write_key)


def _create(environment: dict[str, str], name: str, scope: str) -> str:
    command = ("api-keys", "create", name, "--scope", scope, "--per-minute", "10000")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout


@dataclass(slots=True)
class Callers:
    """Partner and tracker; ``address`` tells where somebody listened last.

    ``taken`` counts leads, and records as well. ``refused`` holds answers that neither
    took a thing nor asked to come again.
    """

    address: Callable[[], str]
    keys: Keys
    dice: random.Random
    #: Unix milliseconds; the tracker's records are a millisecond apart.
    started: int = field(default_factory=lambda: int(datetime.now(UTC).timestamp() * 1000))
    taken: int = 0
    refused: list[str] = field(default_factory=list)

    async def call_until(self, stopping: asyncio.Event, pause: float = 0.5) -> None:
        """Send a lead and a record every ``pause`` seconds, each by chance twice."""
        while not stopping.is_set():
            number = self.taken
            await asyncio.gather(
                self._until_taken(lambda number=number: self._lead(number)),
                self._until_taken(lambda number=number: self._record(number)),
            )
            self.taken += 1
            await asyncio.sleep(pause)

    async def _until_taken(self, send: Callable[[], Awaitable[tuple[int, str]]]) -> None:
        """Send again while nobody answers; what was taken is now and then sent once more."""
        while True:
            try:
                status, said = await send()
            except (aiohttp.ClientError, TimeoutError):
                status, said = 503, ""
            if status in _LATER:
                await asyncio.sleep(_PAUSE_SECONDS)
            elif status not in {200, 202}:
                self.refused.append(f"{status} {said}")
                return
            elif self.dice.random() < 0.8:
                return

    async def _lead(self, number: int) -> tuple[int, str]:
        keys = self.keys
        partner = Caller(self.address(), keys.word, keys.secret, datetime.now(UTC))
        lead = {"name": f"学员{number}", "phone": f"{_PHONES + number * 7919}", "channel": "sem"}
        answer = await partner.post("/api/v1/leads", lead, idem=f"lead-{number}")
        return answer.status, str(answer.body)

    async def _record(self, number: int) -> tuple[int, str]:
        record = {
            "type": "track",
            "event": "$pageview",
            "distinct_id": f"visitor-{number % _VISITORS}",
            "time": self.started + number,
            "_track_id": number,
            "properties": {"$url": f"/courses/{number}"},
        }
        data = base64.b64encode(json.dumps(record).encode()).decode()
        url = f"{self.address()}/collect/sa?project=default&token={self.keys.write_key}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data={"data": data}) as answer,
        ):
            return answer.status, await answer.text()


async def from_outside(url: str, callers: Callers) -> list[Finding]:
    """Check that all that was taken arrived, once: leads with their persons, records as events."""
    database = await open_database(url)
    try:
        async with database.read() as tx:
            counted = {row["kind"]: row for row in await tx.fetch(_ARRIVED)}
    finally:
        await database.close()
    nothing = {"n": 0, "leads": 0, "people": 0}
    submitted, tracked = counted.get(SUBMITTED, nothing), counted.get(TRACKED, nothing)
    found = (submitted["n"], submitted["leads"], submitted["people"])
    visitors = min(callers.taken, _VISITORS)
    return [
        Finding("no caller was refused", callers.taken, tuple(callers.refused)),
        Finding(
            "every lead taken from a partner is one lead",
            callers.taken,
            () if found == (callers.taken,) * 3 else (f"events, leads, people: {found}",),
        ),
        Finding(
            "every record taken from a tracker is one event",
            callers.taken,
            ()
            if (tracked["n"], tracked["people"]) == (callers.taken, visitors)
            else (f"{tracked['n']} events of {tracked['people']} people",),
        ),
    ]
