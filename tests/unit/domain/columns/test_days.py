from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.columns.days import EPOCH, day_number, days_of, starts_of_days

MICROSECOND = timedelta(microseconds=1)
#: The years 1995 to 2089, in microseconds since 1970.
MOMENTS = st.integers(788_918_400_000_000, 3_786_912_000_000_000)


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "Europe/Berlin", "America/New_York"])
@settings(deadline=None)  # the first moment of a century lays out all its days
@given(moments=st.lists(MOMENTS, min_size=1, max_size=20))
def test_days_of_many_moments_are_the_days_of_each(name: str, moments: list[int]) -> None:
    zone = ZoneInfo(name)
    days = [day_number(EPOCH + us * MICROSECOND, zone) for us in moments]
    assert days_of(np.array(moments, dtype=np.int64), zone).tolist() == days


def test_a_day_begins_at_midnight_of_its_zone() -> None:
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    us = (midnight - EPOCH) // MICROSECOND
    before, after = days_of(np.array([us - 1, us]), ZoneInfo("Asia/Shanghai")).tolist()
    assert after == before + 1 == datetime(2026, 3, 2, tzinfo=UTC).toordinal()


def test_days_run_to_the_end_of_the_calendar() -> None:
    last = datetime(9999, 12, 31, 15, tzinfo=UTC)
    us = np.array([(last - EPOCH) // MICROSECOND])
    assert days_of(us, ZoneInfo("Asia/Shanghai")).tolist() == [last.toordinal()]


def test_the_start_of_a_day_is_its_first_moment() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    days = np.array([datetime(2026, 3, 2, tzinfo=UTC).toordinal(), 719_163])
    starts = starts_of_days(days, zone)
    assert days_of(starts, zone).tolist() == days.tolist()
    assert days_of(starts - 1, zone).tolist() == (days - 1).tolist()
