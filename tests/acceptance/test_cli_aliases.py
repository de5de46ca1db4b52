"""``clew aliases``: add, list, remove."""

from __future__ import annotations

import pytest

from tests.acceptance.command_line import TEXTS, Told, inside

pytestmark = pytest.mark.usefixtures("settings_of_process")


def aliases(*words: str) -> Told:
    return inside("aliases", *words)


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
