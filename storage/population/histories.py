"""Events of many persons as columns, straight from rows: no value per event in between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from domain.columns.days import Integers, days_of
from domain.columns.laying import lay_out
from domain.columns.persons import Columns
from domain.events.event import PropertyValue
from storage.population.whose import Whose, condition
from storage.protocols import Dialect

if TYPE_CHECKING:
    from storage.protocols import Row, Transaction

_decode = msgspec.json.Decoder(dict[str, PropertyValue]).decode
_NONE = "{}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What of histories is wanted: ``properties`` by name, and the zone that days are of.

    ``interactions`` are the kinds that count as interaction.
    """

    zone: ZoneInfo
    interactions: frozenset[str]
    properties: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Roots that rise, and their events; persons without any stand among them.

    ``received`` is the microsecond at which the last event of each was received, 0 for none.
    """

    roots: Integers
    columns: Columns
    received: Integers


async def roots_of(tx: Transaction, whose: Whose) -> Integers:
    """Return the roots that are meant, rising."""
    where, args = condition(tx, whose)
    rows = await tx.fetch(
        f"select p.id from person p where {where} and p.root_id = p.id order by p.id", *args
    )
    return np.array([row["id"] for row in rows], dtype=np.int64)


async def histories(tx: Transaction, whose: Whose, wish: Wish) -> Histories:
    """Return the events of whole merge groups, each root's in event order."""
    roots = await roots_of(tx, whose)
    where, args = condition(tx, whose)
    # Texts are ordered by their bytes, as the order of events has it.
    bytewise = ' collate "C"' if tx.dialect is Dialect.POSTGRES else ""
    said = ", e.properties" if wish.properties else ""
    rows = await tx.fetch(
        f"select p.root_id, e.kind, e.event_at, e.received_at{said} from person p"
        f" join event e on e.person_id = p.id where {where}"
        f" order by p.root_id, e.event_at, e.source_sequence, e.dedupe_key{bytewise}",
        *args,
    )
    return _laid_out(roots, rows, wish)


def _laid_out(roots: Integers, rows: Sequence[Row], wish: Wish) -> Histories:
    owner = np.array([row[0] for row in rows], dtype=np.int64)
    at = np.array([row[2] for row in rows], dtype=np.int64)
    received = np.array([row[3] for row in rows], dtype=np.int64)
    codes: dict[str, int] = {}
    kind = [codes.setdefault(row[1], len(codes)) for row in rows]
    offsets = np.concatenate((np.searchsorted(owner, roots), [owner.size])).astype(np.int64)
    columns = Columns(
        offsets=offsets,
        kind=np.array(kind, dtype=np.int16),
        at=at,
        day=days_of(at, wish.zone).astype(np.int32),
        kinds=tuple(codes),
        is_interaction=_marks(codes, wish.interactions),
        properties=lay_out([_properties(row[4]) for row in rows], wish.properties)
        if wish.properties
        else {},
        facts={},
        tags={},
        zone=wish.zone,
    )
    return Histories(roots, columns, _last(received, offsets))


def _properties(text: str) -> dict[str, PropertyValue]:
    return {} if text == _NONE else _decode(text)


def _marks(kinds: Iterable[str], interactions: Collection[str]) -> np.ndarray:
    return np.array([kind in interactions for kind in kinds], dtype=np.bool_)


def _last(received: Integers, offsets: Integers) -> Integers:
    found = np.zeros(offsets.size - 1, dtype=np.int64)
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    if filled.size:
        found[filled] = np.maximum.reduceat(received, offsets[:-1][filled])
    return found
