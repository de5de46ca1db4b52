"""Findings for the eyes of a person: a mark, what was looked at, what is wrong and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.doctor.examination import Examined
from bot.doctor.finding import Finding, Severity

if TYPE_CHECKING:
    from config.texts import Texts

#: Mark and style by severity.
_LOOKS = {
    Severity.OK: ("✓", "green"),
    Severity.WARNING: ("!", "yellow"),
    Severity.BROKEN: ("✗", "bold red"),
    Severity.SKIPPED: ("-", "dim"),
}


def show(examined: Sequence[Examined], texts: Texts, console: Console) -> None:
    """Print all findings, then how many need attention."""
    table = Table.grid(padding=(0, 1))
    for _ in range(3):
        table.add_column(overflow="fold")
    for one in examined:
        mark, style = _LOOKS[one.finding.severity]
        title = f"{texts.get(f'doctor.check.{one.name}')} {one.about}".rstrip()
        # Text, not markup: values may hold square brackets.
        table.add_row(Text(mark, style), Text(title, style), Text(words(one.finding, texts)))
    console.print(table)
    counts = Counter(one.finding.severity for one in examined)
    console.print(Text(_sum(counts, texts)))


def words(finding: Finding, texts: Texts) -> str:
    """Return what was found, its details below."""
    values = dict(finding.values)
    if name := values.get("check"):
        values["check"] = texts.get(f"doctor.check.{name}")
    return "\n".join([texts.get(f"doctor.finding.{finding.code}", **values), *finding.lines])


def _sum(counts: Counter[Severity], texts: Texts) -> str:
    broken, warnings = counts[Severity.BROKEN], counts[Severity.WARNING]
    key = "some" if broken or warnings else "none"
    return texts.get(f"doctor.sum.{key}", broken=broken, warnings=warnings)
