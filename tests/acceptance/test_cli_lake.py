"""``clew lake``: histories in files, made and looked at from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.lake import _alone
from storage.lake.manifest import Manifest
from tests.acceptance.command_line import Told, inside, said

pytestmark = pytest.mark.usefixtures("settings_of_process")


def lake(*words: str) -> Told:
    return inside("lake", *words)


def test_files_are_made_and_shown(data: Path) -> None:
    assert lake("status").out == said("lake.none") + "\n"
    done = lake("refresh", "--processes", "1")
    told = said("lake.done", buckets=1, written=1, persons="0", events="0")
    assert done.status == 0, done.err
    assert told in done.out
    manifest = Manifest.read(data / "lake")
    assert manifest is not None
    assert manifest.refreshed_at > 0
    assert (data / "lake").stat().st_mode & 0o077 == 0, "for the eyes of the service alone"
    shown = lake("status").out
    assert "0 / 0" in shown
    assert str(data / "lake") in shown


def test_who_comes_second_is_told_to_wait(data: Path) -> None:
    with _alone(data / "lake"):
        told = lake("refresh")
    assert (told.status, told.err) == (2, said("lake.busy") + "\n")


def test_without_the_extra_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.lake.HAS_LAKE", False)
    told = lake("refresh")
    assert (told.status, told.err) == (2, said("lake.no_extra") + "\n")
