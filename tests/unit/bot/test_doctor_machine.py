from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.doctor import machine
from bot.doctor.finding import ok, skipped, warning
from config.master_key import FILE, master_key_in
from tests.unit.bot.doctor_installation import ENVIRON, installed, names_in


async def test_a_folder_that_can_be_written_to(tmp_path: Path) -> None:
    async with installed(tmp_path) as installation:
        assert await machine.data_dir(installation) == ok("data_dir_writable", path=tmp_path)
    assert names_in(tmp_path) == []


async def test_a_folder_that_is_still_to_be_made(tmp_path: Path) -> None:
    async with installed(tmp_path / "a" / "b") as installation:
        finding = await machine.data_dir(installation)
        assert (await machine.disk(installation)).code in {"disk_has_room", "disk_nearly_full"}
    assert finding == ok("data_dir_will_be_made", path=tmp_path / "a" / "b")
    assert names_in(tmp_path) == []


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    async with installed(file / "data") as installation:
        assert (await machine.data_dir(installation)).code == "data_dir_cannot_be_made"


async def test_a_folder_too_deep_for_a_socket(tmp_path: Path) -> None:
    async with installed(tmp_path / ("d" * 100)) as installation:
        assert (await machine.data_dir(installation)).code == "data_dir_too_long"


async def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    async with installed(file) as installation:
        assert (await machine.data_dir(installation)).code == "data_dir_not_writable"


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (machine.GIB, ok("disk_has_room", gib="1.0")),
        (machine.GIB - 1, warning("disk_nearly_full", mib=1023)),
        (0, warning("disk_nearly_full", mib=0)),
    ],
)
async def test_less_than_a_gibibyte_is_a_warning(
    free: int, expected: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, (1 << 40) - free, free))
    async with installed(tmp_path) as installation:
        assert await machine.disk(installation) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("printf", "Noto Sans CJK SC\nNoto Serif CJK SC\n"), ok("fonts_found", count=2)),
        (("true",), warning("fonts_missing")),
        (("clew-no-such-program",), skipped("fonts_not_told")),
    ],
)
async def test_whether_chinese_can_be_drawn(
    command: tuple[str, ...], expected: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "CHINESE_FONTS", command)
    async with installed(tmp_path) as installation:
        assert await machine.fonts(installation) == expected


@pytest.mark.skipif(os.name != "posix", reason="file modes exist on POSIX systems alone")
@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (0o600, "secrets_closed"),
        (0o400, "secrets_closed"),
        (0o640, "secrets_open"),
        (0o604, "secrets_open"),
    ],
)
async def test_who_may_read_the_file_of_a_secret(mode: int, code: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(ENVIRON["CLEW_MASTER_KEY"], encoding="ascii")
    file.chmod(mode)
    async with installed(tmp_path / "data", CLEW_MASTER_KEY_FILE=str(file)) as installation:
        finding = await machine.secret_files(installation)
    assert finding.code == code
    assert (str(file) in str(finding.values)) == (code == "secrets_open")


async def test_the_key_that_the_demo_made_is_looked_at_too(tmp_path: Path) -> None:
    master_key_in(tmp_path)
    async with installed(tmp_path) as installation:
        assert (await machine.secret_files(installation)).code == "secrets_closed"
        (tmp_path / FILE).chmod(0o644)
        assert (await machine.secret_files(installation)).code == "secrets_open"


async def test_secrets_in_variables_lie_in_no_file(tmp_path: Path) -> None:
    async with installed(tmp_path) as installation:
        assert await machine.secret_files(installation) == ok("secrets_in_environment")
