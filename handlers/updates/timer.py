"""A moment that was waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handlers.updates.base import NOTHING, Update


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Update):
    """A timer row came due; ``at`` equals ``due_at``, however late it is noticed.

    ``payload`` holds ids and codes as they were set (``domain.messages.Timer``).
    """

    timer_id: int
    kind: str
    subject_id: int
    due_at: datetime
    payload: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def subject(self) -> str:
        """The kind and thing it was set for."""
        return f"{self.kind}:{self.subject_id}"
