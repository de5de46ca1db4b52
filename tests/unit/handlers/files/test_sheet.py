"""Tables in every shape that people send: encodings, broken and hostile workbooks, giants."""

from __future__ import annotations

import io
import resource
import tempfile
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.files.refusal import FileRefused
from handlers.files.sheet import harmless, open_sheet

MOMENT = datetime.fromisoformat("2026-03-01 09:30")
ROWS = "姓名,电话\r\n张三,13926417835\r\n李四,15967340218\r\n"


def refused(data: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        open_sheet(io.BytesIO(data))
    return caught.value.code


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """Return a workbook with one part exchanged."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("encoding", "form"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_every_usual_encoding_is_found(encoding: str, form: str) -> None:
    sheet = open_sheet(io.BytesIO(ROWS.encode(encoding)))
    assert (sheet.form, sheet.header, sheet.rows) == (form, ("姓名", "电话"), 2)
    assert list(sheet.lines()) == [(2, ["张三", "13926417835"]), (3, ["李四", "15967340218"])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_found(encoding: str) -> None:
    rows = "name,phone\n" + "Zhang,13926417835\n" * 3
    sheet = open_sheet(io.BytesIO(rows.encode(encoding)))
    assert (sheet.header, sheet.rows) == (("name", "phone"), 3)


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_the_separator_is_found(mark: str) -> None:
    sheet = open_sheet(io.BytesIO(f"姓名{mark}电话\n张三{mark}1\n".encode()))
    assert sheet.header == ("姓名", "电话")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old_excel"),
        (b"PK\x03\x04 and nothing", "broken_workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff", "encoding"),
        (b"\xff\xfe\x00", "encoding"),
        (b"\xef\xbb\xbf\xff", "encoding"),
        ('"姓名'.encode(), "not_csv"),
        (b",,\n1,2,3\n", "no_header"),
        ("姓名,电话,姓名\n".encode(), "column_twice"),
        (b",".join(str(n).encode() for n in range(300)), "too_wide"),
    ],
)
def test_what_is_no_table_is_said(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_a_workbook_is_read_as_people_see_it() -> None:
    data = workbook(
        ["姓名", "电话", "时间", "日", "分", "旧"],
        [
            "张三",
            13926417835,
            MOMENT,
            date(2026, 3, 2),
            2.5,
            True,
        ],
        [],
        ["李四"],
    )
    sheet = open_sheet(io.BytesIO(data))
    assert (sheet.form, sheet.rows) == ("xlsx", 2)
    assert list(sheet.lines()) == [
        (2, ["张三", "13926417835", "2026-03-01 09:30:00", "2026-03-02 00:00:00", "2.5", "TRUE"]),
        (4, ["李四", "", "", "", "", ""]),
    ]


def test_a_formula_is_never_worked_out() -> None:
    data = workbook(["姓名"], ['=HYPERLINK("http://example.com")'], ["=1+1"])
    assert [cells for _, cells in open_sheet(io.BytesIO(data)).lines()] == []


def test_a_zip_bomb_is_refused_by_its_table_of_contents() -> None:
    bomb = repacked(workbook(["姓名"]), "xl/worksheets/sheet1.xml", b" " * (64 << 20))
    assert len(bomb) < 200_000
    assert refused(bomb) == "too_much_unpacked"


def test_a_giant_table_of_texts_is_refused() -> None:
    giant = repacked(workbook(["姓名"]), "xl/sharedStrings.xml", bytes(range(256)) * (50 << 12))
    assert refused(giant) == "too_much_unpacked"


@pytest.mark.parametrize(
    "content",
    [
        b"<worksheet><sheetData><row",
        b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><worksheet><sheetData>&b;',
        b"not xml at all",
    ],
)
def test_a_workbook_that_is_broken_inside_is_refused(content: bytes) -> None:
    data = repacked(workbook(["姓名"], ["张三"]), "xl/worksheets/sheet1.xml", content)
    assert refused(data) in {"broken_workbook", "no_header"}


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", "x")
    assert refused(out.getvalue()) == "not_a_workbook"


def test_a_hundred_megabytes_are_read_piece_by_piece() -> None:
    line = ("张三,13926417835," + "x" * 1006 + "\n").encode()
    with tempfile.TemporaryFile() as stream:
        stream.write("姓名,电话,备注\n".encode())
        for _ in range(100):
            stream.write(line * 1024)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sheet = open_sheet(stream)
        assert sheet.rows == 102_400
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_read_or_refused(data: bytes) -> None:
    try:
        sheet = open_sheet(io.BytesIO(data))
    except FileRefused:
        return
    assert len(list(sheet.lines())) == sheet.rows


@pytest.mark.parametrize("cell", ["=1", "+86", "-1", "@x", "\tx"])
def test_no_cell_of_ours_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("姓名") == "姓名"
