"""Moments as both databases keep them: whole microseconds since 1970, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return the microseconds of an aware ``moment``, exactly.

    Raises:
        TypeError: ``moment`` has no time zone.
    """
    return (moment - EPOCH) // _MICROSECOND


def from_micros(stored: int) -> datetime:
    """Return the UTC moment of stored microseconds."""
    return EPOCH + stored * _MICROSECOND


def micros_or_none(moment: datetime | None) -> int | None:
    """Return :func:`to_micros`, or None for None."""
    return None if moment is None else to_micros(moment)


def moment_or_none(stored: int | None) -> datetime | None:
    """Return :func:`from_micros`, or None for None."""
    return None if stored is None else from_micros(stored)
