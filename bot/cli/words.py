"""The texts of the command line."""

from __future__ import annotations

from config.texts import load_texts

TEXTS = load_texts()


def text(key: str, **values: object) -> str:
    """Return the text of ``cli.<key>``."""
    return TEXTS.get(f"cli.{key}", **values)
