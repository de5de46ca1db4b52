"""What is declared is used, and what is used is declared and pinned."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from typing import TYPE_CHECKING

from tests.architecture.source import MODULES, PACKAGES
from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Declared without being imported by us, and why.
NOT_IMPORTED = {
    "aiosqlite": "Tortoise's driver for SQLite",
    "tzdata": "zone data for machines without their own",
}
TABLES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = re.compile(r"[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: Iterable[str]) -> set[str]:
    return {normal(found[0]) for line in requirements if (found := NAME.match(line))}


def declared() -> set[str]:
    project = TABLES["project"]
    return names(chain(project["dependencies"], *project["optional-dependencies"].values()))


def declared_for_development() -> set[str]:
    return names(TABLES["dependency-groups"]["dev"])


def pinned(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {normal(line.partition("==")[0]) for line in lines if "==" in line}


def imported() -> set[str]:
    """Return the distributions whose modules production code imports."""
    providers = packages_distributions()
    ours = {*PACKAGES, *sys.stdlib_module_names}
    roots = {name.split(".")[0] for module in MODULES for name in module.imported if name} - ours
    return {normal(providers[root][0]) for root in roots}


def test_every_imported_library_is_declared() -> None:
    assert imported() - declared() == set()


def test_every_declared_library_is_imported_or_has_a_reason() -> None:
    assert declared() - imported() - NOT_IMPORTED.keys() == set()


def test_every_declared_library_is_pinned() -> None:
    assert declared() - pinned("requirements.txt") == set()
    assert declared_for_development() - pinned("requirements-dev.txt") == set()


def test_no_pin_stands_in_both_files() -> None:
    assert pinned("requirements.txt") & pinned("requirements-dev.txt") == set()
