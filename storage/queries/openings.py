"""When a customer last did something that lets us write to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from domain.values import PersonId
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Database

#: The newest alone matter: each grants a fresh allowance.
_MOST_PER_KIND = 3


async def latest_events(
    database: Database, person_id: PersonId, kinds: Collection[str], since: datetime
) -> list[tuple[str, datetime]]:
    """Return (kind, event time) of the newest events of ``kinds`` after ``since``.

    Counts whatever the same human being did, through merged persons too.
    """
    rows = await database.look(
        _newest_of(len(kinds)), person_id, to_micros(since), _MOST_PER_KIND, *kinds
    )
    return [(row["kind"], from_micros(row["event_at"])) for row in rows]


@lru_cache
def _newest_of(kinds: int) -> str:
    """Return one statement that looks up so many kinds, each from its end of the index."""
    return " union all ".join(
        "select * from (select e.kind, e.event_at from event e join person m on m.id = e.person_id"
        " where m.root_id = (select root_id from person where id = $1)"
        f" and e.kind = ${number} and e.event_at > $2 order by e.event_at desc limit $3)"
        f" as kind{number}"
        for number in range(4, 4 + kinds)
    )
