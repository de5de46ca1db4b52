"""Moments as whole microseconds since 1970, and the calendar days they fall on."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.swift import swift

Integers = NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
#: Stands for a moment that is not known.
NEVER = -(2**63)


@swift
@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """The moment at which each person is looked at, or one for all (arrays without axes).

    ``us`` are microseconds since 1970, ``day`` ordinals of the calendar day.
    """

    us: Integers
    day: Integers

    @classmethod
    def of(cls, moments: Sequence[datetime], zone: ZoneInfo) -> Moments:
        """Lay out aware ``moments``, one per person."""
        us = np.array([microseconds(moment) for moment in moments], dtype=np.int64)
        return cls(us, days_of(us, zone))

    @classmethod
    def at(cls, now: datetime, zone: ZoneInfo) -> Moments:
        """Return one moment for all."""
        us = np.array(microseconds(now), dtype=np.int64)
        return cls(us, days_of(us.reshape(1), zone).reshape(()))


def microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(us: int) -> datetime:
    """Return the aware moment (UTC) of microseconds since 1970."""
    return EPOCH + us * MICROSECOND


def day_number(moment: datetime, zone: ZoneInfo) -> int:
    """Return the proleptic ordinal of the calendar day in ``zone``."""
    return moment.astimezone(zone).toordinal()


def days_of(us: Integers, zone: ZoneInfo) -> Integers:
    """Return :func:`day_number` of many moments, given in microseconds since 1970.

    In a zone that turns its clocks back over midnight, the hour that comes twice
    belongs to the later day.
    """
    if us.size == 0:
        return np.zeros(us.shape, dtype=np.int64)
    first = moment_of(int(us.min())).astimezone(zone).year
    last = moment_of(int(us.max())).astimezone(zone).year
    starts = midnights(first, last, zone)
    before = datetime(first, 1, 1, tzinfo=zone).toordinal() - 1
    return np.searchsorted(starts, us, side="right") + before


def starts_of_days(days: Integers, zone: ZoneInfo) -> Integers:
    """Return the microsecond at which each calendar day begins; the inverse of :func:`days_of`."""
    if days.size == 0:
        return np.zeros(days.shape, dtype=np.int64)
    first, last = (date.fromordinal(int(day)).year for day in (days.min(), days.max()))
    starts = midnights(first, last, zone)
    return np.asarray(starts[days - date(first, 1, 1).toordinal()])


@lru_cache(maxsize=64)
def midnights(first: int, last: int, zone: ZoneInfo) -> Integers:
    """Return the microsecond at which each day of the years ``first`` to ``last`` begins."""
    return np.concatenate([_midnights(year, zone) for year in range(first, last + 1)])


@lru_cache(maxsize=128)
def _midnights(year: int, zone: ZoneInfo) -> Integers:
    first = datetime(year, 1, 1, tzinfo=zone)
    # Wall time: the next midnight, whatever the offset does.
    days = (first + timedelta(days=day) for day in range(366 if isleap(year) else 365))
    return np.array([microseconds(day.astimezone(UTC)) for day in days], dtype=np.int64)
