from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from rich.console import Console

from bot.doctor.checks import checks_of
from bot.doctor.examination import Examined
from bot.doctor.finding import Finding, Severity, broken, ok, skipped, warning
from bot.doctor.report import show, words
from tests.architecture.source import MODULES
from tests.unit.bot.doctor_installation import FURTHER, TEXTS, settings_in

WRITTEN = {
    node.value
    for module in MODULES
    if module.path.as_posix().startswith(("bot/doctor/", "bot/cli/doctor"))
    for node in ast.walk(module.tree)
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}
#: Put together from a mode of official accounts; an encrypted one is ``official_ready``.
COMPOSED = {"official_plain", "official_compat"}


def printed(*examined: Examined) -> str:
    stream = io.StringIO()
    show(examined, TEXTS, Console(file=stream, width=100))
    return stream.getvalue()


def test_every_text_of_the_doctor_is_used() -> None:
    assert TEXTS.keys_under("doctor.finding") <= WRITTEN | COMPOSED
    assert TEXTS.keys_under("doctor.check") <= WRITTEN


def test_every_check_has_a_title(tmp_path: Path) -> None:
    names = {check.name for check in checks_of(settings_in(tmp_path, **FURTHER))}
    assert names == TEXTS.keys_under("doctor.check")


def calls() -> set[str]:
    """Return the codes that checks hand out where they are written out."""
    makers = {"ok", "warning", "broken", "skipped"}
    return {
        node.args[0].value
        for module in MODULES
        if module.path.as_posix().startswith("bot/doctor/")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in makers
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_finding_has_its_words() -> None:
    assert len(calls()) > 40
    assert calls() <= TEXTS.keys_under("doctor.finding")


def test_marks_titles_and_words_stand_in_a_line() -> None:
    shown = printed(
        Examined("redis", "", skipped("redis_not_needed")),
        Examined("clock", "", warning("clock_off", seconds=90)),
        Examined("official", "gh_example00001", ok("official_ready")),
    ).splitlines()
    assert [line.split()[0] for line in shown[:3]] == ["-", "!", "✓"]
    assert "公众号 gh_example00001" in shown[2]
    assert "90 秒" in shown[1]
    assert shown[3] == TEXTS.get("doctor.sum.some", broken=0, warnings=1)


def test_details_stand_below_and_brackets_are_no_markup() -> None:
    finding = Finding(Severity.BROKEN, "tables_wrong", {"count": 1}, ("· a.toml [red]b：c",))
    assert "[red]b：c" in printed(Examined("tables", "", finding))


def test_nothing_to_do_is_said() -> None:
    assert TEXTS.get("doctor.sum.none") in printed(Examined("clock", "", ok("clock_right")))


def test_the_same_cause_is_named_by_its_title() -> None:
    assert "系统时钟" in words(skipped("same_cause", check="clock"), TEXTS)


@pytest.mark.parametrize("width", [40, 60, 200])
def test_long_words_fold_and_are_never_cut(width: int) -> None:
    stream = io.StringIO()
    url = "https://clew.example.com/callback/wecom/" + "q" * 80
    examined = [Examined("callback", "clew", broken("callback_wrong_key", url=url, status=400))]
    show(examined, TEXTS, Console(file=stream, width=width))
    assert "…" not in stream.getvalue()
    assert stream.getvalue().count("q") == 80
