"""How benches time things and say what they found."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def print_machine() -> None:
    """Say where the numbers come from, beside the figures."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    print(f"{python}, {machine}", file=sys.stderr)


def seconds_per_call(call: Callable[[], object], *, rounds: int, calls: int) -> list[float]:
    """Time ``calls`` calls in each of ``rounds`` rounds; return the mean of each round."""
    call()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(calls):
            call()
        times.append((time.perf_counter() - started) / calls)
    return times


def figure(bench: str, name: str, value: float, unit: str) -> None:
    """Print one figure as a line of JSON, with four digits that count."""
    rounded = float(f"{value:.4g}")
    line = {"bench": bench, "figure": name, "value": rounded, "unit": unit}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def figure_micros(bench: str, name: str, seconds: Sequence[float]) -> None:
    """Print the median of times per call in µs."""
    figure(bench, f"{name}_us", statistics.median(seconds) * 1e6, "µs")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0–1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
