"""The root of every error that Clew raises itself.

Expected refusals are not errors: they are values (:class:`domain.values.Refusal`).
"""

from __future__ import annotations

import copyreg
import inspect
from typing import Any


class Portable(Exception):  # noqa: N818 — what an error can do, not what is wrong
    """An error that another process may raise: it comes back as it was.

    Python would make it anew by calling its class with its message alone, which fails where
    the class asks for more.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        """Tell how to make it again: without calling it, and with all that it remembers."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class ClewError(Portable):
    """Clew cannot go on with this.

    A subclass states its default message as the first line of its docstring.
    ``subject`` is the identity of what failed (an id, a key, a path), ``reason``
    what was wrong with it, ``advice`` what a person can do about it. None of
    them may hold a token, a phone number or message text.
    """

    def __init__(self, subject: str = "", *, reason: str = "", advice: str = "") -> None:
        """Remember what failed, why and what to do."""
        super().__init__(subject, reason, advice)
        self.subject = subject
        self.reason = reason
        self.advice = advice

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the class docstring, without its full stop."""
        return (inspect.getdoc(cls) or cls.__name__).splitlines()[0].rstrip(".")

    def __str__(self) -> str:
        """Render message, subject, reason and advice in one line."""
        head = ": ".join(part for part in (self.summary(), self.subject, self.reason) if part)
        return f"{head} ({self.advice})" if self.advice else head


class RuleError(ClewError):
    """A business table contradicts itself or another one.

    ``code`` is a stable word (a key of ``config.rule`` in ``config/texts.zh.toml``),
    ``detail`` what it is about.
    """

    def __init__(self, subject: str, *, code: str, detail: str = "") -> None:
        """Remember which entry is wrong, and how."""
        words = code.replace("_", " ")
        super().__init__(subject, reason=f"{words}: {detail}" if detail else words)
        self.code = code
        self.detail = detail


class TextError(ClewError, KeyError):
    """A text was asked for that does not exist or lacks a value."""
