"""Columns that both databases keep alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise.fields import BigIntField, BinaryField, Field
from tortoise.models import Model

from storage.moments import micros_or_none, moment_or_none


class MomentField(Field[datetime], datetime):
    """An aware moment in Python, whole microseconds since 1970 UTC in the row."""

    SQL_TYPE = "BIGINT"

    def to_db_value(self, value: datetime | None, instance: type[Model] | Model) -> int | None:  # noqa: ARG002 — Tortoise passes it
        """Return the microseconds."""
        return micros_or_none(value)

    def to_python_value(self, value: Any) -> datetime | None:  # noqa: ANN401 — int or datetime
        """Return the moment in UTC."""
        return value if isinstance(value, datetime) else moment_or_none(value)


class KeyField(BinaryField[bytes]):
    """Bytes that are looked up: a digest or a message key. Unlike a payload it is indexed."""

    indexable = True


class IdField(BigIntField):
    """A primary key from :class:`storage.ids.IdSource`, never made by the database.

    On SQLite it has to be spelled ``INTEGER`` to be the row id itself, else every
    table carries a second index; and it must not count up, which costs a write.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 — passed on as they came
        """Take the options of a field; it always is the primary key."""
        super().__init__(**{**kwargs, "primary_key": True, "generated": False})

    class _db_sqlite:  # noqa: N801 — the name that Tortoise looks for
        SQL_TYPE = "INTEGER"
