from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RuleError
from domain.values import BUSINESS_ZONE
from domain.worktime import QuietHours, Shift, WorkTime

WORK = WorkTime()  # Monday to Friday, 9 to 18
#: A Friday.
FRIDAY = date(2026, 11, 20)


def at(clock: str, day: date = FRIDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=BUSINESS_ZONE)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        (at("10:00"), 30, at("10:30")),
        (at("10:00:20"), 30, at("10:31")),
        (at("17:45"), 30, at("09:15", date(2026, 11, 23))),
        (at("17:30"), 30, at("18:00")),
        (at("18:00"), 30, at("09:30", date(2026, 11, 23))),
        (at("06:00"), 0, at("09:00")),
        (at("12:00", date(2026, 11, 21)), 60, at("10:00", date(2026, 11, 23))),
        (at("09:00"), 9 * 60 + 1, at("09:01", date(2026, 11, 23))),
    ],
)
def test_adds_working_time_across_nights_and_weekends(
    start: datetime, minutes: int, end: datetime
) -> None:
    assert WORK.add(start, timedelta(minutes=minutes)) == end


def test_skips_holidays_and_works_on_made_up_workdays() -> None:
    work = WorkTime(
        holidays=frozenset({date(2026, 11, 23)}), workdays=frozenset({date(2026, 11, 21)})
    )
    assert work.add(at("18:00"), timedelta(hours=1)) == at("10:00", date(2026, 11, 21))
    assert work.next_moment(at("18:00", date(2026, 11, 21))) == at("09:00", date(2026, 11, 24))


def test_knows_lunch_breaks() -> None:
    shifts = (Shift(time(9), time(12)), Shift(time(13, 30), time(18)))
    work = WorkTime(week=dict.fromkeys(range(7), shifts))
    assert not work.is_working(at("12:30"))
    assert work.is_working(at("13:30"))
    assert work.add(at("11:50"), timedelta(minutes=20)) == at("13:40")


def test_answers_in_utc() -> None:
    assert WORK.next_moment(at("07:00")) == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert WORK.next_moment(at("07:00")).tzinfo is UTC


def test_refuses_a_week_without_work() -> None:
    with pytest.raises(RuleError):
        WorkTime(week={})


def test_refuses_a_year_without_work() -> None:
    days = frozenset(FRIDAY + timedelta(days=n) for n in range(500))
    with pytest.raises(RuleError):
        WorkTime(holidays=days).next_moment(at("10:00"))


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:59", False), ("22:00", True), ("03:00", True), ("07:59", True), ("08:00", False)],
)
def test_quiet_hours_pass_midnight(clock: str, quiet: bool) -> None:
    assert QuietHours().covers(time.fromisoformat(clock)) is quiet


def test_quiet_hours_within_a_day_and_never() -> None:
    assert QuietHours(time(12), time(14)).covers(time(13))
    assert not QuietHours(time(12), time(14)).covers(time(14))
    assert not QuietHours(time(8), time(8)).covers(time(8))


moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(moments, st.integers(0, 20_000))
def test_the_added_working_time_lies_between(start: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    end = WORK.add(start, span)
    assert span <= WORK.between(start, end) < span + timedelta(minutes=1)


def test_no_working_time_lies_backwards() -> None:
    assert WORK.between(at("12:00"), at("10:00")) == timedelta(0)
