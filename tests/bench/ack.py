"""Durable acknowledgements per second, workers running, beside a peer that stores nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.measure import figure
from tests.bench.rig.cores import leave_server_core, pinned, python, running
from tests.bench.rig.corp import Callback, Callbacks
from tests.bench.rig.databases import Ground, postgres_ground, sqlite_ground
from tests.bench.rig.service import PROCESSED, served
from tests.bench.rig.wrk import Load, send, write_requests
from tests.services.ports import LOOPBACK, free_port

BENCH = "ack"
CONNECTIONS = 64
SECONDS = 6
ROUNDS = 3
#: More than any server here takes in the time.
MOST_PER_SECOND = 14_000
FOLLOWERS = 5_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A load on a Clew, and how many updates per second its worker applied beside it."""

    load: Load
    worked_per_second: float


@dataclass(frozen=True, slots=True)
class Round:
    """Everything once, within a minute."""

    peer: Load
    no_store: Load
    sqlite: Stored
    postgres: Stored


def main() -> None:
    """Measure in turns, so that what else the machine does hits all of them; print medians."""
    leave_server_core()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clew-bench-")))
        requests = folder / "requests"
        write_requests(requests, messages())
        peer = stack.enter_context(peer_server(folder))
        bare = stack.enter_context(no_store_server(folder))
        rounds = [one_round(requests, peer, bare) for _ in range(ROUNDS)]
    report(rounds)


def one_round(requests: Path, peer: int, bare: int) -> Round:
    """Measure each once; the peer and the bare routes are behind these ports."""
    with sqlite_ground() as sqlite, postgres_ground() as postgres:
        return Round(
            load(requests, peer),
            load(requests, bare),
            stored(requests, sqlite),
            stored(requests, postgres),
        )


def messages() -> Iterator[Callback]:
    """Return what followers write: distinct messages of several thousand people."""
    callbacks = Callbacks("ack")
    return (callbacks.said(n % FOLLOWERS) for n in range(SECONDS * MOST_PER_SECOND))


def load(requests: Path, port: int) -> Load:
    """Send as fast as acknowledgements come."""
    return send(requests, port, connections=CONNECTIONS, seconds=SECONDS)


def stored(requests: Path, ground: Ground) -> Stored:
    """Load a Clew on new ground; also count what its worker got done meanwhile."""
    with served(ground.folder, ground.url) as clew:
        before = clew.metric(PROCESSED)
        acknowledged = load(requests, clew.port)
        worked = clew.metric(PROCESSED) - before
    return Stored(acknowledged, worked / acknowledged.seconds)


@contextmanager
def peer_server(folder: Path) -> Iterator[int]:
    """Run the peer under gunicorn on the server's core."""
    port = free_port()
    options = ("--bind", f"{LOOPBACK}:{port}", "--workers", "1", "--log-level", "warning")
    command = python("gunicorn", *options, "tests.bench.rig.peer:app")
    with running(pinned(command), port, folder / "peer.log"):
        yield port


@contextmanager
def no_store_server(folder: Path) -> Iterator[int]:
    """Run our callback routes without an inbox on the server's core."""
    port = free_port()
    command = python("tests.bench.rig.no_store", str(port))
    with running(pinned(command), port, folder / "no_store.log"):
        yield port


def report(rounds: list[Round]) -> None:
    """Print the median of each figure over the rounds; ratios are of figures of one round."""
    report_loads("peer", [one.peer for one in rounds])
    report_loads("no_store", [one.no_store for one in rounds])
    peers = [one.peer for one in rounds]
    for name, kept in (
        ("sqlite", [one.sqlite for one in rounds]),
        ("pg", [one.postgres for one in rounds]),
    ):
        report_loads(name, [one.load for one in kept])
        worked = median(one.worked_per_second for one in kept)
        figure(BENCH, f"{name}_worked_per_s", worked, "1/s")
        figure(BENCH, f"ratio_{name}", ratio([one.load for one in kept], peers), "x")
    share = ratio([one.sqlite.load for one in rounds], [one.no_store for one in rounds])
    figure(BENCH, "share_of_no_store", share, "x")


def report_loads(name: str, loads: list[Load]) -> None:
    """Print rate and p99 of one server."""
    if refused := sum(one.refused for one in loads):
        figure(BENCH, f"{name}_refused", refused, "requests")
    figure(BENCH, f"{name}_rps", median(one.per_second for one in loads), "1/s")
    figure(BENCH, f"{name}_p99_ms", median(one.p99_ms for one in loads), "ms")


def ratio(loads: list[Load], others: list[Load]) -> float:
    """Return the median of the ratios of rates, round by round."""
    return median(
        one.per_second / other.per_second for one, other in zip(loads, others, strict=True)
    )
