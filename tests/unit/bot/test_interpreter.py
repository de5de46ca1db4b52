"""What is loaded before a process serves is not looked through again."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bot.interpreter import THRESHOLDS, settle_in


@pytest.fixture
def collector() -> Iterator[None]:
    """Leave the collector of the test run as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("collector")
def test_what_is_loaded_is_set_apart_and_what_comes_is_still_collected() -> None:
    settle_in()
    frozen = gc.get_freeze_count()
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert frozen > 10_000
    assert gc.get_threshold() == THRESHOLDS
    assert gc.collect() > 0
    assert gc.get_freeze_count() == frozen
