"""One service per SQLite database: the file beside it is locked while it runs."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.cluster.roles import ProcessRefusedError, is_sqlite
from storage.sqlite import path_of_url

if TYPE_CHECKING:
    from config.settings import StoreSettings


@contextmanager
def sole_service(store: StoreSettings) -> Iterator[None]:
    """Hold the database alone while the block runs; PostgreSQL is open to many.

    The kernel lets go of the lock when the process dies, however it dies.

    Raises:
        ProcessRefusedError: ``sqlite_in_use``: another service runs on these files.
    """
    if not is_sqlite(store):
        yield
        return
    path = path_of_url(store.database_url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            reason = "sqlite_in_use"
            raise ProcessRefusedError(reason, str(path)) from None
        yield
