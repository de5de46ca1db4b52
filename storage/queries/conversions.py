"""How many leads came by each channel, and how many of them bought."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.scoring.strata import Count
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: A deal is a lead that was won (as the funnel counts), or has gone on to service since.
_CONVERSIONS = """
select l.first_channel as channel, count(*) as leads,
       sum(case when l.status = 'won' or l.stage in ('first_sale', 'service')
                then 1 else 0 end) as deals
from lead l
where l.created_at >= $1 and l.created_at < $2 and l.first_channel <> '' and l.kind = 'sales'
  and not (l.stage = 'invalid' and l.invalid_reason = 'duplicate')
group by l.first_channel
"""


async def conversions(tx: Transaction, start: datetime, end: datetime) -> dict[str, Count]:
    """Return the counts of sales leads listed from ``start`` on and before ``end``, by channel."""
    rows = await tx.fetch(_CONVERSIONS, to_micros(start), to_micros(end))
    return {row["channel"]: Count(int(row["leads"]), int(row["deals"] or 0)) for row in rows}
