"""No test gives up early and none counts on a pause: a machine may stand still for a while."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.shared import ROOT

#: Shorter than this, a time limit decides what a test on a busy machine sees.
SHORTEST_SECONDS = 10
LIMITS = {"answer_within", "connect_for", "timeout", "total_for", "within", "within_seconds"}
#: Calls whose limit is not named: by position.
UNNAMED = {"asyncio.timeout": 0, "asyncio.wait_for": 1, "process.wait": 0, "settimeout": 0}
PAUSES = {"asyncio.sleep", "time.sleep"}

#: ``file: call`` that may stand, and why.
ALLOWED = {
    "tests/patience.py: asyncio.sleep(_LOOK_SECONDS)": "between two looks at a condition",
    "tests/services/postgres.py: time.sleep(0.02)": "between two looks at a server that starts",
    "tests/services/ports.py: time.sleep(0.02)": "between two looks at a server that starts",
    "tests/acceptance/file_clock.py: asyncio.sleep(0.02)": "another process moves the clock",
    "tests/acceptance/replicas.py: asyncio.sleep(0.02)": "between two looks at the queues",
    "tests/acceptance/test_paused_replicas.py: asyncio.sleep(1)": "all the time one that wakes has",
    "tests/acceptance/test_replicas.py: asyncio.sleep(0.005)": "between two looks at a window",
    "tests/acceptance/test_replicas.py: asyncio.sleep(1)": "all the time a killed one is given",
    "tests/contract/test_database.py: asyncio.sleep(0.05)": "room for a mistake of others",
    "tests/contract/test_redis_tokens.py: asyncio.sleep(0.05)": "room for others to ask as well",
    "tests/crash/callers.py: asyncio.sleep(_PAUSE_SECONDS)": "between two tries",
    "tests/crash/callers.py: asyncio.sleep(pause)": "how often a caller sends",
    "tests/crash/audit.py: asyncio.sleep(0.5)": "between two looks at the queues",
    "tests/crash/crowd.py: asyncio.sleep(pause)": "people are not faster",
    "tests/crash/play.py: asyncio.sleep(dice.uniform(*plan.live_for))": "the moment of death",
    "tests/unit/bot/wecom/client/test_transport.py: asyncio.sleep(3 * NEVER_COMES)": (
        "time to give up too early"
    ),
}


def calls(text: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))


def is_short(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and 0 < node.value < SHORTEST_SECONDS
    )


def is_hasty(call: ast.Call) -> bool:
    """Tell whether a call sets a short limit, or lets time pass and hopes."""
    name = ast.unparse(call.func)
    if name in PAUSES:
        return not (call.args and ast.unparse(call.args[0]) == "0")
    limits = [word.value for word in call.keywords if word.arg in LIMITS]
    limits += [
        call.args[position]
        for known, position in UNNAMED.items()
        if name.endswith(known) and len(call.args) > position
    ]
    return any(map(is_short, limits))


@cache
def hasty() -> frozenset[str]:
    files = [p.relative_to(ROOT) for p in (ROOT / "tests").rglob("*.py")]
    return frozenset(
        f"{file.as_posix()}: {ast.unparse(call)}"
        for file in files
        if Path("tests/bench") not in file.parents
        for call in calls((ROOT / file).read_text(encoding="utf-8"))
        if is_hasty(call)
    )


def test_no_test_depends_on_a_fast_machine() -> None:
    assert not hasty() - ALLOWED.keys(), "wait with tests.patience.until, or for PATIENCE"


def test_every_exception_still_exists_and_has_a_reason() -> None:
    assert not ALLOWED.keys() - hasty()
    assert all(ALLOWED.values())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("asyncio.timeout(5)", True),
        ("asyncio.timeout(PATIENCE)", False),
        ("asyncio.wait_for(task, 0.5)", True),
        ("own.process.wait(3)", True),
        ("Bounds(total_for=0.5)", True),
        ("subprocess.run(command, timeout=60)", False),
        ("asyncio.sleep(0.1)", True),
        ("asyncio.sleep(0)", False),
    ],
)
def test_hasty_calls_are_known(code: str, expected: bool) -> None:
    (call,) = calls(code)
    assert is_hasty(call) is expected
