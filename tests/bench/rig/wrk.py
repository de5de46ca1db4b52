"""Load: wrk sends callbacks that were made before, each once, over so many connections."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rig.corp import Callback, sealed
from tests.services.ports import LOOPBACK

SCRIPT = Path(__file__).with_name("callbacks.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. ``refused`` counts answers that were no acknowledgement, or none at all."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int

    @property
    def per_second(self) -> float:
        """Acknowledgements per second."""
        return (self.requests - self.refused) / self.seconds


def write_requests(path: Path, callbacks: Iterable[Callback]) -> None:
    """Write whole HTTP requests, each behind its length, for the script to send."""
    with path.open("wb") as file:
        for number, callback in enumerate(callbacks):
            request = sealed(callback, number)
            head = (
                f"POST {request.target} HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
                f"Content-Type: text/xml\r\nContent-Length: {len(request.body)}\r\n\r\n"
            )
            whole = head.encode() + request.body
            file.write(f"{len(whole)}\n".encode() + whole)


def send(requests: Path, port: int, *, connections: int, seconds: int) -> Load:
    """Send as fast as answers come, for ``seconds`` or until no request is left.

    Raises:
        RuntimeError: wrk did not run to its end.
    """
    command = [
        *("wrk", "--threads", "1", "--connections", str(connections), "--timeout", "5s"),
        *("--duration", f"{seconds}s", "--script", str(SCRIPT), f"http://{LOOPBACK}:{port}"),
        *("--", str(requests)),
    ]
    run = subprocess.run(  # noqa: S603 - our own command
        command, capture_output=True, check=False, text=True
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode or not lines:
        message = f"wrk ended with {run.returncode}: {run.stderr or run.stdout}"
        raise RuntimeError(message)
    return Load(**json.loads(lines[-1]))
