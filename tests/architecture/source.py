"""The production code as the architecture tests see it: modules, imports, functions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tests.shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("bot", "config", "domain", "handlers", "storage")

#: Tortoise writes these; nobody reads them line by line.
GENERATED = "storage/migrations/*/0*.py"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of production code."""

    path: Path

    @property
    def name(self) -> str:
        """Dotted name; a package goes by the name of its folder."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def package(self) -> str:
        """Which of the five packages it belongs to."""
        return self.path.parts[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def imported(self) -> frozenset[str]:
        """Every name that an import statement mentions, dotted, types included.

        ``from a.b import c`` yields ``a.b`` and ``a.b.c``: whether ``c`` is a
        module is not for this file to know.
        """
        return frozenset(self._imported())

    def _imported(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = self._absolute(node)
                yield source
                yield from (f"{source}.{alias.name}" for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parent = list(self.path.parent.parts)
        parent = parent[: len(parent) - node.level + 1]
        return ".".join([*parent, *([node.module] if node.module else [])])

    def functions(self) -> Iterator[Function]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def imports_library(self, library: str) -> bool:
        """Tell whether it imports the top-level ``library`` or a part of it."""
        return any(name.split(".")[0] == library for name in self.imported)


def modules() -> list[Module]:
    """Return all production modules but generated ones, in the order of their paths."""
    return [
        Module(path.relative_to(ROOT))
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not path.relative_to(ROOT).match(GENERATED)
    ]


MODULES = modules()
BY_NAME = {module.name: module for module in MODULES}


def edges() -> dict[str, set[str]]:
    """Return which module imports which other modules of ours.

    Importing a name from a package counts as importing the module of that name
    where there is one, else as importing the package itself.
    """
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        ours = module.imported & BY_NAME.keys()
        # ``from a import b`` mentions a and a.b: only the deeper one is meant.
        graph[module.name] = {
            name for name in ours if not any(other.startswith(f"{name}.") for other in ours)
        } - {module.name}
    return graph


def cycle_in(graph: dict[str, set[str]]) -> list[str]:
    """Return one cycle of ``graph`` as a path that ends where it starts, or ``[]``."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for target in sorted(graph.get(node, ())):
            if found := visit(target, [*path, node]):
                return found
        done.add(node)
        return []

    for start in sorted(graph):
        if found := visit(start, []):
            return found
    return []
