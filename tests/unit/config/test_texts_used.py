"""Every text that the code asks for exists, with placeholders that it gets values for."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from bot.wecom.error_codes import CODES, OFFICIAL_CODES, UNKNOWN_CODE
from config.problems import Problem
from config.texts import load_texts
from domain.lead import Stage, Status
from domain.person import InformationLevel, RelationState
from domain.reports.funnel import STEPS
from domain.scoring.score import Part
from domain.values import Role
from tests.architecture.source import MODULES, Module

TEXTS = load_texts()
SECTIONS = frozenset(key.split(".")[0] for key in TEXTS)
DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
READERS = frozenset({"words", "texts", "_words", "_texts"})
#: Modules that speak by these texts; the stand-in has its own file.
SPEAKING = [m for m in MODULES if not m.path.as_posix().startswith("bot/simulator/")]


def asks(module: Module) -> Iterator[ast.Call]:
    """Yield every ``….words.get(…)`` or ``texts.get(…)``."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Attribute(attr=owner))):
                pass
            case ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=owner))):
                pass
            case _:
                continue
        if owner in READERS and node.args:
            yield node


def placeholders(key: str) -> set[str]:
    template = TEXTS.template(key)
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_texts_asked_for_by_name_exist_and_get_their_values() -> None:
    wrong = []
    for module in SPEAKING:
        for call in asks(module):
            key = call.args[0]
            if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                continue
            given = {word.arg for word in call.keywords}
            if key.value not in TEXTS:
                wrong.append(f"{module.path}:{call.lineno} {key.value} does not exist")
            elif None not in given and (missing := placeholders(key.value) - given):
                wrong.append(f"{module.path}:{call.lineno} {key.value} gets no {missing}")
    assert wrong == []


def test_texts_asked_for_by_family_have_a_family() -> None:
    wrong = []
    for module in SPEAKING:
        for call in asks(module):
            if isinstance(call.args[0], ast.JoinedStr):
                head = call.args[0].values[0]
                family = str(head.value).rstrip(".") if isinstance(head, ast.Constant) else ""
                if not TEXTS.keys_under(family) and not any(
                    key.startswith(family) for key in TEXTS
                ):
                    wrong.append(f"{module.path}:{call.lineno} {ast.unparse(call.args[0])}")
    assert wrong == []


def whole_words(module: Module) -> Iterator[tuple[int, str]]:
    """Yield every string that is not a piece of an f-string."""
    pieces = {
        id(piece)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.JoinedStr)
        for piece in node.values
    }
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=str(word)) if id(node) not in pieces:
                yield node.lineno, word


def is_key(word: str) -> bool:
    """Tell whether a word is a key, or one of the command line without its ``cli.``."""
    return word in TEXTS or f"cli.{word}" in TEXTS or bool(TEXTS.keys_under(word))


def test_keys_that_travel_through_functions_exist() -> None:
    """``_say(…, "mine.none")``: any dotted word that begins like a key must be one."""
    wrong = [
        f"{module.path}:{line} {word}"
        for module in SPEAKING
        if module.package in {"handlers", "bot"}
        for line, word in whole_words(module)
        if DOTTED.fullmatch(word) and word.split(".")[0] in SECTIONS and not is_key(word)
    ]
    assert wrong == []


def constants(module: Module) -> dict[str, str]:
    """Return module-level names of texts: ``IN_PAST = "reminder_in_past"``."""
    return {
        target.id: node.value.value
        for node in module.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def codes_given_to(name: str, position: int, keyword: str) -> Iterator[str]:
    """Yield the codes that production code passes to ``name(…)`` where they are written out."""
    for module in SPEAKING:
        known = constants(module)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                given = [word.value for word in node.keywords if word.arg == keyword]
                match given or node.args[position : position + 1]:
                    case [ast.Constant(value=str(code))]:
                        yield code
                    case [ast.Name(id=constant)] if constant in known:
                        yield known[constant]


@pytest.mark.parametrize(
    ("name", "position", "keyword", "section"),
    [
        ("Refusal", 0, "code", "refusals"),
        ("RuleError", 1, "code", "config.problem.rule"),
        ("Problem", 1, "code", "config.problem"),
        ("ApiProblem", 1, "code", "api.problem"),
    ],
)
def test_every_code_has_its_words(name: str, position: int, keyword: str, section: str) -> None:
    codes = set(codes_given_to(name, position, keyword))
    assert len(codes) > 3
    missing = {
        code
        for code in codes
        if f"{section}.{code}" not in TEXTS and f"{section}.{code}_but" not in TEXTS
    }
    assert missing == set()


def test_every_code_that_a_row_raises_has_its_words() -> None:
    raised = {
        node.value.value
        for module in SPEAKING
        if module.path.as_posix().startswith("config/tables/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign)
        and getattr(node.targets[0], "id", "") == "code"
        and isinstance(node.value, ast.Constant)
        and node.value.value
    }
    assert len(raised) > 3
    for code in raised:
        assert Problem("file", str(code)).in_words(TEXTS)


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("stage", [s.value for s in Stage]),
        ("status", [s.value for s in Status]),
        ("role", [r.value for r in Role]),
        ("reason_part", [p.value for p in Part]),
        ("information_level", [level.value for level in InformationLevel]),
        ("relation", [state.value for state in RelationState]),
        ("funnel.step", list(STEPS)),
        (
            "wire_errors",
            [v.advice for v in (UNKNOWN_CODE, *CODES.values(), *OFFICIAL_CODES.values())],
        ),
    ],
)
def test_every_value_has_its_word(section: str, codes: list[str]) -> None:
    assert [code for code in codes if f"{section}.{code}" not in TEXTS] == []
