"""``clew aliases``: add, list, remove."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from tests.acceptance.command_line import NEEDED, TEXTS, Told


@pytest.fixture(autouse=True)
def _settings(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.aliases.set_up_logs", lambda *, is_quiet: is_quiet)
    for name, value in (NEEDED | {"CLEW_DATA_DIR": str(data), "COLUMNS": "200"}).items():
        monkeypatch.setenv(name, value)


def aliases(*words: str) -> Told:
    result = CliRunner().invoke(cli, ["aliases", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


def test_an_alias_is_added_listed_and_removed() -> None:
    told = aliases("add", "杭州青梧教育", "小梧桐", "梧桐课堂")
    said = TEXTS.get("alias.added", company="杭州青梧教育", names="小梧桐、梧桐课堂")
    assert (told.status, told.out) == (0, said + "\n")
    listed = aliases("list").out
    for word in ("青梧", "小梧桐", "梧桐课堂", "纷享销客", "system"):
        assert word in listed
    again = aliases("add", "杭州青梧教育", "小梧桐")
    assert (again.status, again.err) == (2, TEXTS.get("refusals.alias_same") + "\n")
    assert aliases("remove", "小梧桐").status == 0
    assert "小梧桐" not in aliases("list").out
    assert aliases("remove", "小梧桐").err == TEXTS.get("refusals.no_such_alias") + "\n"
