"""How many people have which tag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.tags.tagging import TagValue
from storage.repositories.tags import decode_value

if TYPE_CHECKING:
    from storage.protocols import Transaction

_BY_NAME = "select name, count(*) as found from tagging group by name"


async def tag_sizes(tx: Transaction) -> dict[str, int]:
    """Return how many people have a tag, by its name."""
    return {row["name"]: int(row["found"]) for row in await tx.fetch(_BY_NAME)}


async def layer_sizes(
    tx: Transaction, names: Sequence[str]
) -> dict[str, list[tuple[TagValue, int]]]:
    """Return how many people have which value of some tags, the most frequent first."""
    rows = await tx.fetch(
        f"select name, value, count(*) as found from tagging where {tx.any_of('name', 1)}"
        " group by name, value order by name, count(*) desc, value",
        tx.array(list(names)),
    )
    found: defaultdict[str, list[tuple[TagValue, int]]] = defaultdict(list)
    for row in rows:
        found[row["name"]].append((decode_value(row["value"]), int(row["found"])))
    return found
