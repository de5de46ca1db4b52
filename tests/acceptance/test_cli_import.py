"""``clew import`` with all that files are full of: what is right becomes a lead, the rest is named.

The command runs in the process of the test, over and over, on copies of a
migrated database.
"""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.importer import Importer
from storage.errors import Cause, StorageUnavailable
from tests.acceptance.command_line import (
    FORMULA,
    GOOD,
    HEADER,
    TEXTS,
    Sheet,
    Told,
    inside,
    said,
    sheet,
)

pytestmark = pytest.mark.usefixtures("settings_of_process")


def imported(what: Sheet | Path, *words: str) -> Told:
    """Run the command on a file, with the mapping beside it if there is one."""
    command = what.words if isinstance(what, Sheet) else ("import", what)
    return inside(*command, *words)


def people(data: Path) -> dict[str, str]:
    """Return name → attributes as they are stored, of everybody who has a lead."""
    sql = "select p.name, p.attributes from person p join lead l on l.person_id = p.id"
    with contextlib.closing(sqlite3.connect(data / "clew.db")) as connection:
        return dict(connection.execute(sql).fetchall())


def count(data: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(data / "clew.db")) as connection:
        (number,) = connection.execute(f"select count(*) from {table}").fetchone()
    return int(number)


def test_good_rows_become_leads(data: Path, tmp_path: Path) -> None:
    made = sheet(tmp_path, *GOOD)
    told = imported(made)
    assert (told.status, told.err) == (0, "")
    assert said("import.done", leads=2, faults=0) in told.out
    assert "2/2" in told.out
    assert not made.error_file.exists()
    assert sorted(people(data)) == ["张三", "李四"]
    assert "杭州" in people(data)["张三"]
    assert count(data, "event where kind = 'form_submitted'") == 1
    # A file of thousands must not flood the reps with cards.
    assert count(data, "outbox") == 0


def test_a_second_import_adds_nobody_and_leaves_no_old_errors(data: Path, tmp_path: Path) -> None:
    tables = ("person", "lead", "event", "identity")
    assert imported(sheet(tmp_path, *GOOD, "5,赵六")).status == 1
    before = [count(data, table) for table in tables]
    made = sheet(tmp_path, *GOOD)
    assert imported(made).status == 0
    assert [count(data, table) for table in tables] == before
    assert not made.error_file.exists()


