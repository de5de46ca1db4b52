"""Who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source import MODULES, PACKAGES, Module, cycle_in, edges

#: Package → packages of ours that it may import, beside itself.
MAY_IMPORT = {
    "domain": set(),
    "storage": {"domain"},
    "config": {"domain"},
    "handlers": {"domain", "storage"},
    "bot": {"config", "domain", "handlers", "storage"},
}

#: Library → where it may be imported.
HOMES = {
    "wechatpy": ("bot/",),
    "aiohttp": ("bot/", "handlers/web/"),
    "jinja2": ("bot/", "handlers/web/"),
    "tortoise": ("storage/",),
    "asyncpg": ("storage/",),
    "sqlite3": ("storage/",),
    "aiosqlite": ("storage/",),
    "click": ("bot/",),
    "rich": ("bot/",),
}

#: Level of each part of ``domain``; a part imports its own level or below.
VALUES, THINGS, DECISIONS, WHOLE = range(4)
DOMAIN_LEVELS = {
    "values": VALUES,
    "errors": VALUES,
    "worktime": VALUES,
    "swift": VALUES,
    "outcomes": THINGS,
    "messages": THINGS,
    "person": THINGS,
    "lead": THINGS,
    "events": THINGS,
    "channels": THINGS,
    "catalog": WHOLE,
}


def part_of_domain(name: str) -> str:
    """``domain.scoring.rules`` belongs to part ``scoring``."""
    return name.split(".")[1] if "." in name else ""


def level(name: str) -> int:
    return DOMAIN_LEVELS.get(part_of_domain(name), DECISIONS)


def of_package(package: str) -> list[Module]:
    return [module for module in MODULES if module.package == package]


@pytest.mark.parametrize("package", PACKAGES)
def test_package_imports_only_what_lies_below_it(package: str) -> None:
    forbidden = set(PACKAGES) - MAY_IMPORT[package] - {package}
    wrong = [
        f"{module.path} imports {name}"
        for module in of_package(package)
        for name in sorted(module.imported)
        if name.split(".")[0] in forbidden
    ]
    assert wrong == []


def test_domain_parts_import_downward_only() -> None:
    wrong = [
        f"{source} (level {level(source)}) imports {target} (level {level(target)})"
        for source, targets in edges().items()
        for target in sorted(targets)
        if source.startswith("domain.") and level(target) > level(source)
    ]
    assert wrong == []


def test_domain_parts_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for source, targets in edges().items():
        if source.startswith("domain."):
            part = part_of_domain(source)
            graph.setdefault(part, set()).update(
                {part_of_domain(target) for target in targets} - {part}
            )
    assert cycle_in(graph) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert cycle_in(edges()) == []


@pytest.mark.parametrize("library", HOMES)
def test_library_stays_in_its_home(library: str) -> None:
    strays = [
        str(module.path)
        for module in MODULES
        if module.imports_library(library) and not module.path.as_posix().startswith(HOMES[library])
    ]
    assert strays == []


def test_nothing_imports_the_tests() -> None:
    assert [str(module.path) for module in MODULES if module.imports_library("tests")] == []


def test_package_files_hold_docstring_and_exports_only() -> None:
    """An ``__init__.py`` with logic runs on every import of anything below it."""
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in MODULES
        if module.path.name == "__init__.py"
        for node in module.tree.body
        if not isinstance(node, allowed)
    ]
    assert wrong == []
