"""Why there is no backup, or why one is not restored."""

from __future__ import annotations

from enum import StrEnum

from domain.errors import ClewError


class Why(StrEnum):
    """Stable words, keys of ``cli.backup.refused`` in ``config/texts.zh.toml``."""

    FILE_EXISTS = "file_exists"
    NO_DATABASE = "no_database"
    NO_BACKUP = "no_backup"
    NEWER_FORMAT = "newer_format"
    NEWER_SCHEMA = "newer_schema"
    DAMAGED = "damaged"
    OTHER_DATABASE = "other_database"
    MISSING_KEY = "missing_key"
    OCCUPIED = "occupied"
    IN_USE = "in_use"
    NOT_WHOLE = "not_whole"


class BackupRefusedError(ClewError):
    """The backup was not made, or not restored."""

    def __init__(self, why: Why, **values: object) -> None:
        """Remember why; ``values`` fill the placeholders of its text."""
        super().__init__(reason=why.replace("_", " "))
        self.why = why
        self.values = values
