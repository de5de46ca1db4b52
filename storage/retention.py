"""What is dropped from the main database when its time is over, some rows at a time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from storage.ids import first_id_at
from storage.marks import mark_of, put_mark
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.protocols import Transaction

_UNKNOWN = """
delete from unknown_update where id in (
  select id from unknown_update where at < $1 order by at limit $2)
"""


async def forget_applied(
    tx: Transaction, before: datetime, unfinished: Collection[int], limit: int
) -> int:
    """Delete marks of inbox rows that took effect before, except of rows ``unfinished``.

    The mark is what keeps a row from taking effect twice; only a row that is done
    in the inbox will never be taken again.
    """
    spared = f"not ({tx.any_of('inbox_id', 3)})"
    return await tx.execute(
        "delete from applied where inbox_id in (select inbox_id from applied"
        f" where inbox_id < $1 and {spared} order by inbox_id limit $2)",
        first_id_at(before),
        limit,
        tx.array(list(unfinished)),
    )


async def forget_unknown(tx: Transaction, before: datetime, limit: int) -> int:
    """Delete updates of no known kind that happened before."""
    return await tx.execute(_UNKNOWN, to_micros(before), limit)


async def day_done(tx: Transaction, duty: str) -> int:
    """Return the ordinal of the last day on which a daily duty was done; 0 for never."""
    return await mark_of(tx, duty)


async def mark_day(tx: Transaction, duty: str, day: int) -> None:
    """Remember that a daily duty was done on the day with this ordinal."""
    await put_mark(tx, duty, day)
