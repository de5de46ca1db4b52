"""Files and functions that fit on a screen, with names that say something."""

from __future__ import annotations

import ast

from tests.architecture.source import MODULES
from tests.shared import ROOT

FILE_LINES = 400
FUNCTION_LINES = 50
CLASS_LINES = 200

#: ``path:name`` of what may be longer, and why. Empty is the aim.
LONGER_FOR_A_REASON: dict[str, str] = {}

EMPTY_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}


def test_no_file_is_longer_than_400_lines() -> None:
    files = [module.path for module in MODULES]
    files += [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py")]
    long = [
        f"{path}: {lines} lines"
        for path in files
        if (lines := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > FILE_LINES
        and path.as_posix() not in LONGER_FOR_A_REASON
    ]
    assert long == []


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{module.path}:{function.name}: {lines} lines"
        for module in MODULES
        for function in module.functions()
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
        and f"{module.path.as_posix()}:{function.name}" not in LONGER_FOR_A_REASON
    ]
    assert long == []


def test_no_class_is_longer_than_200_lines() -> None:
    long = [
        f"{module.path}:{node.name}: {lines} lines"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > CLASS_LINES
        and f"{module.path.as_posix()}:{node.name}" not in LONGER_FOR_A_REASON
    ]
    assert long == []


def test_every_exception_to_a_size_still_exists_and_has_a_reason() -> None:
    known = {
        f"{module.path.as_posix()}:{node.name}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    } | {module.path.as_posix() for module in MODULES}
    assert set(LONGER_FOR_A_REASON) <= known
    assert all(LONGER_FOR_A_REASON.values())


def test_names_say_what_a_module_is_about() -> None:
    empty = [
        str(module.path)
        for module in MODULES
        if EMPTY_NAMES & {*module.path.parts[:-1], module.path.stem}
    ]
    assert empty == []
