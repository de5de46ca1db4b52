from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import DrivenClock
from bot.clock_watch import ClockWatch
from bot.metrics import CLOCK_JUMPS
from tests.factories import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("jump", "direction"), [(HOUR, "forward"), (-HOUR, "back")], ids=["forward", "back"]
)
def test_a_jump_is_told_once_with_what_to_do(jump: timedelta, direction: str) -> None:
    watch = ClockWatch(DrivenClock(NOW, is_running=False))
    before = CLOCK_JUMPS.labels(direction)._value.get()
    with capture_logs() as logs:
        assert watch.look(NOW, 100.0) is None
        assert watch.look(NOW + timedelta(seconds=5) + jump, 105.0) == jump
        assert watch.look(NOW + timedelta(seconds=10) + jump, 110.0) is None
    (line,) = logs
    assert (line["event"], line["direction"], line["seconds"]) == ("clock_jumped", direction, 3600)
    assert "timedatectl" in line["advice"]
    assert CLOCK_JUMPS.labels(direction)._value.get() == before + 1


def test_a_clock_that_is_steered_and_a_loop_that_was_late_are_no_jump() -> None:
    watch = ClockWatch(DrivenClock(NOW, is_running=False))
    with capture_logs() as logs:
        watch.look(NOW, 0.0)
        watch.look(NOW + timedelta(seconds=5.8), 5.0)
        watch.look(NOW + timedelta(seconds=605.8), 605.0)
    assert logs == []
