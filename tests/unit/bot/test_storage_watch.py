"""An outage is told once in clear words, then once a minute, and so is its end."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot import storage_watch
from bot.metrics import STORAGE_FAILURES
from bot.storage_watch import StorageWatch, cause_of
from storage.errors import Cause, Conflict, StorageUnavailable

FULL = StorageUnavailable("SQLite: database or disk is full", Cause.FULL)


def counted(part: str, cause: str) -> float:
    return STORAGE_FAILURES.labels(part, cause)._value.get()


def test_an_outage_is_told_once_with_what_to_do_and_counted_every_time() -> None:
    watch, before = StorageWatch("worker"), counted("worker", "full")
    with capture_logs() as logs:
        for _ in range(3):
            watch.failed(FULL, rows=7)
    assert counted("worker", "full") == before + 3
    assert logs == [
        {
            "event": "storage_unavailable",
            "log_level": "warning",
            "part": "worker",
            "cause": "full",
            "problem": "SQLite: database or disk is full",
            "advice": "Free disk space or connections of the database, then try again.",
            "rows": 7,
        }
    ]


def test_an_outage_that_lasts_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_watch, "REMIND_SECONDS", 0.0)
    watch = StorageWatch("relay")
    with capture_logs() as logs:
        watch.failed(FULL)
        watch.failed(FULL)
    assert len(logs) == 2


def test_its_end_is_told_once_and_the_next_outage_anew() -> None:
    watch = StorageWatch("fetcher")
    with capture_logs() as logs:
        watch.worked()
        watch.failed(FULL)
        watch.worked()
        watch.worked()
        watch.failed(FULL)
    events = [line["event"] for line in logs]
    assert events == ["storage_unavailable", "storage_back", "storage_unavailable"]
    assert logs[1]["away_seconds"] >= 0


def test_an_error_without_a_cause_is_counted_by_its_kind() -> None:
    assert cause_of(FULL) == "full"
    assert cause_of(Conflict("thing(id)")) == "Conflict"
