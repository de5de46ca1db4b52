"""The file of a backup: a gzipped tar whose first member is the manifest."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from bot.backup.manifest import FORMAT, Content, Manifest
from bot.backup.refusal import BackupRefusedError, Why

MANIFEST = "manifest.json"
#: A manifest is a few kilobytes; what claims to be longer is none.
_MOST_MANIFEST_BYTES = 1 << 20
_CHUNK = 1 << 20
_COMPRESSION = 6
_DAMAGE = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error)


def content_of(path: Path, columns: tuple[str, ...] = ()) -> Content:
    """Return what the manifest says about a file."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    return Content(path.stat().st_size, digest.hexdigest(), columns)


def refuse_existing(file: Path) -> None:
    """Make sure that no backup is written over.

    Raises:
        BackupRefusedError: ``file`` is there.
    """
    if file.exists():
        raise BackupRefusedError(Why.FILE_EXISTS, file=file)


def write_archive(file: Path, manifest: Manifest, folder: Path) -> None:
    """Write the files of ``folder`` that the manifest names to ``file``, whole or not at all.

    Raises:
        BackupRefusedError: ``file`` is there already: a backup is never written over.
        OSError: it cannot be written.
    """
    refuse_existing(file)
    beside = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=_COMPRESSION) as archive:
                text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
                _add(archive, manifest, MANIFEST, len(text), io.BytesIO(text))
                for name, content in manifest.files.items():
                    with (folder / name).open("rb") as stream:
                        _add(archive, manifest, name, content.size, stream)
            raw.flush()
            os.fsync(raw.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _add(
    archive: tarfile.TarFile, manifest: Manifest, name: str, size: int, stream: IO[bytes]
) -> None:
    """Add a file that says nothing about the machine it comes from."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    member.mtime = int(manifest.made_at.timestamp())
    archive.addfile(member, stream)


def read_manifest(file: Path) -> Manifest:
    """Return what a backup says about itself.

    Raises:
        BackupRefusedError: ``file`` is no backup, is damaged, or of a newer form.
        OSError: it cannot be read.
    """
    with _opened(file) as archive:
        return _manifest(archive, file)


def _manifest(archive: tarfile.TarFile, file: Path) -> Manifest:
    member = archive.next()
    stream = archive.extractfile(member) if member and member.name == MANIFEST else None
    if stream is None:
        raise BackupRefusedError(Why.NO_BACKUP, file=file)
    text = stream.read(_MOST_MANIFEST_BYTES)
    try:
        form = msgspec.json.decode(text, type=dict[str, object]).get("format")
        if isinstance(form, int) and form > FORMAT:
            raise BackupRefusedError(Why.NEWER_FORMAT, file=file)
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError:
        raise BackupRefusedError(Why.NO_BACKUP, file=file) from None


def unpack(file: Path, folder: Path) -> Manifest:
    """Write the files of a backup to ``folder``, each compared with its checksum.

    Names and places inside the archive are not trusted: what the manifest does
    not name is refused.

    Raises:
        BackupRefusedError: as :func:`read_manifest`, or a file is missing or differs.
        OSError: something cannot be read or written.
    """
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        missing = dict(manifest.files)
        while (member := archive.next()) is not None:
            content = missing.pop(member.name, None)
            stream = archive.extractfile(member)
            if content is None or stream is None or Path(member.name).name != member.name:
                raise BackupRefusedError(Why.DAMAGED, file=file, part=member.name)
            if _written(stream, folder / member.name) != (content.size, content.sha256):
                raise BackupRefusedError(Why.DAMAGED, file=file, part=member.name)
        if missing:
            raise BackupRefusedError(Why.DAMAGED, file=file, part=min(missing))
        return manifest


def _written(stream: IO[bytes], path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:gz") as archive:
            yield archive
    except _DAMAGE:
        raise BackupRefusedError(Why.DAMAGED, file=file, part=file.name) from None
