"""Changing the master key at the command line, beside a running service and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap import build
from bot.clock import SystemClock
from bot.demo import Place, demo
from config.parsers import master_keys, standby_keys
from config.settings import load_settings
from domain.values import Priority
from storage.inbox import Delivery
from tests.acceptance.command_line import NEEDED, TEXTS, clew, said

KEY = NEEDED["CLEW_MASTER_KEY"]
OTHER = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="


@pytest.fixture
def settings(data: Path) -> dict[str, str]:
    return NEEDED | {"CLEW_DATA_DIR": str(data)}


async def test_a_new_key_is_printed_behind_the_others(settings: dict[str, str]) -> None:
    told = await clew("keys", "add", **settings | {"CLEW_MASTER_KEY": f"1:{KEY},3:{OTHER}"})
    assert told.status == 0
    assert set(master_keys(f"1:{KEY},{told.out.strip()}")) == {1, 4}
    assert KEY not in told.out + told.err
    assert said("keys.then") in told.err


async def test_a_new_key_is_written_into_the_file_of_keys(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "master.key"
    file.write_text(f"{KEY}\n", encoding="ascii")
    file.chmod(0o640)
    del settings["CLEW_MASTER_KEY"]
    settings["CLEW_MASTER_KEY_FILE"] = str(file)
    for number, words in ((2, ()), (3, ("--standby",))):
        told = await clew("keys", "add", "--file", file, *words, **settings)
        assert told.status == 0
        assert told.out.strip() == said("keys.written", number=number, file=file)
    raw = file.read_text(encoding="ascii")
    assert (set(master_keys(raw)), standby_keys(raw)) == ({1, 2, 3}, {3})
    assert raw.startswith(f"1:{KEY},2:")
    assert file.stat().st_mode & 0o777 == 0o640


async def test_a_file_with_other_keys_is_left_alone(
    settings: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "other.key"
    file.write_text(OTHER, encoding="ascii")
    told = await clew("keys", "add", "--file", file, **settings)
    assert (told.status, told.err.strip()) == (2, said("keys.other_file", file=file))
    assert file.read_text(encoding="ascii") == OTHER


async def test_a_rotation_says_when_the_old_key_may_go(settings: dict[str, str]) -> None:
    async with build(load_settings(TEXTS, settings), SystemClock()) as parts:
        now = parts.clock.now()
        await parts.inbox.put(
            lambda: Delivery("wecom:clew", b"k1", "", Priority.NORMAL, b"<xml/>", now)
        )
    settings["CLEW_MASTER_KEY"] = f"1:{KEY},2:{OTHER}"
    listed = await clew("keys", "list", **settings)
    assert said("keys.needed", number=1, rows=1) in listed.out
    told = await clew("keys", "rewrap", **settings)
    assert (told.status, told.err) == (0, "")
    assert said("keys.moved", part=said("keys.part.inbox"), rows=1) in told.out
    assert said("keys.idle", number=1) in told.out
    assert said("keys.whole", number=2) in told.out
    settings["CLEW_MASTER_KEY"] = f"2:{OTHER}"
    assert said("keys.needed", number=1, rows=1) not in (await clew("keys", "list", **settings)).out


async def test_a_service_that_does_not_know_the_new_key_is_to_be_restarted_first(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    async with demo(Place(tmp_path / "demo"), SystemClock()) as both:
        settings["CLEW_DATA_DIR"] = str(both.service.parts.settings.store.data_dir)
        told = await clew("keys", "rewrap", **settings)
        assert (told.status, told.err.strip()) == (2, said("keys.service_differs"))
        settings["CLEW_MASTER_KEY"] = (tmp_path / "demo" / "master.key").read_text().strip()
        told = await clew("keys", "rewrap", **settings)
        assert (told.status, told.err) == (0, "")
