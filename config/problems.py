"""What is wrong with a configuration, so that all of it can be said at once, in Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from config.texts import Texts
from domain.errors import ClewError, RuleError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    ``place`` is a file name or a variable, ``key`` where in the file
    (``kind[3].label``), ``code`` a key of ``config.problem`` in
    ``texts.zh.toml`` that says what is wrong and what to write instead, with
    ``values`` for its placeholders. Secrets never appear in ``values``. ``line`` and
    ``column`` count from 1 where the place in the text is known, else they are 0.
    """

    place: str
    code: str
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    line: int = 0
    column: int = 0

    def in_words(self, texts: Texts) -> str:
        """Return place, key, reason and remedy in one line."""
        reason = texts.get(f"config.problem.{self.code}", **self.values)
        where = f"{self.place} {self.key}".rstrip()
        if self.line:
            where = texts.get("config.at", where=where, line=self.line, column=self.column)
        return texts.get("config.line", where=where, reason=reason)


class ConfigError(ClewError):
    """The configuration cannot be used.

    ``problems`` holds every problem found; the message says all of them, one in
    a line, and is meant for the person who runs Clew.
    """

    def __init__(self, problems: Iterable[Problem], texts: Texts) -> None:
        """Put all problems into words."""
        self.problems = tuple(problems)
        lines = [problem.in_words(texts) for problem in self.problems]
        heading = texts.get("config.heading", count=len(lines))
        self.message = "\n".join([heading, *lines])
        super().__init__(reason=self.message)

    def __str__(self) -> str:
        """Return all lines."""
        return self.message


def broken_rule(file: str, error: RuleError) -> Problem:
    """Return what a table that contradicts itself says, as a problem of its file."""
    return Problem(file, f"rule.{error.code}", error.subject, {"detail": error.detail})
