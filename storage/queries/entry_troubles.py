"""What the platform would not do about entry points."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.protocols import Transaction

_TROUBLES = """
select receiver, error from outbox
where endpoint = 'entry' and state in ('failed', 'unknown') order by id
"""


async def entry_troubles(tx: Transaction) -> dict[int, str]:
    """Return id of an entry point → why its newest order that failed did."""
    return {int(row["receiver"]): row["error"] for row in await tx.fetch(_TROUBLES)}
