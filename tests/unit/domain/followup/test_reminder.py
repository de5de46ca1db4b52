from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.followup.reminder import Batch, Due, Firing, Moved, Wish, fire_at, merge
from domain.values import BUSINESS_ZONE, Refusal, UserId
from domain.worktime import QuietHours, WorkTime
from tests.factories import NOW

WORK, QUIET = WorkTime(), QuietHours()
LILEI, HANMEI = UserId("LiLei"), UserId("HanMei")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 in Shanghai; the 2nd is NOW's Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=BUSINESS_ZONE)


@pytest.mark.parametrize(
    ("wish", "expected", "moved"),
    [
        (Wish(at(3, 15)), at(3, 15), Moved.NOT),
        (Wish(at(3, 7, 30)), at(3, 7, 30), Moved.NOT),
        (Wish(at(3, 23)), at(3, 23), Moved.NOT),
        (Wish(at(3, 23), is_own=False), at(4, 8), Moved.OUT_OF_QUIET_HOURS),
        (Wish(at(3, 6), is_own=False), at(3, 8), Moved.OUT_OF_QUIET_HOURS),
        (Wish(at(3, 19), is_own=False), at(3, 19), Moved.NOT),
        (Wish(at(3, 6), at(3, 10), is_exact=False), at(3, 9), Moved.INTO_WORKING_HOURS),
        (Wish(at(3, 12), at(3, 18), is_exact=False), at(3, 12), Moved.NOT),
        (Wish(at(7, 0), at(8, 0), is_exact=False), at(9, 9), Moved.INTO_WORKING_HOURS),
        (Wish(at(2, 8), at(2, 12), is_exact=False), at(2, 10, 30), Moved.NOT),
        (Wish(at(2, 8), at(2, 10, 10), is_exact=False), at(2, 10, 10), Moved.NOT),
    ],
)
def test_fires_when_it_was_meant(wish: Wish, expected: datetime, moved: Moved) -> None:
    firing = fire_at(wish, WORK, QUIET, NOW)
    assert firing == Firing(expected.astimezone(UTC), moved)
    assert firing.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish(NOW), "reminder_in_past"),
        (Wish(at(1, 9)), "reminder_in_past"),
        (Wish(at(1, 8), at(1, 12), is_exact=False), "reminder_in_past"),
        (Wish(NOW + timedelta(days=400)), "reminder_too_far"),
    ],
)
def test_refuses_the_past_and_the_far_future(wish: Wish, code: str) -> None:
    assert fire_at(wish, WORK, QUIET, NOW) == Refusal(code)


def test_joins_what_one_receiver_gets_at_about_the_same_time() -> None:
    minute = timedelta(minutes=1)
    due = [
        Due(1, LILEI, NOW),
        Due(2, UserId("lilei"), NOW + minute),
        Due(3, LILEI, NOW + 2 * minute),
        Due(4, HANMEI, NOW + minute),
    ]
    assert merge(due, minute, 10) == (
        Batch(HANMEI, NOW + minute, (4,)),
        Batch(LILEI, NOW, (1, 2)),
        Batch(LILEI, NOW + 2 * minute, (3,)),
    )


due_strategy = st.lists(
    st.builds(
        Due,
        st.integers(0, 10_000),
        st.sampled_from([LILEI, HANMEI]),
        st.integers(0, 600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    ),
    unique_by=lambda one: one.id,
)


@given(due_strategy, st.integers(1, 4), st.randoms())
def test_merging_drops_nothing_is_never_late_and_does_not_depend_on_order(
    due: list[Due], most: int, rng: Random
) -> None:
    batches = merge(due, timedelta(seconds=90), most)
    shuffled = list(due)
    rng.shuffle(shuffled)
    assert merge(shuffled, timedelta(seconds=90), most) == batches
    assert sorted(i for batch in batches for i in batch.ids) == sorted(one.id for one in due)
    by_id = {one.id: one for one in due}
    for batch in batches:
        assert len(batch.ids) <= most
        for number in batch.ids:
            early = by_id[number].at - batch.at
            assert timedelta(0) <= early <= timedelta(seconds=90)
