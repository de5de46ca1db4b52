"""What a check found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, object] = MappingProxyType({})


class Severity(StrEnum):
    """How bad it is; only ``BROKEN`` fails the whole examination."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"
    #: Nothing to examine, or it cannot be examined before something else is put right.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what to do.

    ``code`` is a key of ``doctor.finding`` in ``config/texts.zh.toml``,
    ``values`` fill its placeholders, ``lines`` are details in Chinese, one under
    the other. None of them ever holds a secret, a token or a phone number.
    """

    severity: Severity
    code: str
    values: Mapping[str, object] = field(default_factory=lambda: NOTHING)
    lines: tuple[str, ...] = ()


def ok(code: str, **values: object) -> Finding:
    """Return that all is well."""
    return Finding(Severity.OK, code, values)


def warning(code: str, **values: object) -> Finding:
    """Return what works, but not as it should."""
    return Finding(Severity.WARNING, code, values)


def broken(code: str, **values: object) -> Finding:
    """Return what keeps Clew from doing its job."""
    return Finding(Severity.BROKEN, code, values)


def skipped(code: str, **values: object) -> Finding:
    """Return why nothing was examined."""
    return Finding(Severity.SKIPPED, code, values)
