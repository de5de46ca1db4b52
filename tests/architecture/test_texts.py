"""Chinese that a user reads lives in text files, apart from the logic."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.architecture.source import MODULES, PACKAGES, Module

if TYPE_CHECKING:
    from collections.abc import Iterator

HAN = re.compile("[\u3400-\u9fff]")

#: Where Chinese words are the matter itself: what people type, not what they read.
LEXICONS = (
    "domain/behaviour/words.py",
    "domain/chat/",
    "domain/cleaning/",
    "domain/intake/headings.py",
)


def docstrings(tree: ast.Module) -> set[int]:
    """Return the identity of every string that stands alone as a statement."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def chinese_strings(module: Module) -> Iterator[tuple[int, str]]:
    prose = docstrings(module.tree)
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and HAN.search(node.value)
        ):
            yield node.lineno, node.value


@pytest.mark.parametrize("package", PACKAGES)
def test_no_chinese_strings_in_logic(package: str) -> None:
    found = [
        f"{module.path}:{line} {text!r}"
        for module in MODULES
        if module.package == package and not module.path.as_posix().startswith(LEXICONS)
        for line, text in chinese_strings(module)
    ]
    assert found == []
