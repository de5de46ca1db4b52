"""The judge is judged too: a rule that sees nothing would pass for ever."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import BY_NAME, Module, cycle_in, edges
from tests.architecture.test_published import MACHINE_PATHS, REGISTRIES
from tests.architecture.test_purity import attributes
from tests.architecture.test_texts import chinese_strings


def module_of(code: str, path: str = "handlers/chat/example.py") -> Module:
    module = Module(Path(path))
    module.__dict__["text"] = code
    module.__dict__["tree"] = ast.parse(code)
    return module


def test_imports_are_seen_in_every_form() -> None:
    code = """
import bot.app as app
from domain import values
from . import contacts
from ..actions.intake import take
if TYPE_CHECKING:
    from storage.inbox import Inbox
def late():
    import config.load
"""
    assert module_of(code).imported >= {
        "bot.app",
        "domain.values",
        "handlers.chat.contacts",
        "handlers.actions.intake.take",
        "storage.inbox",
        "config.load",
    }


def test_relative_import_in_a_package_file_starts_at_the_package() -> None:
    module = module_of("from .contacts import added", "handlers/chat/__init__.py")
    assert "handlers.chat.contacts" in module.imported


def test_edges_lead_to_the_module_not_to_its_package() -> None:
    assert "domain.values" in edges()["domain.lead"]
    assert "domain" not in edges()["domain.lead"]
    assert edges().keys() == BY_NAME.keys()


def test_circles_are_found() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_clock_reads_are_seen_behind_a_module_name() -> None:
    found = {name for _, name in attributes(module_of("datetime.datetime.now(UTC); time.time()"))}
    assert {"datetime.now", "time.time"} <= found


def test_chinese_is_seen_in_strings_and_f_strings_but_not_in_docstrings() -> None:
    code = '"""线索"""\nA = "线索"\nB = f"{A}分配"\n'
    assert [text for _, text in chinese_strings(module_of(code))] == ["线索", "分配"]


def test_registries_and_machine_paths_are_recognised() -> None:
    assert REGISTRIES.search("pip install --index" + "-url x")
    assert MACHINE_PATHS.search("see " + "/" + "home" + "/someone/notes")
    assert not MACHINE_PATHS.search("docs/" + "work" + "/flow.md and https://x/api/" + "tmp")
