"""Run checks side by side, each within its time, and keep the same complaint from repeating."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from bot.doctor.finding import Finding, Severity, broken, skipped
from bot.doctor.installation import Installation

log = structlog.get_logger("clew.doctor")

#: Seconds a check may take: longer than one call to the platform may.
PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    ``name`` is a key of ``doctor.check`` of the texts, ``about`` says which of
    several accounts is meant.
    """

    name: str
    look: Callable[[Installation], Awaitable[Finding]]
    about: str = ""
    within: float = PATIENCE


@dataclass(frozen=True, slots=True)
class Examined:
    """A check and what it found."""

    name: str
    about: str
    finding: Finding


async def examine(checks: Sequence[Check], installation: Installation) -> list[Examined]:
    """Run all checks at once; what they found comes in their order."""
    findings = await asyncio.gather(*(_look(check, installation) for check in checks))
    return list(
        _without_echoes(
            Examined(check.name, check.about, finding)
            for check, finding in zip(checks, findings, strict=True)
        )
    )


async def _look(check: Check, installation: Installation) -> Finding:
    try:
        async with asyncio.timeout(check.within):
            return await check.look(installation)
    except TimeoutError:
        return broken("timed_out", seconds=f"{check.within:.0f}")
    except Exception as error:
        # A defect of one check must not hide what the others found.
        log.exception("check_broke", check=check.name)
        return broken("check_broke", error=type(error).__name__)


def _without_echoes(examined: Iterable[Examined]) -> Iterable[Examined]:
    """Let a cause be told once: who fails for the same reason later refers to the first."""
    told: dict[str, str] = {}
    for one in examined:
        finding = one.finding
        if finding.severity is not Severity.BROKEN:
            yield one
            continue
        cause = f"{finding.code} {sorted(finding.values.items())!r}"
        if cause in told:
            yield Examined(one.name, one.about, skipped("same_cause", check=told[cause]))
        else:
            told[cause] = one.name
            yield one
