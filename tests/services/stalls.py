"""Stalls on demand: the event loop sees time leap, as on a machine that stood still.

``pytest -p tests.services.stalls --stalls 7 tests/unit`` lets time leap in every
test at moments drawn from the seed 7. Whatever fails then, and not without,
depends on the machine being fast: a time-out that fits a quiet machine, a pause
where a condition should be awaited.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Generator

import pytest

#: Longer than the time-outs of a second that tests like to have, shorter than a generous one.
STALL_SECONDS = 8.0
#: A test meets this many, the next one after at most so many looks at the loop's clock.
STALLS = 3
LONGEST_REST = 3000


class StallingTime:
    """Stands in for the clock of every event loop; seconds, never running back."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._stood_for = 0.0
        self._rests: list[int] = []
        self.stalls: list[int] = []
        self.looks = 0

    def begin(self, test: str) -> None:
        """Draw when time leaps in ``test``: early looks as likely as late ones."""
        dice = random.Random(f"{self._seed} {test}")
        self._rests = [
            int(math.exp(dice.uniform(0, math.log(LONGEST_REST)))) for _ in range(STALLS)
        ]
        self.stalls.clear()
        self.looks = 0

    def now(self) -> float:
        self.looks += 1
        if self._rests:
            self._rests[-1] -= 1
            if self._rests[-1] <= 0:
                self._rests.pop()
                self._stood_for += STALL_SECONDS
                self.stalls.append(self.looks)
        return time.monotonic() + self._stood_for


class Stalls:
    """The hooks: a plan per test, and a word in the report of one that fails."""

    def __init__(self, clock: StallingTime) -> None:
        self._clock = clock

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._clock.begin(item.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed:
            report.sections.append(
                ("stalls", f"at looks {self._clock.stalls} of {self._clock.looks}")
            )
        return report


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stalls", type=int, help="let the event loop's time leap, by this seed")


def pytest_configure(config: pytest.Config) -> None:
    seed = config.getoption("--stalls")
    if seed is not None:
        clock = StallingTime(seed)
        asyncio.BaseEventLoop.time = lambda _: clock.now()  # type: ignore[method-assign]
        config.pluginmanager.register(Stalls(clock))
