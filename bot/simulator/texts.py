"""Chinese words of the stand-in's windows, apart from its logic."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

TEXTS = Path(__file__).parent / "texts.zh.toml"


class Texts:
    """The texts of one file, by section and key."""

    def __init__(self, sections: Mapping[str, Mapping[str, str]]) -> None:
        """Serve the sections of a parsed file."""
        self._sections = sections

    def line(self, key: str, **values: object) -> str:
        """Return the line of ``[lines]`` with its placeholders filled."""
        return self._sections["lines"][key].format(**values)

    def error(self, code: str) -> str:
        """Return the sentence of ``[errors]`` that a person sees."""
        return self._sections["errors"][code]

    def fault(self, code: str, **values: object) -> str:
        """Return the sentence of ``[faults]`` that says why a rule was refused."""
        return self._sections["faults"][code].format(**values)


def load_texts(path: Path = TEXTS) -> Texts:
    """Read the stand-in's texts."""
    return Texts(tomllib.loads(path.read_text(encoding="utf-8")))
