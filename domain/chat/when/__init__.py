"""Times as people type them: what day, what hour, how exactly, how often."""

from domain.chat.when.find import find_all, find_when
from domain.chat.when.model import Cycle, Grain, Recurrence, When
from domain.chat.when.reminder import WorkingHours, remind_at

__all__ = [
    "Cycle",
    "Grain",
    "Recurrence",
    "When",
    "WorkingHours",
    "find_all",
    "find_when",
    "remind_at",
]
