"""Many new persons at once: the rows that a unit of work would write, made without one.

Ids, keys and seals are asked for together, and each table is written with one
statement per chunk (:meth:`Transaction.insert_set`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from domain.identity.facts import with_facts
from domain.person import Attribute, Person, Source
from domain.values import ContactKey, IdentityKind, PersonId
from storage.moments import from_micros, to_micros
from storage.repositories.leads import LEAD_COLUMNS
from storage.repositories.person_rows import CLEAR_KINDS, TAIL_KIND, Fact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from storage.ids import Ids
    from storage.protocols import Row, Transaction
    from storage.vault import Vault

Cells = tuple[object, ...]
IMPORT = Source.IMPORT.value
#: A person as :func:`with_facts` wants one; when they came is not asked.
_ANY = from_micros(0)
_FACTS = msgspec.json.Decoder(dict[str, Fact])
_encode = msgspec.json.Encoder().encode

#: What is not named is null.
_PERSON = ("id", "root_id", "name", "attributes", "created_at", "version")
_IDENTITY = (
    "id", "person_id", "kind", "lookup", "tail", "value", "sealed", "is_verified", "source",
    "since",
)  # fmt: skip
_EVENT = (
    "id", "person_id", "kind", "event_at", "received_at", "source_sequence", "dedupe_key",
    "properties",
)  # fmt: skip
_UPDATE_FACTS = """
update person set attributes = $2, name = $3, version = version + 1 where id = $1
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an identity: as they came in, and what is known of them, if it is simple.

    ``facts`` is None when only a unit of work can add to them: they were merged into
    somebody else, or sentences are kept as evidence.
    """

    person_id: PersonId
    facts: Mapping[str, Attribute] | None
    name: str


@dataclass(slots=True)
class Newcomer:
    """Who is new: identities with their blind indexes, what is known, the lead as it begins.

    ``lead`` are cells of :data:`LEAD_COLUMNS` whose first two, lead and person, are not
    read. Where ``event_tail`` is a text, the person's id stands between it and
    ``event_key`` in the key of the event that brought them. ``at`` is in microseconds.
    """

    keys: Sequence[ContactKey]
    blinds: Sequence[bytes]
    name: str
    facts: Mapping[str, str]
    lead: Cells
    line: str
    event_key: str
    event_tail: str | None
    at: int


#: The rows of one new person with one lead: its id, then person, data key, identities,
#: lead and events. A plain tuple, because many of them go from process to process.
NewPerson = tuple[int, Cells, Cells, tuple[Cells, ...], Cells, tuple[Cells, ...]]


class PersonMaker:
    """Makes the rows of new persons; one thread, any process."""

    def __init__(self, vault: Vault, ids: Ids, received_at: int) -> None:
        """Seal with ``vault``, name rows by ``ids``; events were received at a moment (µs)."""
        self._vault = vault
        self._newcomers = vault.newcomers()
        self._ids = ids
        self._received_at = received_at
        self._tails: dict[str, bytes] = {}

    def make(self, new: Newcomer) -> NewPerson:
        """Return the rows of a new person."""
        take = self._ids.next
        person_id, lead_id = take(), take()
        data_key, wrapped = self._newcomers.data_key()
        at, received_at = new.at, self._received_at
        key, tail = new.event_key, new.event_tail
        key = key if tail is None else f"{key}{person_id}{tail}"
        created = f"lead:{person_id}:{new.line}:1"
        return (
            lead_id,
            (person_id, person_id, new.name, _written(new, at), at, 1),
            (person_id, wrapped),
            tuple(
                self._identity((take(), person_id), one, blind, (data_key, at))
                for one, blind in zip(new.keys, new.blinds, strict=True)
            ),
            (lead_id, person_id, *new.lead[2:]),
            (
                (take(), person_id, "lead_imported", at, received_at, 0, key, "{}"),
                (take(), person_id, "lead_created", at, received_at, 0, created, "{}"),
            ),
        )

    def _identity(
        self, ids: tuple[int, int], key: ContactKey, blind: bytes, sealed: tuple[AESGCM, int]
    ) -> Cells:
        row_id, person_id = ids
        data_key, at = sealed
        kind, value = key.kind, key.value
        is_phone = kind is IdentityKind.PHONE
        if not is_phone and kind in CLEAR_KINDS:
            is_verified = kind is IdentityKind.UID
            return (
                row_id,
                person_id,
                kind.value,
                blind,
                None,
                value,
                None,
                is_verified,
                IMPORT,
                at,
            )
        tail = self._tail(value[-4:]) if is_phone else None
        secret = self._newcomers.seal(data_key, person_id, value.encode())
        return (row_id, person_id, kind.value, blind, tail, "", secret, False, IMPORT, at)

    def _tail(self, digits: str) -> bytes:
        """Return the blind index of four digits; there are ten thousand of them."""
        found = self._tails.get(digits)
        if found is None:
            found = self._tails[digits] = self._vault.blind(TAIL_KIND, digits)
        return found


def _written(new: Newcomer, at: int) -> str:
    facts = {"name": (new.name, IMPORT, at, 1.0)} if new.name else {}
    for name, value in new.facts.items():
        facts[name] = (value, IMPORT, at, 1.0)
    return _encode(facts).decode()


def _rewritten(facts: Mapping[str, Attribute]) -> str:
    cells = {
        name: (a.value, a.source.value, to_micros(a.set_at), a.confidence)
        for name, a in facts.items()
    }
    return _encode(cells).decode()


@dataclass(slots=True)
class Bulk:
    """Rows of one chunk, by table."""

    people: list[Cells] = field(default_factory=list)
    keys: list[Cells] = field(default_factory=list)
    identities: list[Cells] = field(default_factory=list)
    leads: list[Cells] = field(default_factory=list)
    events: list[Cells] = field(default_factory=list)
    facts: list[Cells] = field(default_factory=list)

    def take(self, new: NewPerson) -> None:
        """Let a new person be written."""
        _, person, key, identities, lead, events = new
        self.people.append(person)
        self.keys.append(key)
        self.identities += identities
        self.leads.append(lead)
        self.events += events

    def learned(self, holder: Holder, facts: Mapping[str, Attribute]) -> bool:
        """Take in facts that repeat what is known of somebody; False when one is new.

        Then nothing was taken in: the unit of work has to.
        """
        if holder.facts is None:
            return False
        known = Person(holder.person_id, holder.person_id, _ANY, holder.name, holder.facts)
        better = with_facts(known, facts)
        if {n: a.value for n, a in better.attributes.items()} != {
            n: a.value for n, a in holder.facts.items()
        }:
            return False
        if better is not known:
            self.facts.append((holder.person_id, _rewritten(better.attributes), better.name))
        return True

    async def write(self, tx: Transaction) -> None:
        """Write everything, each table at once."""
        await tx.insert_set("data_key", ("person_id", "wrapped"), self.keys)
        await tx.insert_set("person", _PERSON, self.people)
        await tx.insert_set("identity", _IDENTITY, self.identities)
        await tx.insert_set("lead", LEAD_COLUMNS, self.leads)
        await tx.insert_set("event", _EVENT, self.events)
        # Of two rows about one person the last one holds what both said.
        last = {cells[0]: cells for cells in self.facts}
        if last:
            await tx.execute_set(_UPDATE_FACTS, list(last.values()))


async def holders(
    tx: Transaction, kinds: Collection[str], lookups: Collection[bytes]
) -> dict[bytes, Holder]:
    """Return who holds which of the identities of these kinds, by blind index."""
    rows = await tx.fetch(
        "select i.lookup, p.id, p.root_id, p.name, p.attributes, p.evidence is null as is_plain"
        f" from identity i join person p on p.id = i.person_id where {tx.any_of('i.kind', 1)}"
        f" and {tx.any_of('i.lookup', 2)}",
        tx.array(sorted(kinds)),
        tx.array(lookups),
    )
    return {bytes(row["lookup"]): _holder(row) for row in rows}


def _holder(row: Row) -> Holder:
    facts = None
    if row["root_id"] == row["id"] and row["is_plain"]:
        facts = {
            name: Attribute(f.value, Source(f.source), from_micros(f.set_at), f.confidence)
            for name, f in _FACTS.decode(row["attributes"]).items()
        }
    return Holder(PersonId(row["id"]), facts, row["name"])


async def known_events(tx: Transaction, dedupe_keys: Sequence[str]) -> frozenset[str]:
    """Return which of these keys stand with an event already."""
    rows = await tx.fetch(
        f"select dedupe_key from event where {tx.any_of('dedupe_key', 1)}", tx.array(dedupe_keys)
    )
    return frozenset(row["dedupe_key"] for row in rows)
