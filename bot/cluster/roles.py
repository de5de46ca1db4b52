"""What a process does, and which installations may be split into processes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from domain.errors import ClewError

if TYPE_CHECKING:
    from collections.abc import Collection

    from config.settings import StoreSettings


class ProcessRole(StrEnum):
    """One job of the service; a process has one, several or all of them."""

    #: Takes callbacks: verifies, stores, acknowledges.
    WEB = "web"
    #: Applies what came in.
    WORKER = "worker"
    #: Talks to the platform: sends what is to leave, asks for what is to be known.
    RELAY = "relay"
    #: Delivers timers when they are due; one at a time, the others stand by.
    SCHEDULER = "scheduler"


ALL_ROLES = frozenset(ProcessRole)


class ProcessRefusedError(ClewError):
    """This process may not run beside the others.

    ``code`` is a stable word, a key of ``cli.refused`` in ``config/texts.zh.toml``.
    """

    def __init__(self, code: str, subject: str = "") -> None:
        """Remember why."""
        super().__init__(subject, reason=code.replace("_", " "))
        self.code = code


def is_sqlite(store: StoreSettings) -> bool:
    """Tell whether the data lives in files that one process writes."""
    return store.database_url.startswith("sqlite://")


def is_shared(store: StoreSettings) -> bool:
    """Tell whether processes share this installation: PostgreSQL with Redis beside it."""
    return bool(store.redis_url) and not is_sqlite(store)


def check_roles(roles: Collection[ProcessRole], store: StoreSettings) -> None:
    """Make sure that an installation can be split like this.

    Raises:
        ProcessRefusedError: ``roles_on_sqlite``: SQLite has one writing process;
            ``roles_without_redis``: the other processes would have to poll for
            work and each would ask for tokens of its own.
    """
    if frozenset(roles) == ALL_ROLES or is_shared(store):
        return
    raise ProcessRefusedError("roles_on_sqlite" if is_sqlite(store) else "roles_without_redis")
