"""Whom a contact way shows when."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.channels.entry import (
    Entry,
    EntryKind,
    Schedule,
    Shift,
    check_entry,
    next_change,
    shown_now,
)
from domain.values import BUSINESS_ZONE, Refusal, UserId

A, B, C = UserId("a"), UserId("b"), UserId("c")
WORKDAYS, WEEKEND = frozenset(range(1, 6)), frozenset({6, 7})
MONDAY = datetime(2026, 3, 2, tzinfo=BUSINESS_ZONE)
DAY = timedelta(days=1)
OFFICE = Shift((A,), WORKDAYS, time(9), time(18))
NIGHT = Shift((B,), WORKDAYS, time(22), time(6))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """``day`` 0 is a Monday."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("shift", "moment", "is_covered"),
    [
        (OFFICE, at(0, 9), True),
        (OFFICE, at(0, 8, 59), False),
        (OFFICE, at(0, 18), False),
        (OFFICE, at(5, 12), False),
        (NIGHT, at(0, 22), True),
        (NIGHT, at(0, 3), False),
        (NIGHT, at(5, 3), True),
        (NIGHT, at(5, 22), False),
        (NIGHT, at(1, 6), False),
        (Shift((A,)), at(6, 0), True),
        (Shift((A,), WEEKEND), at(4, 23, 59), False),
        (Shift((A,), WEEKEND), at(5, 0), True),
    ],
)
def test_a_shift_covers_its_hours_and_runs_over_midnight(
    shift: Shift, moment: datetime, is_covered: bool
) -> None:
    assert shift.covers(moment) is is_covered


@pytest.mark.parametrize(
    ("free", "taken", "shown"),
    [
        ({A, B, C}, {}, (A, B)),
        ({B, C}, {}, (B,)),
        ({A, B, C}, {A: 2}, (B,)),
        ({A, B, C}, {A: 2, B: 3}, (C,)),
        ({A, B}, {A: 2, B: 3}, (A, B)),
        (set(), {}, (A, B)),
        ({A, B, C}, {A: 1, B: 1}, (A, B)),
        ({C}, {C: 9}, (C,)),
    ],
)
def test_who_cannot_is_left_out_and_somebody_always_stands(
    free: set[str], taken: dict[str, int], shown: tuple[str, ...]
) -> None:
    schedule = Schedule((Shift((A, B)),), backups=(C,), daily_ceiling=2)
    assert shown_now(schedule, at(0, 12), free, taken) == shown


def test_outside_all_shifts_backups_stand_and_without_them_everybody() -> None:
    assert shown_now(Schedule((OFFICE,), (C,)), at(0, 20), {A, C}, {}) == (C,)
    assert shown_now(Schedule((OFFICE,)), at(0, 20), {A}, {}) == (A,)


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        (Schedule((Shift((A,)),)), at(0, 8), None),
        (Schedule((OFFICE,)), at(0, 8), at(0, 9)),
        (Schedule((OFFICE,)), at(0, 9), at(0, 18)),
        (Schedule((OFFICE,)), at(0, 20), at(1, 0)),
        (Schedule((Shift((A,)),), daily_ceiling=3), at(0, 20), at(1, 0)),
        (Schedule((Shift((A,), WEEKEND),)), at(0, 20), at(1, 0)),
        (Schedule((Shift((A,)),), backups=(B,)), at(0, 20), None),
    ],
)
def test_it_is_looked_at_again_at_the_next_edge(
    schedule: Schedule, now: datetime, expected: datetime | None
) -> None:
    assert next_change(schedule, now, BUSINESS_ZONE) == expected


SHIFTS = st.builds(
    Shift,
    st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=2, unique=True).map(tuple),
    st.sets(st.integers(1, 7), min_size=1).map(frozenset),
    st.integers(0, 23).map(time),
    st.integers(0, 23).map(time),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(SHIFTS, min_size=1, max_size=3), st.integers(0, 7 * 24 * 4), st.booleans())
def test_nothing_changes_before_the_next_look(
    shifts: list[Shift], quarters: int, has_ceiling: bool
) -> None:
    schedule = Schedule(tuple(shifts), daily_ceiling=1 if has_ceiling else None)
    now = MONDAY + quarters * timedelta(minutes=15)
    until = next_change(schedule, now, BUSINESS_ZONE)
    end = until if until is not None else now + 8 * DAY
    step, moment = timedelta(minutes=30), now
    before = shown_now(schedule, now, {A, B, C}, {})
    while moment < end:
        assert shown_now(schedule, moment, {A, B, C}, {}) == before
        moment += step


@pytest.mark.parametrize(
    ("kind", "word", "is_fine"),
    [
        (EntryKind.CONTACT_WAY, "x" * 30, True),
        (EntryKind.CONTACT_WAY, "x" * 31, False),
        (EntryKind.MP_SCENE, "x" * 64, True),
        (EntryKind.MP_SCENE, "", False),
        (EntryKind.KF_SCENE, "a b", False),
    ],
)
def test_a_word_has_to_fit_the_platform(kind: EntryKind, word: str, is_fine: bool) -> None:
    entry = Entry(0, kind, word, "expo", schedule=Schedule((Shift((A,)),)))
    assert isinstance(check_entry(entry), Refusal) is not is_fine


def test_more_members_than_a_way_may_have_are_refused() -> None:
    many = tuple(UserId(f"u{number}") for number in range(101))
    entry = Entry(0, EntryKind.CONTACT_WAY, "x", "expo", schedule=Schedule((Shift(many),)))
    refusal = check_entry(entry)
    assert refusal is not None
    assert refusal.code == "entry_too_many_members"
