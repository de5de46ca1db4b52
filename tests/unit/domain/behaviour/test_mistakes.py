"""Every mistake that the code knows has its sentence."""

from __future__ import annotations

import ast
import string

from config.texts import load_texts
from domain.behaviour.mistakes import Mistake, nearest
from tests.architecture.source import MODULES

TEXTS = load_texts()
#: Functions and methods that take the code of a mistake, and where it stands.
TAKES_CODE = {"Mistake": 0, "mistake_at": 2, "wrong": 1, "refused": 1}
#: Says of mistakes in a table what they are there.
READER = "config.tables.journey"


def renamed(tree: ast.AST) -> set[str]:
    """Return the codes that a reader of tables gives to mistakes instead of their own."""
    return {
        str(word.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node).startswith("replace(mistake,")
        for word in node.keywords
        if word.arg == "code" and isinstance(word.value, ast.Constant)
    }


def codes() -> set[str]:
    found = set()
    for module in MODULES:
        if module.name == READER:
            found |= renamed(module.tree)
        if not module.name.startswith("domain.behaviour"):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                match node.args[TAKES_CODE.get(name, 99) :]:
                    case [ast.Constant(value=str(code)), *_]:
                        found.add(code)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                match node.value:
                    case ast.IfExp(body=ast.Constant(value=a), orelse=ast.Constant(value=b)):
                        found |= {str(a), str(b)}
    return found


def test_every_mistake_has_its_sentence_and_every_sentence_its_mistake() -> None:
    assert codes() == TEXTS.keys_under("behaviour.mistake")


def test_sentences_ask_for_nothing_that_mistakes_do_not_know() -> None:
    known = {"length", "most", "kind", "name", "function", "unit", "wanted", "found"}
    known |= {"left", "right", "reason", "version", "known"}
    for key in TEXTS.keys_under("behaviour.mistake"):
        template = TEXTS.template(f"behaviour.mistake.{key}")
        assert {name for _, name, _, _ in string.Formatter().parse(template) if name} <= known


def test_a_mistake_without_place_is_told_all_the_same() -> None:
    assert Mistake("empty").in_words(TEXTS).startswith("还没有写内容")


def test_nearest_prefers_what_is_as_long_and_refuses_what_is_unlike() -> None:
    assert nearest("城是", ["是", "城市"]) == "城市"
    assert nearest("CUONT", ["count", "sum"]) == "count"
    assert nearest("xyz", ["count", "sum"]) == ""
    assert nearest("x", []) == ""
