"""A killed process loses nothing that it had acknowledged."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

from storage.inbox import Inbox
from tests.factories import NOW
from tests.shared import ROOT

ENOUGH = 300


async def acknowledged_before_the_kill(url: str) -> set[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.contract.putting_process",
        url,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(ENOUGH)]
    process.send_signal(signal.SIGKILL)
    rest = await process.stdout.read()
    await process.wait()
    # The last line may have been cut in two by the kill.
    whole = b"".join(lines) + rest
    return set(whole.decode().rpartition("\n")[0].split("\n"))


async def test_every_acknowledged_delivery_survives_the_kill(
    inbox: Inbox, migrated_url: str
) -> None:
    acknowledged = await acknowledged_before_the_kill(migrated_url)
    assert len(acknowledged) >= ENOUGH
    claimed = await inbox.claim(100_000, timedelta(minutes=1), NOW)
    assert acknowledged <= {row.subject for row in claimed}
    assert {row.payload for row in claimed} == {b"payload"}
