"""A master key for the demo, made on first start and kept beside its data."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from config.parsers import KEY_BYTES

FILE = "master.key"


def master_key_in(folder: Path) -> str:
    """Return the key kept in ``folder`` as the settings want it; make one if there is none.

    The file is readable by its owner alone. A real installation brings its own
    key (``CLEW_MASTER_KEY_FILE``) and keeps it away from the data.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    fresh = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{fresh}\n")
    return fresh
