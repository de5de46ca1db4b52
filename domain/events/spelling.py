"""Moments and lists as they stand in the texts of properties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

#: Between the elements of a list that came as one text; joined ones have the first.
JOINT = "\u3001"
_JOINTS = re.compile(r"[\u3001,\uff0c;\uff1b\n]")


def moment_spelled(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the aware moment that ISO 8601 spells, in ``zone`` where it names none, or None."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def list_spelled(text: str) -> tuple[str, ...]:
    """Return the elements of a list, without blanks around them and without empty ones."""
    parts = (part.strip() for part in _JOINTS.split(text))
    return tuple(part for part in parts if part)


def joined(elements: Iterable[object]) -> str:
    """Return a list as one text."""
    return JOINT.join(str(element) for element in elements)
