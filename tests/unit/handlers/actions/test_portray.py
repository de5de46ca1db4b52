"""Codes of a portrait in words, as they stand on a card."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.wecom.cards import REPLACE_NAME
from domain.values import BUSINESS_ZONE
from handlers.actions.portray import again_words, wished_words
from tests.unit.handlers.company import CONTEXT, words

NOW = datetime(2026, 11, 28, 15, 0, tzinfo=BUSINESS_ZONE)


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (timedelta(minutes=31), "15:31"),
        (timedelta(hours=9, minutes=-1), "23:59"),
        (timedelta(hours=9), "29日00:00"),
        (timedelta(days=1, hours=18, minutes=10), "30日09:10"),
    ],
)
def test_a_moment_fits_into_a_grey_word(later: timedelta, shown: str) -> None:
    moment = again_words(NOW + later, NOW, CONTEXT)
    assert moment == shown
    for key in ("offer.later", "reminder.snoozed"):
        assert len(words(key, moment=moment)) <= REPLACE_NAME


def test_numbers_stand_with_their_units() -> None:
    assert words("card.budget", value="20000") == "预算 20000 元"
    assert words("card.age", value="9") == "9 岁"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-29", "11月29日"),
        ("2026-11-29/2026-12-01", "11月29日–12月1日"),
        ("2026-11-29T15:00+08:00", "11月29日 15:00"),
        ("2026-11-29T12:00+08:00/2026-11-29T18:00+08:00", "11月29日 12:00–18:00"),
        ("2026-11-29T22:00+08:00/2026-11-30T01:00+08:00", "11月29日 22:00–11月30日 01:00"),
        ("周六下午", "周六下午"),
    ],
)
def test_a_wished_time_stands_as_people_read_it(value: str, shown: str) -> None:
    assert wished_words(value, CONTEXT) == shown
