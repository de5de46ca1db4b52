"""Where the clock, the environment and effects may be touched."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import MODULES, Module

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCK = "bot/clock.py"
SETTINGS = "config/settings.py"

#: Calls that read the machine's clock or zone; business time comes from ``Clock``.
CLOCK_READS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
ENVIRONMENT_READS = {"os.environ", "os.getenv", "os.environb"}

#: What a pure function cannot need.
EFFECTS = {
    "asyncio",
    "logging",
    "os",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "structlog",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}

DOMAIN = [module for module in MODULES if module.package == "domain"]


def attributes(module: Module) -> Iterator[tuple[int, str]]:
    """Yield line and ``owner.name`` of every attribute, whatever stands before the owner."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute):
            match node.value:
                case ast.Name(id=owner) | ast.Attribute(attr=owner):
                    yield node.lineno, f"{owner}.{node.attr}"


def uses(names: set[str], *, except_in: str) -> list[str]:
    return [
        f"{module.path}:{line} {name}"
        for module in MODULES
        if module.path.as_posix() != except_in
        for line, name in attributes(module)
        if name in names
    ]


def test_only_the_clock_reads_the_time_of_day() -> None:
    assert uses(CLOCK_READS, except_in=CLOCK) == []


def test_only_settings_read_the_environment() -> None:
    assert uses(ENVIRONMENT_READS, except_in=SETTINGS) == []


@pytest.mark.parametrize("library", sorted(EFFECTS))
def test_domain_has_no_effects(library: str) -> None:
    assert [str(module.path) for module in DOMAIN if module.imports_library(library)] == []


def test_domain_is_synchronous() -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in DOMAIN
        for node in ast.walk(module.tree)
        if isinstance(node, waiting)
    ]
    assert wrong == []


def test_domain_opens_no_file() -> None:
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in DOMAIN
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"open", "print", "input"}
    ]
    assert wrong == []
