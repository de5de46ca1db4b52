"""``clew lists``: import, show, check; a wrong file changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.command_line import TEXTS, Told, inside

pytestmark = pytest.mark.usefixtures("settings_of_process")


def lists(*words: str | Path) -> Told:
    return inside("lists", *words)


def written(folder: Path, *lines: str) -> Path:
    file = folder / "list.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_an_imported_list_is_shown_masked_and_found(tmp_path: Path) -> None:
    file = written(tmp_path, "# 同行", "139 0000 1234", "wechat=LiSi_2026", "boss@peer.cn")
    told = lists("import", "black", file)
    assert (told.status, told.err) == (0, "")
    assert "第 1 版，3 条" in told.out
    shown = lists("show", "black").out
    assert "phone=139****1234" in shown
    assert "lisi_2026" not in shown
    assert lists("check", "13900001234").out == "在黑名单里。\n"
    assert lists("check", "13900001234").status == 1
    assert lists("check", "13900001235").status == 0


def test_words_are_imported_and_tried(tmp_path: Path) -> None:
    lists("import", "words", written(tmp_path, "冒牌课程\t同行", "!不是冒牌课程"))
    told = lists("check", "这是冒*牌课程吗")
    assert "“冒*牌课程”" in told.out
    assert "同行" in told.out
    assert lists("check", "不是冒牌课程").out == TEXTS.get("cli.lists.nothing") + "\n"
    assert TEXTS.get("list_name.words") in lists("show").out


def test_a_wrong_line_is_named_and_nothing_changes(tmp_path: Path) -> None:
    lists("import", "black", written(tmp_path, "13900001234"))
    told = lists("import", "black", written(tmp_path, "13900001235", "12345678901", "???"))
    assert told.status != 0
    assert "list.txt 2" in told.err
    assert "list.txt 3" in told.err
    assert lists("check", "13900001234").status == 1
    assert lists("check", "13900001235").status == 0


def test_somebody_is_put_on_a_list_and_taken_off_it(tmp_path: Path) -> None:
    told = lists("add", "red", "139 0000 1234")
    assert (told.status, told.err) == (0, "")
    assert "phone=" not in told.out
    assert "139****1234" in told.out
    assert lists("check", "13900001234").out == "在红名单里。\n"
    again = lists("add", "red", "13900001234")
    assert (again.status, again.err) == (2, TEXTS.get("refusals.listed_already") + "\n")
    lists("import", "red", written(tmp_path, "13900005678"))
    assert lists("check", "13900001234").status == 1, "an import keeps what was said"
    for contact in ("13900001234", "13900005678"):
        assert lists("remove", "red", contact).status == 0
        assert lists("check", contact).status == 0
    assert lists("remove", "red", "13900001234").err == TEXTS.get("refusals.not_listed") + "\n"
    assert lists("add", "black", "张三").status == 2
