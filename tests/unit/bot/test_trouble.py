from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.trouble import Trouble, lost, met, read_trouble
from bot.wecom.error_codes import Reaction

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))


@given(
    st.builds(
        Trouble,
        st.sampled_from(Reaction),
        st.text(max_size=80),
        st.integers(1, 10**6),
        moments,
        st.none() | moments,
    )
)
def test_what_is_written_is_read_back(trouble: Trouble) -> None:
    assert read_trouble(trouble.written()) == trouble


@pytest.mark.parametrize(
    "text",
    ["", "something else", "not_sent ×1 since yesterday: x", "no_such ×1 since 2026-01-01: x"],
)
def test_anything_else_is_no_trouble(text: str) -> None:
    assert read_trouble(text) is None


def test_the_same_trouble_again_is_counted_from_its_first_time() -> None:
    first = met(None, Reaction.NOT_SENT, "refused", NOW)
    second = met(first, Reaction.NOT_SENT, "reset", NOW + timedelta(seconds=5))
    assert second == Trouble(Reaction.NOT_SENT, "reset", 2, NOW)


def test_another_trouble_starts_its_own_count() -> None:
    first = met(None, Reaction.NOT_SENT, "refused", NOW)
    second = met(first, Reaction.SLOW_DOWN, "45033", NOW + timedelta(seconds=5))
    assert (second.times, second.since) == (1, NOW + timedelta(seconds=5))


@pytest.mark.parametrize("reaction", [Reaction.OUTCOME_UNKNOWN, Reaction.RETRY_LATER])
def test_an_attempt_that_may_have_arrived_is_never_forgotten(reaction: Reaction) -> None:
    first = met(None, reaction, "timeout", NOW)
    second = met(first, Reaction.NOT_SENT, "refused", NOW + timedelta(minutes=1))
    assert second.unknown_since == NOW
    assert met(second, reaction, "timeout", NOW + timedelta(minutes=2)).unknown_since == NOW


def test_a_lost_lease_may_have_arrived() -> None:
    assert lost(None, NOW).unknown_since == NOW
