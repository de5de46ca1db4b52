"""The moment at which time expressions are read in tests, and times written shortly."""

from __future__ import annotations

from datetime import datetime

from domain.values import BUSINESS_ZONE

#: A Wednesday morning.
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)


def local(text: str) -> datetime:
    """Return an ISO time in the business zone."""
    return datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)
