"""The machine: data folder, disk space, fonts, and who may read the files that hold secrets."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
from pathlib import Path

from bot.doctor.finding import Finding, broken, ok, skipped, warning
from bot.doctor.installation import Installation
from config.master_key import FILE as MASTER_KEY_FILE

GIB = 1 << 30
#: Below this a night of traffic may fill the disk, and SQLite needs room to work.
LEAST_FREE = GIB
#: Prints one line per family of fonts that has Chinese characters.
CHINESE_FONTS = ("fc-list", ":lang=zh-cn", "family")
#: Bytes of the path of a socket that every Unix takes; Linux takes four more.
LONGEST_SOCKET = 103


async def data_dir(installation: Installation) -> Finding:
    """Find out whether files can be made in the data folder."""
    settings = installation.settings
    if len(os.fsencode(settings.office_socket)) > LONGEST_SOCKET:
        return broken("data_dir_too_long", path=settings.store.data_dir)
    return await asyncio.to_thread(_writing_to, settings.store.data_dir)


def _writing_to(folder: Path) -> Finding:
    try:
        if not folder.exists():
            return _making(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"clew")
            file.flush()
    except OSError as error:
        return broken("data_dir_not_writable", path=folder, reason=error.strerror)
    return ok("data_dir_writable", path=folder)


def _making(folder: Path) -> Finding:
    above = _nearest(folder)
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return ok("data_dir_will_be_made", path=folder)
    return broken("data_dir_cannot_be_made", path=folder, above=above)


def _nearest(folder: Path) -> Path:
    """Return the folder itself, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


async def disk(installation: Installation) -> Finding:
    """Find out how much room the data folder's disk has left."""
    folder = _nearest(installation.settings.store.data_dir)
    free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
    if free < LEAST_FREE:
        return warning("disk_nearly_full", mib=free >> 20)
    return ok("disk_has_room", gib=f"{free / GIB:.1f}")


async def fonts(installation: Installation) -> Finding:
    """Find out whether charts and screenshots made here can show Chinese."""
    del installation
    try:
        listing = await asyncio.create_subprocess_exec(
            *CHINESE_FONTS, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return skipped("fonts_not_told")
    output, _ = await listing.communicate()
    families = {line for line in output.splitlines() if line.strip()}
    return ok("fonts_found", count=len(families)) if families else warning("fonts_missing")


async def secret_files(installation: Installation) -> Finding:
    """Find out whether others may read the master key or a file of settings."""
    store = installation.settings.store
    own = store.data_dir / MASTER_KEY_FILE
    files = [*store.files, *([own] if own.is_file() else [])]
    open_files = sorted({str(path) for path in files if _is_open(path)})
    if open_files:
        return broken("secrets_open", files=" ".join(open_files))
    return ok("secrets_closed" if files else "secrets_in_environment")


def _is_open(path: Path) -> bool:
    """Tell whether more than its owner may read the file; a Windows disk has no such mode."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
