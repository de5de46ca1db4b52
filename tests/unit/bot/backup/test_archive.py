"""The file of a backup: whole or not there, and never trusted when it is read."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bot.backup.archive import content_of, read_manifest, unpack, write_archive
from bot.backup.manifest import FORMAT, Manifest
from bot.backup.refusal import BackupRefusedError, Why

ROWS = b"1\t2\n" * 5000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    (made / "lead.copy").write_bytes(ROWS)
    return made


def manifest_of(folder: Path, **changes: object) -> Manifest:
    made = Manifest(
        format=FORMAT,
        clew="1.0",
        made_at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        database="postgres",
        server="15.0",
        migrations=("clew.0001_initial",),
        rows={"lead": 5000},
        keys={1: "0123abcd"},
        files={path.name: content_of(path, ("id", "kind")) for path in folder.iterdir()},
    )
    return msgspec.structs.replace(made, **changes)


def archive_of(file: Path, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file


def refused(file: Path, target: Path) -> Why:
    target.mkdir()
    with pytest.raises(BackupRefusedError) as caught:
        unpack(file, target)
    return caught.value.why


def test_what_was_written_comes_back(folder: Path, tmp_path: Path) -> None:
    file, target, manifest = tmp_path / "a.tar.gz", tmp_path / "b", manifest_of(folder)
    write_archive(file, manifest, folder)
    target.mkdir()
    assert read_manifest(file) == unpack(file, target) == manifest
    assert (target / "lead.copy").read_bytes() == ROWS


def test_a_backup_is_for_its_owner_alone_and_names_nobody(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    write_archive(file, manifest_of(folder), folder)
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        assert {(m.uid, m.uname, m.gname) for m in archive.getmembers()} == {(0, "", "")}
        assert archive.getnames()[0] == "manifest.json"


def test_nothing_is_written_over(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    file.write_text("older")
    with pytest.raises(BackupRefusedError) as caught:
        write_archive(file, manifest_of(folder), folder)
    assert caught.value.why is Why.FILE_EXISTS
    assert file.read_text() == "older"


def test_what_cannot_be_written_whole_is_not_there(folder: Path, tmp_path: Path) -> None:
    manifest = manifest_of(folder)
    (folder / "lead.copy").unlink()
    with pytest.raises(FileNotFoundError):
        write_archive(tmp_path / "a.tar.gz", manifest, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw[: len(raw) // 2], id="cut off"),
        pytest.param(lambda raw: raw[:99] + b"\0\0\0\0" + raw[103:], id="bytes changed"),
        pytest.param(
            lambda raw: gzip.compress(gzip.decompress(raw).replace(b"1\t2\n", b"1\t3\n", 1)),
            id="a row changed",
        ),
        pytest.param(lambda raw: gzip.compress(gzip.decompress(raw)[:-12_000]), id="rows missing"),
        pytest.param(lambda _: b"no archive at all", id="another file"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_a_changed_file_is_refused(
    damage: Callable[[bytes], bytes], folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "a.tar.gz"
    write_archive(file, manifest_of(folder), folder)
    file.write_bytes(damage(file.read_bytes()))
    assert refused(file, tmp_path / "b") is Why.DAMAGED


def test_other_archives_are_no_backups(tmp_path: Path) -> None:
    holiday = archive_of(tmp_path / "a.tar.gz", ("photo.jpg", b"..."))
    assert refused(holiday, tmp_path / "b") is Why.NO_BACKUP
    strange = archive_of(tmp_path / "c.tar.gz", ("manifest.json", b'{"name": "x"}'))
    assert refused(strange, tmp_path / "d") is Why.NO_BACKUP


def test_a_newer_form_is_refused_whatever_it_holds(tmp_path: Path) -> None:
    text = f'{{"format": {FORMAT + 1}, "all": "else"}}'.encode()
    file = archive_of(tmp_path / "a.tar.gz", ("manifest.json", text))
    assert refused(file, tmp_path / "b") is Why.NEWER_FORMAT


@pytest.mark.parametrize("name", ["../outside", "/outside", "folder/lead.copy", "more.copy"])
def test_members_go_nowhere_else(name: str, folder: Path, tmp_path: Path) -> None:
    manifest = manifest_of(folder)
    if name != "more.copy":
        content = manifest.files["lead.copy"]
        manifest = msgspec.structs.replace(manifest, files={name: content})
    text = msgspec.json.encode(manifest)
    file = archive_of(tmp_path / "a.tar.gz", ("manifest.json", text), (name, ROWS))
    assert refused(file, tmp_path / "b") is Why.DAMAGED
    assert not (tmp_path / "outside").exists()


def test_a_file_that_is_missing_is_noticed(folder: Path, tmp_path: Path) -> None:
    text = msgspec.json.encode(manifest_of(folder))
    file = archive_of(tmp_path / "a.tar.gz", ("manifest.json", text))
    assert refused(file, tmp_path / "b") is Why.DAMAGED
