"""Whose rows are read: a span of persons, or some by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.values import PersonId

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: Beyond every number of a person.
END = (1 << 63) - 1
_ENDS = """
select id from (
  select id, row_number() over (order by id) as place from person
  where root_id = id and id > $2 and id <= $3
) as numbered where place % $1 = 0 order by id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """All persons whose root lies above ``after`` and not above ``until``."""

    after: int = 0
    until: int = END


EVERYBODY = Span()
Whose = Span | Sequence[PersonId]


def condition(tx: Transaction, whose: Whose) -> tuple[str, tuple[object, ...]]:
    """Return SQL over ``person p`` that is true for persons whose root is meant, and arguments."""
    if isinstance(whose, Span):
        return "p.root_id > $1 and p.root_id <= $2", (whose.after, whose.until)
    return tx.any_of("p.root_id", 1), (tx.array(whose),)


async def spans(tx: Transaction, size: int, within: Span = EVERYBODY) -> list[Span]:
    """Cut a span into spans of ``size`` persons; the last may hold fewer, or nobody."""
    ends = [int(row["id"]) for row in await tx.fetch(_ENDS, size, within.after, within.until)]
    ends = [end for end in ends if end < within.until]
    starts = [within.after, *ends]
    return [Span(a, b) for a, b in zip(starts, [*ends, within.until], strict=True)]
