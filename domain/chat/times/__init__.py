"""Every time expression of a text, past ones, durations and repetitions included."""

from domain.chat.times.find import find_times
from domain.chat.times.model import Kind, Length, TimeSaid

__all__ = ["Kind", "Length", "TimeSaid", "find_times"]
