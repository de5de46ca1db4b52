"""Customers who show a corp tag in WeCom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.values import IdentityKind

if TYPE_CHECKING:
    from storage.protocols import Transaction

# Ids stand between blanks, so that none is found within another.
_WEARERS = """
select distinct i.value from relation r join identity i on i.person_id = r.person_id
where i.kind = $1 and ' ' || r.tag_ids || ' ' like '% ' || $2 || ' %' order by i.value
"""


async def wearers(tx: Transaction, tag_id: str) -> list[str]:
    """Return the external userids of customers whom a rep has given the tag."""
    kind = IdentityKind.EXTERNAL_USERID.value
    return [row["value"] for row in await tx.fetch(_WEARERS, kind, tag_id)]
