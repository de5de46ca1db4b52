"""Leads that the filter or a person put aside: for the page, the command and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.values import IdentityKind
from storage.moments import from_micros
from storage.queries.find import TAIL_LENGTH
from storage.repositories.leads import lead_of
from storage.repositories.person_rows import TAIL_KIND

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.vault import Vault

#: Leads on one page.
PAGE = 50

# What was closed as a duplicate lives on in another lead: it is no lead put aside.
_ISOLATED = """
 from lead l join person m on m.id = l.person_id join person p on p.id = m.root_id
 where l.invalid_reason <> 'duplicate' and (l.stage = 'invalid' or exists
  (select 1 from objection o where o.lead_id = l.id and o.state = 'open'))
"""
_NAME = """
coalesce(nullif(p.name, ''),
 (select min(h.name) from person h where h.root_id = p.id and h.name <> ''), '')
"""
_SINCE = "coalesce((select max(o.opened_at) from objection o where o.lead_id = l.id), l.created_at)"
_CALLED = (
    " and exists (select 1 from person h where h.root_id = p.id and h.name like ${n} escape '\\')"
)
_KEYED = (
    " and exists (select 1 from identity i join person h on h.id = i.person_id"
    " where h.root_id = p.id and {test})"
)
_FOR = (
    " and (l.invalid_reason = ${n} or exists (select 1 from objection o"
    " where o.lead_id = l.id and o.state = 'open' and o.reason = ${n}))"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which leads are asked for: a name, a phone (E.164 or its last four digits), a reason."""

    name: str = ""
    phone: str = ""
    reason: str = ""
    offset: int = 0
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as it is shown: codes, never a value of the person's."""

    reason: str
    field: str = ""
    detail: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Isolated:
    """A lead put aside: what its person is called, why, and since when."""

    lead: Lead
    name: str
    root_id: int
    reasons: tuple[Reason, ...]
    since: datetime


async def isolated(tx: Transaction, vault: Vault, wish: Wish) -> Sequence[Isolated]:
    """Return leads that were put aside, newest first; one more than the limit tells of more."""
    args: list[object] = []
    where = ""
    if wish.name:
        where += _CALLED.format(n=_place(args, _pattern(wish.name)))
    if wish.phone:
        where += _KEYED.format(test=_phone_test(tx, vault, wish.phone, args))
    if wish.reason:
        where += _FOR.format(n=_place(args, wish.reason))
    rows = await tx.fetch(
        f"select l.*, p.id as root_id, {_NAME} as name, {_SINCE} as put_aside_at {_ISOLATED}{where}"
        f" order by put_aside_at desc, l.id limit {wish.limit + 1} offset {wish.offset}",
        *args,
    )
    reasons = await _reasons(tx, [row["id"] for row in rows])
    return [_found(row, reasons.get(row["id"], ())) for row in rows]


def _place(args: list[object], value: object) -> int:
    """Add an argument and return its number."""
    args.append(value)
    return len(args)


def _pattern(name: str) -> str:
    return "%" + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _phone_test(tx: Transaction, vault: Vault, phone: str, args: list[object]) -> str:
    is_tail = len(phone) == TAIL_LENGTH
    kind = TAIL_KIND if is_tail else IdentityKind.PHONE
    position = _place(args, tx.array(vault.blinds(kind, phone).values()))
    if is_tail:
        return tx.any_of("i.tail", position)
    return f"i.kind = '{IdentityKind.PHONE}' and {tx.any_of('i.lookup', position)}"


async def _reasons(tx: Transaction, lead_ids: Sequence[int]) -> Mapping[int, tuple[Reason, ...]]:
    rows = await tx.fetch(
        f"select * from objection where state = 'open' and {tx.any_of('lead_id', 1)}"
        " order by lead_id, opened_at, reason",
        tx.array(lead_ids),
    )
    found: dict[int, tuple[Reason, ...]] = {}
    for row in rows:
        reason = Reason(row["reason"], row["field"], row["detail"], row["verdict"])
        found[row["lead_id"]] = (*found.get(row["lead_id"], ()), reason)
    return found


async def count_isolated(tx: Transaction) -> Counter[str]:
    """Return how many leads are put aside for each reason; a lead may have several."""
    held = await tx.fetch(
        "select o.reason, count(*) as found from objection o join lead l on l.id = o.lead_id"
        " where o.state = 'open' and l.invalid_reason <> 'duplicate' group by o.reason"
    )
    said = await tx.fetch(
        "select l.invalid_reason as reason, count(*) as found from lead l"
        " where l.stage = 'invalid' and l.invalid_reason <> 'duplicate' and not exists"
        " (select 1 from objection o where o.lead_id = l.id and o.state = 'open')"
        " group by l.invalid_reason"
    )
    counts: Counter[str] = Counter()
    for row in (*held, *said):
        counts[row["reason"]] += row["found"]
    return counts


def _found(row: Row, reasons: tuple[Reason, ...]) -> Isolated:
    lead = lead_of(row)
    shown = reasons or (Reason(lead.invalid_reason),)
    return Isolated(lead, row["name"], row["root_id"], shown, from_micros(row["put_aside_at"]))
