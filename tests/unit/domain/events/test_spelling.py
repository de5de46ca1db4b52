"""Moments and lists in the texts of properties."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.events.spelling import joined, list_spelled, moment_spelled
from domain.values import BUSINESS_ZONE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=BUSINESS_ZONE)),
        (" 2026-03-01 08:30 ", datetime(2026, 3, 1, 8, 30, tzinfo=BUSINESS_ZONE)),
        ("2026-03-01T00:30:00Z", datetime(2026, 3, 1, 0, 30, tzinfo=UTC)),
        ("明天", None),
        ("", None),
    ],
)
def test_a_moment_is_iso_in_the_zone_where_it_names_none(
    text: str, expected: datetime | None
) -> None:
    assert moment_spelled(text, BUSINESS_ZONE) == expected


def test_a_list_is_what_was_joined() -> None:
    assert joined(["数学", 3]) == "数学、3"
    assert list_spelled("数学、 英语,物理；化学") == ("数学", "英语", "物理", "化学")
    assert list_spelled(" 、") == ()
