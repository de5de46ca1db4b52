"""One row of a file: read as a lead, or with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.condition import Comparison, Condition
from domain.intake.mapping import (
    EventMapping,
    Fault,
    FileMapping,
    MadeUp,
    Record,
    RecordEvent,
)
from domain.intake.rows import RowReader
from domain.values import BUSINESS_ZONE, ContactKey, IdentityKind
from tests.factories import NOW

MAPPING = FileMapping(
    source="crm",
    uid="编号",
    name="姓名",
    phone="电话",
    wechat="微信",
    email="邮箱",
    channel="渠道",
    at="时间",
    attributes=MappingProxyType({"city": "城市"}),
    events=(
        EventMapping(
            "website_visited",
            (Condition("访问", Comparison.MORE, (0,)),),
            MappingProxyType({"visits": "访问"}),
        ),
    ),
    opt_out=(Condition("勿扰", Comparison.EQUAL, ("是",)),),
    missing=frozenset({"无", "-"}),
)


def read(row: Mapping[str, str], mapping: FileMapping = MAPPING) -> Record | tuple[Fault, ...]:
    return RowReader(mapping, BUSINESS_ZONE).read(row, NOW)


def record(**row: str) -> Record:
    found = read(row)
    assert isinstance(found, Record), found
    return found


def test_a_whole_row_becomes_a_record() -> None:
    assert record(
        编号="17",
        姓名=" 张三 ",
        电话="139 0000 0001",
        微信="Abc_123",
        邮箱="Zhang@Fenyang.example",
        渠道="展会",
        时间="2026-03-01 09:30",
        城市="上海",
        访问="3",
        勿扰="否",
    ) == Record(
        uid="17",
        keys=(
            ContactKey(IdentityKind.UID, "crm:17"),
            ContactKey(IdentityKind.PHONE, "+8613900000001"),
            ContactKey(IdentityKind.WECHAT, "abc_123"),
            ContactKey(IdentityKind.EMAIL, "zhang@fenyang.example"),
        ),
        name="张三",
        channel="展会",
        at=datetime(2026, 3, 1, 1, 30, tzinfo=UTC),
        attributes={"city": "上海"},
        events=(RecordEvent("website_visited", {"visits": 3.0}),),
        has_opted_out=False,
        is_dated=True,
    )


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        ({}, [("", "row_without_identity")]),
        ({"姓名": "张三"}, [("", "row_without_identity")]),
        ({"电话": "无"}, [("", "row_without_identity")]),
        ({"电话": "1390000"}, [("电话", "phone_wrong_length")]),
        ({"编号": "1", "邮箱": "zhang@example"}, [("邮箱", "email_invalid")]),
        ({"编号": "1", "姓名": "张" * 129}, [("姓名", "too_long")]),
        ({"编号": "1", "时间": "昨天"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "2026-02-30"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "2062-03-02 10:00"}, [("时间", "time_ahead")]),
        ({"编号": "1", "时间": "2026-03-03"}, []),
        ({"编号": "1", "时间": "2026年2月30日"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "2026年3月1日 25:00"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "2026年3月1日 下午13:00"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "3月1日"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "1772328615"}, [("时间", "not_a_time")]),
        ({"编号": "1", "时间": "0001-01-01"}, [("时间", "not_a_time")]),
        ({"编号": "1", "访问": "三次"}, []),
        ({"电话": "1390000", "邮箱": "x", "时间": "x"}, ["电话", "邮箱", "时间"]),
    ],
)
def test_everything_that_is_wrong_with_a_row_is_named(
    row: dict[str, str], faults: list[tuple[str, str] | str]
) -> None:
    found = read(row)
    if not faults:
        assert isinstance(found, Record)
        return
    assert not isinstance(found, Record)
    named = [
        f.column if isinstance(w, str) else (f.column, f.code)
        for f, w in zip(found, faults, strict=True)
    ]
    assert named == faults


PLAIN = replace(MAPPING, missing=frozenset())


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        ({"电话": "13926417835", "微信": "无", "编号": "-"}, ["+8613926417835"]),
        ({"电话": "无", "微信": "zhaoliu_88"}, ["zhaoliu_88"]),
        ({"电话": "/", "邮箱": "暂无", "编号": "null", "微信": "Li_Lei"}, ["li_lei"]),
        ({"电话": "139 2641 7835", "微信": "同手机号"}, ["+8613926417835", "+8613926417835"]),
        ({"编号": "7", "微信": "微信同号"}, ["crm:7"]),
    ],
)
def test_a_word_for_having_nothing_is_nobodys_key(row: dict[str, str], keys: list[str]) -> None:
    found = read(row, PLAIN)
    assert isinstance(found, Record), found
    assert [key.value for key in found.keys] == keys


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        ({"电话": "无", "微信": "-", "编号": "无"}, [Fault("", "row_without_identity")]),
        ({"电话": "13926417835", "微信": "小雨"}, [Fault("微信", "wechat_invalid")]),
    ],
)
def test_a_row_that_names_nobody_is_no_lead(row: dict[str, str], faults: list[Fault]) -> None:
    assert read(row, PLAIN) == tuple(faults)


@pytest.mark.parametrize("word", ["nan", "inf", "-Infinity", "1e999", "三", "1,5"])
def test_a_number_is_finite(word: str) -> None:
    always = replace(MAPPING, events=(replace(MAPPING.events[0], when=()),))
    assert read({"编号": "1", "访问": word}, always) == (Fault("访问", "not_a_number"),)


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("2026-03-01 09:30:15", datetime(2026, 3, 1, 1, 30, 15, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("2026/3/1 9:30", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("2026/3/1 9:30:05", datetime(2026, 3, 1, 1, 30, 5, tzinfo=UTC)),
        ("2026/3/1", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("2026.3.1", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("2026.03.01 09:30", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("20260301", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("2026年3月1日", datetime(2026, 2, 28, 16, 0, tzinfo=UTC)),
        ("2026年3月1日 9:30", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("2026年03月01日09时30分", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("2026年3月1日 9点", datetime(2026, 3, 1, 1, 0, tzinfo=UTC)),
        ("2026/3/1 下午3:05", datetime(2026, 3, 1, 7, 5, tzinfo=UTC)),
        ("2026-3-1 上午 12:05:09", datetime(2026, 2, 28, 16, 5, 9, tzinfo=UTC)),
        ("2026／3／1　9：30", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:15", datetime(2026, 3, 1, 1, 30, 15, tzinfo=UTC)),
        ("2026-03-01T01:30:15Z", datetime(2026, 3, 1, 1, 30, 15, tzinfo=UTC)),
        ("2026-03-01T09:30:15.250+08:00", datetime(2026, 3, 1, 1, 30, 15, 250_000, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_the_business_zone_as_people_and_excel_write_them(
    word: str, moment: datetime
) -> None:
    found = record(编号="1", 时间=word)
    assert (found.at, found.is_dated) == (moment, True)


@pytest.mark.parametrize(
    ("row", "field", "code", "kinds"),
    [
        ({"电话": "13800138000"}, "phone", "phone_fake", []),
        ({"邮箱": "a@test.com"}, "email", "email_fake", []),
        ({"编号": "1", "电话": "15912345678"}, "phone", "phone_fake", ["uid"]),
    ],
)
def test_what_is_made_up_is_kept_and_identifies_nobody(
    row: dict[str, str], field: str, code: str, kinds: list[str]
) -> None:
    found = read(row)
    assert isinstance(found, Record)
    assert found.made_up == (MadeUp(field, code),)
    assert [key.kind for key in found.keys] == kinds


@pytest.mark.parametrize(
    ("written", "kept"), [("（北京）纷扬 科技", "(北京)纷扬科技"), ("个人", None), ("无", None)]
)
def test_a_company_is_kept_in_its_one_form(written: str, kept: str | None) -> None:
    mapping = FileMapping("crm", uid="编号", attributes=MappingProxyType({"company": "公司"}))
    found = read({"编号": "1", "公司": written}, mapping)
    assert isinstance(found, Record)
    assert found.attributes.get("company") == kept


def test_a_row_without_a_time_is_of_now() -> None:
    found = record(编号="1")
    assert (found.at, found.is_dated) == (NOW, False)


@pytest.mark.parametrize(("word", "expected"), [("是", True), ("否", False), ("", False)])
def test_opting_out_is_read_from_its_column(word: str, *, expected: bool) -> None:
    assert record(编号="1", 勿扰=word).has_opted_out is expected


def test_without_conditions_nobody_has_opted_out() -> None:
    found = read({"编号": "1"}, replace(MAPPING, opt_out=()))
    assert isinstance(found, Record)
    assert not found.has_opted_out


@pytest.mark.parametrize(("visits", "count"), [("0", 0), ("", 0), ("2", 1)])
def test_an_event_happens_when_its_conditions_hold(visits: str, count: int) -> None:
    assert len(record(编号="1", 访问=visits).events) == count


def test_a_mapping_knows_which_columns_it_reads() -> None:
    header = ["编号", "姓名", "电话", "微信", "邮箱", "渠道", "城市", "别的"]
    assert MAPPING.absent_from(header) == ("勿扰", "时间", "访问")
    assert MAPPING.absent_from([*MAPPING.columns()]) == ()
    assert FileMapping("x").columns() == frozenset()


@given(st.dictionaries(st.sampled_from(sorted(MAPPING.columns())), st.text(max_size=20)))
def test_any_row_is_a_record_or_named_faults(row: dict[str, str]) -> None:
    found = read(row)
    if isinstance(found, Record):
        assert found.keys or found.made_up
        assert found.at.tzinfo is not None
    else:
        assert found
        assert {fault.column for fault in found} <= MAPPING.columns() | {""}


def phones(found: Record) -> list[str]:
    return [key.value for key in found.keys if key.kind is IdentityKind.PHONE]


def test_two_phones_of_a_cell_are_both_claimed_the_first_as_the_main_one() -> None:
    found = record(电话="13926410003/13926410004", 微信="同手机号")
    assert phones(found) == ["+8613926410003", "+8613926410004"]
    assert ContactKey(IdentityKind.WECHAT, "+8613926410003") in found.keys
    assert found.made_up == ()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("13926410003、1392641", "phone_wrong_length"),
        ("1392641 13926410003", "phone_wrong_length"),
        ("13926410003;13800138000", "phone_fake"),
    ],
)
def test_a_wrong_phone_beside_a_right_one_is_told_and_costs_nobody_the_lead(
    cell: str, code: str
) -> None:
    found = record(电话=cell)
    assert phones(found) == ["+8613926410003"]
    assert found.made_up == (MadeUp("phone", code),)


def test_two_phones_that_are_both_wrong_are_one_fault() -> None:
    assert read({"电话": "1392641/1392642"}) == (Fault("电话", "phone_wrong_length"),)
