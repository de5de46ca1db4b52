"""Naming a defect of our own without showing what it was working on."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb


def describe_defect(error: Exception) -> str:
    """Return type and place of an unexpected exception.

    Its words and a full traceback may quote a message or a phone number, which
    no log may hold.
    """
    frames = extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
