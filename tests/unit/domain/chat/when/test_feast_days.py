"""Feasts, holidays and lunar dates; "now" is Wednesday 11 March 2026."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.chat.when import find_when
from tests.unit.domain.chat.when.moments import NOW, local

FEASTS = [
    ("清明", "2026-04-05"),
    ("清明节", "2026-04-05"),
    ("五一", "2026-05-01"),
    ("劳动节", "2026-05-01"),
    ("端午", "2026-06-19"),
    ("七夕", "2026-08-19"),
    ("中秋节", "2026-09-25"),
    ("国庆", "2026-10-01"),
    ("十一", "2026-10-01"),
    ("重阳节", "2026-10-18"),
    ("冬至", "2026-12-22"),
    ("圣诞节", "2026-12-25"),
    ("元旦", "2027-01-01"),
    ("除夕", "2027-02-05"),
    ("大年三十", "2027-02-05"),
    ("春节", "2027-02-06"),
    ("过年", "2027-02-06"),
    ("大年初三", "2027-02-08"),
    ("正月初五", "2027-02-10"),
    ("元宵节", "2027-02-20"),
    ("腊月二十三", "2027-01-30"),
    ("农历八月十五", "2026-09-25"),
    ("谷雨", "2026-04-20"),
    ("立秋那天", "2026-08-07"),
    ("六一", "2026-06-01"),
    ("母亲节", "2026-05-10"),
    ("双十一", "2026-11-11"),
    ("五一后", "2026-05-06"),
    ("五一节后", "2026-05-06"),
    ("清明假期后", "2026-04-07"),
    ("端午之后", "2026-06-22"),
    ("中秋过后", "2026-09-28"),
    ("国庆后", "2026-10-08"),
    ("国庆节以后", "2026-10-08"),
    ("十一过后", "2026-10-08"),
    ("元旦后", "2027-01-04"),
    ("春节后", "2027-02-15"),
]


@pytest.mark.parametrize(("text", "start"), FEASTS)
def test_reads_feasts_and_first_working_days(text: str, start: str) -> None:
    found = find_when(text, NOW)
    assert found is not None
    begin = local(start)
    assert (found.start, found.end) == (begin, begin + timedelta(days=1))
