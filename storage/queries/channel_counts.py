"""Leads by channel: first touch, last touch, sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.reports.channels import ChannelCounts
from storage.moments import to_micros

if TYPE_CHECKING:
    from storage.protocols import Transaction
    from storage.queries.funnel import Period

# A lead is sold when its status says so, or when it went on to be served.
_COUNTS = """
select {column} as code, count(*) as leads,
       sum(case when status = 'won' or stage in ('first_sale', 'service') then 1 else 0 end) as won
from lead where created_at >= $1 and created_at < $2
  and not (stage = 'invalid' and invalid_reason = 'duplicate')
group by {column}
"""


async def channel_counts(tx: Transaction, period: Period) -> dict[str, ChannelCounts]:
    """Return what each channel brought among leads listed in ``period``; "" is no touch at all."""
    span = to_micros(period.start), to_micros(period.end)
    counts: dict[str, ChannelCounts] = {}
    for row in await tx.fetch(_COUNTS.format(column="first_channel"), *span):
        counts[row["code"]] = ChannelCounts(first=int(row["leads"]), won=int(row["won"]))
    for row in await tx.fetch(_COUNTS.format(column="last_channel"), *span):
        own = ChannelCounts(last=int(row["leads"]))
        counts[row["code"]] = counts.get(row["code"], ChannelCounts()) + own
    return counts