def test_an_import_that_was_cut_off_goes_on_where_it_stood(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n},客户{n},,展会,,杭州,否" for n in range(25)]
    rows[3] = "3,赵六"
    made = sheet(tmp_path, *rows)
    store_some, calls = Importer._store_some, 0

    async def failing(importer: Importer, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            problem = "the disk went away"
            raise StorageUnavailable(problem, Cause.GONE)
        return await store_some(importer, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr("bot.importer.CHUNK_ROWS", 10)
        patched.setattr("bot.importer.BATCHES", 1)
        patched.setattr(Importer, "_store_some", failing)
        assert imported(made).status == 2
    assert count(data, "lead") == 19
    told = imported(made)
    assert said("import.resumed", done=20, rows=25) in told.out
    assert said("import.done", leads=24, faults=1) in told.out
    assert [line for line, _, _ in made.errors()] == [5]
    assert (count(data, "lead"), count(data, "upload"), count(data, "upload_part")) == (24, 1, 0)


def test_a_bad_row_is_named_and_stops_nobody(data: Path, tmp_path: Path) -> None:
    made = sheet(
        tmp_path,
        GOOD[0],
        "4,王五,1392641783x,展会,,杭州,否",
        "5,赵六,13926417836",
        ",,,展会,,杭州,否",
        '7,"孙"七,13926417837,展会,,杭州,否',
        "",
        "8,周八,13926417838,展会,昨天,杭州,否",
        "9,吴九,13926417839,展会,,杭州,否,多了一格",
        GOOD[1],
    )
    told = imported(made)
    assert told.status == 1
    assert said("import.done", leads=2, faults=6) in told.out
    assert str(made.error_file) in told.out.replace("\n", "")
    assert sorted(people(data)) == ["张三", "李四"]
    assert made.errors() == [
        (3, "手机", TEXTS.get("refusals.phone_unknown_segment")),
        (4, "", TEXTS.get("import.fault.row_too_short")),
        (5, "", TEXTS.get("import.fault.row_without_identity")),
        (6, "", TEXTS.get("import.fault.not_csv")),
        (8, "时间", TEXTS.get("import.fault.not_a_time")),
        (9, "", TEXTS.get("import.fault.row_too_short")),
    ]


def test_a_channel_that_nothing_knows_is_named(data: Path, tmp_path: Path) -> None:
    unknown, known = "4,王五,13926417835,火星,,杭州,否", "5,赵六,13926417836,广点通,,杭州,否"
    made = sheet(tmp_path, unknown, known)
    assert imported(made).status == 1
    reason = TEXTS.get("refusals.unknown_channel", detail="渠道")
    assert made.errors() == [(2, "渠道", reason)]
    assert sorted(people(data)) == ["赵六"]


def test_the_file_of_errors_names_places_and_never_people(data: Path, tmp_path: Path) -> None:
    made = sheet(tmp_path, "4,王五,1392641783x,展会,,杭州,否")
    assert imported(made).status == 1
    told = made.error_file.read_text(encoding="utf-8-sig")
    assert "1392641783" not in told
    assert "王五" not in told
    assert people(data) == {}


def test_a_quote_that_never_closes_costs_only_what_lies_behind_it(
    data: Path, tmp_path: Path
) -> None:
    made = sheet(tmp_path, GOOD[0], '2,"李四,15967340218,展会,,上海,否', "3,王五,,展会,,上海,否")
    told = imported(made)
    assert said("import.done", leads=1, faults=1) in told.out
    assert made.errors() == [(3, "", TEXTS.get("import.fault.not_csv"))]
    assert list(people(data)) == ["张三"]


def test_lines_are_counted_as_in_an_editor(data: Path, tmp_path: Path) -> None:
    two_lines = '1,张三,13926417835,展会,,"杭州\r\n西湖",是'
    made = sheet(tmp_path, two_lines, "5,赵六")
    assert imported(made).status == 1
    assert [line for line, _, _ in made.errors()] == [4]
    assert list(people(data)) == ["张三"]


def test_rows_beyond_one_chunk_keep_their_lines(data: Path, tmp_path: Path) -> None:
    rows = [f"{n},客户{n},,展会,,杭州,否" for n in range(450)]
    rows[210], rows[449] = "210", "449,客户449,12,展会,,杭州,否"
    made = sheet(tmp_path, *rows)
    told = imported(made)
    assert said("import.done", leads=448, faults=2) in told.out
    assert [(line, column) for line, column, _ in made.errors()] == [(212, ""), (451, "手机")]
    assert len(people(data)) == 448


def test_a_missing_column_stops_before_anything_is_taken_in(data: Path, tmp_path: Path) -> None:
    made = sheet(tmp_path, "1,张三", header="编号,姓名")
    told = imported(made)
    assert (told.status, told.out) == (2, "")
    assert said("import.columns", columns="城市、手机、时间、渠道、表单") in told.err
    assert not made.error_file.exists()
    assert people(data) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_what_table_programs_save_is_read(encoding: str, data: Path, tmp_path: Path) -> None:
    assert imported(sheet(tmp_path, *GOOD, encoding=encoding)).status == 0
    assert sorted(people(data)) == ["张三", "李四"]


def test_another_encoding_is_said(data: Path, tmp_path: Path) -> None:
    told = imported(sheet(tmp_path, *GOOD, encoding="utf-32"))
    assert (told.status, told.err.strip()) == (2, TEXTS.get("file.refused.encoding"))
    assert people(data) == {}


def test_formulas_stay_what_they_are(data: Path, tmp_path: Path) -> None:
    assert imported(sheet(tmp_path, FORMULA)).status == 0
    ((name, attributes),) = people(data).items()
    assert name == '=HYPERLINK("https://example.com")'
    assert "@SUM(A1:A9)" in attributes


@pytest.mark.parametrize(
    ("content", "status"), [("", 2), ("\r\n\r\n", 2), (HEADER, 0), (f"{HEADER}\r\n", 0), ('"', 2)]
)
def test_a_file_without_rows_harms_nobody(
    content: str, status: int, data: Path, tmp_path: Path
) -> None:
    made = sheet(tmp_path)
    made.file.write_text(content, encoding="utf-8")
    assert imported(made).status == status
    assert people(data) == {}


def test_a_broken_mapping_names_its_problems(data: Path, tmp_path: Path) -> None:
    made = sheet(tmp_path, *GOOD)
    made.mapping.write_text('source = "expo"\n[columns]\nphoen = "手机"\n', encoding="utf-8")
    told = imported(made)
    assert told.status == 2
    assert "phone" in told.err
    assert people(data) == {}


def test_errors_that_cannot_be_written_are_said_before_anything_is_taken_in(
    data: Path, tmp_path: Path
) -> None:
    wanted = tmp_path / "gone" / "errors.csv"
    told = imported(sheet(tmp_path, *GOOD, "5,赵六"), "--errors", str(wanted))
    assert told.status == 2
    assert str(wanted) in told.err
    assert people(data) == {}


def test_errors_never_go_into_the_file_itself(data: Path, tmp_path: Path) -> None:
    made = sheet(tmp_path, *GOOD, "5,赵六")
    before = made.file.read_bytes()
    told = imported(made, "--errors", str(made.file))
    assert (told.status, told.err.strip()) == (2, said("import.same_file", file=made.file))
    assert made.file.read_bytes() == before
    assert people(data) == {}


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (
        ["客户姓名", "联系电话（必填）", "所在城市", "来源", "创建时间", "身份证号"],
        ["张三", 13926417835, "杭州", "展会", datetime.fromisoformat("2026-03-01 09:30"), "x"],
        [None, None, None, None, None, None],
        ["李四", "1596734021x", "上海", None, "昨天", "x"],
        ["=1+1", "15967340218"],
    ):
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_is_imported_by_its_headings(data: Path, tmp_path: Path) -> None:
    file = workbook(tmp_path / "leads.xlsx")
    seen = imported(file, "--preview")
    assert seen.status == 0
    assert "不导入" in seen.out
    assert "city" not in seen.out, "an attribute is told in words"
    assert people(data) == {}
    told = imported(file, "--save-mapping", str(tmp_path / "m.toml"))
    assert told.status == 1
    errors = (tmp_path / "leads.errors.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [line.split(",")[:2] for line in errors] == [
        ["4", "联系电话（必填）"],
        ["4", "创建时间"],
    ]
    found = people(data)
    # A formula is never worked out: without a saved result there is none.
    assert set(found) == {"张三", ""}
    assert "杭州" in found["张三"]
    assert "身份证" not in str(found)
    again = imported(file, "--mapping", str(tmp_path / "m.toml"))
    assert again.status == 1
    assert count(data, "lead") == 2


def test_a_file_without_identities_is_not_guessed_at(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("颜色,大小\n红,5\n", encoding="utf-8")
    told = imported(file)
    assert (told.status, told.err.strip()) == (2, said("import.cannot_guess", columns="颜色、大小"))
    assert people(data) == {}


def listed(folder: Path, *lines: str, head: str = "编号") -> Path:
    file = folder / "vip.csv"
    file.write_text("\n".join([head, *lines]), encoding="utf-8")
    return file


def wearers(data: Path, tag: str) -> set[str]:
    sql = "select p.name from tagging t join person p on p.id = t.person_id where t.name = ?"
    with contextlib.closing(sqlite3.connect(data / "clew.db")) as connection:
        return {name for (name,) in connection.execute(sql, (tag,))}


def test_a_list_of_ids_puts_a_tag_on_who_is_known(tmp_path: Path, data: Path) -> None:
    imported(sheet(tmp_path, *GOOD))
    before = count(data, "person")
    file = listed(tmp_path, "1", "2", "nobody-77")
    told = imported(file, "--tag", "老客户", "--source", "expo")
    assert told.status == 1
    assert said("import.tagged", leads=2, faults=1, tag="老客户") in told.out
    assert "nobody-77" not in told.out
    faults = file.with_suffix(".errors.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in faults[1:]] == [["4", "编号"]]
    assert wearers(data, "老客户") == {"张三", "李四"}
    assert count(data, "person") == before
    other = imported(file, "--tag", "别家", "--source", "shop")
    assert other.status == 1
    assert wearers(data, "别家") == set(), "another system's ids are other people"


def test_of_several_columns_one_has_to_be_named(tmp_path: Path, data: Path) -> None:
    imported(sheet(tmp_path, *GOOD))
    file = listed(tmp_path, "甲,139 2641 7835", "乙,123", head="称呼,手机")
    told = imported(file, "--tag", "老客户", "--kind", "phone")
    assert (told.status, told.err) == (
        2,
        said("import.which_column", columns="称呼、手机") + "\n",
    )
    assert imported(file, "--tag", "老客户", "--kind", "phone", "--column", "手机").status == 1
    assert wearers(data, "老客户") == {"张三"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--tag", "长" * 31), TEXTS.get("refusals.tag_name_too_long", detail="30")),
        (("--tag", "好", "--source", "X!"), TEXTS.get("import.page.bad_source")),
        (("--tag", "好", "--preview"), said("import.list_alone")),
    ],
)
def test_a_list_that_makes_no_sense_is_said(
    tmp_path: Path, data: Path, words: tuple[str, ...], told: str
) -> None:
    assert imported(listed(tmp_path, "1"), *words).err == told + "\n"
    assert count(data, "tagging") == 0
