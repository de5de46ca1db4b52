"""Many new persons at once: the rows that a unit of work would write, made without one.

Ids, keys and seals are asked for together, and each table is written with one
statement per chunk (:meth:`Transaction.insert_set`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from domain.identity.facts import with_facts
from domain.lead import Lead
from domain.person import Attribute, Identity, Person, Source
from domain.values import ContactKey, IdentityKind, PersonId
from storage.moments import from_micros, to_micros
from storage.repositories.leads import LEAD_COLUMNS, lead_cells
from storage.repositories.person_rows import CLEAR_KINDS, TAIL_KIND, Fact
from storage.vault import KEY_BYTES

if TYPE_CHECKING:
    from storage.ids import IdSource
    from storage.protocols import Transaction
    from storage.vault import Vault

Cells = tuple[object, ...]
Sealer = Callable[[bytes], bytes]
#: A person as :func:`with_facts` wants one; when they came is not asked.
_ANY = from_micros(0)
_FACTS = msgspec.json.Decoder(dict[str, Fact])
_encode = msgspec.json.Encoder().encode

_PERSON = (
    "id", "root_id", "name", "attributes", "evidence", "company_id", "opted_out_at", "created_at",
    "version",
)  # fmt: skip
_IDENTITY = (
    "id", "person_id", "kind", "lookup", "tail", "value", "sealed", "is_verified", "source",
    "since",
)  # fmt: skip
_EVENT = (
    "id", "person_id", "kind", "event_at", "received_at", "source_sequence", "dedupe_key",
    "properties", "sealed_text",
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


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event of a new person, without properties or text of its own."""

    kind: str
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """The rows of one new person with one lead."""

    lead_id: int
    person: Cells
    key: Cells
    identities: tuple[Cells, ...]
    lead: Cells
    events: tuple[Cells, ...]


def new_person(
    person: Person,
    lookups: Sequence[bytes],
    lead: Lead,
    happened: tuple[Sequence[NewEvent], tuple[int, int]],
    tools: tuple[Vault, IdSource],
) -> NewPerson:
    """Return the rows of a new person; safe in any thread.

    ``lookups`` are the blind indexes of the identities, ``happened`` the events with
    the moments (µs) at which they happened and were received.
    """
    vault, ids = tools
    events, (at, received_at) = happened
    data_key = os.urandom(KEY_BYTES)
    seal = vault.sealer(person.id, data_key)
    created_at = to_micros(person.created_at)
    facts = _written(person.attributes)
    row = (person.id, person.id, person.name, facts, None, None, None, created_at, 1)
    return NewPerson(
        lead_id=lead.id,
        person=row,
        key=(person.id, vault.wrap(data_key)),
        identities=tuple(
            _identity(person.id, identity, lookup, (seal, vault, ids.next()))
            for identity, lookup in zip(person.identities, lookups, strict=True)
        ),
        lead=lead_cells(lead),
        events=tuple(
            (ids.next(), person.id, e.kind, at, received_at, 0, e.dedupe_key, "{}", None)
            for e in events
        ),
    )


def _written(facts: Mapping[str, Attribute]) -> str:
    cells = {
        name: (a.value, a.source.value, to_micros(a.set_at), a.confidence)
        for name, a in facts.items()
    }
    return _encode(cells).decode()


def _identity(
    person_id: int, identity: Identity, lookup: bytes, tools: tuple[Sealer, Vault, int]
) -> Cells:
    seal, vault, row_id = tools
    key = identity.key
    is_clear = key.kind in CLEAR_KINDS
    is_phone = key.kind is IdentityKind.PHONE
    return (
        row_id,
        person_id,
        key.kind.value,
        lookup,
        vault.blind(TAIL_KIND, key.value[-4:]) if is_phone else None,
        key.value if is_clear else "",
        None if is_clear else seal(key.value.encode()),
        identity.is_verified,
        identity.source.value,
        to_micros(identity.since),
    )


@dataclass(slots=True)
class Bulk:
    """Rows of one chunk, by table."""

    people: list[Cells] = field(default_factory=list)
    keys: list[Cells] = field(default_factory=list)
    identities: list[Cells] = field(default_factory=list)
    leads: list[Cells] = field(default_factory=list)
    lead_ids: list[int] = field(default_factory=list)
    events: list[Cells] = field(default_factory=list)
    facts: list[Cells] = field(default_factory=list)

    def take(self, new: NewPerson) -> None:
        """Let a new person be written."""
        self.people.append(new.person)
        self.keys.append(new.key)
        self.identities += new.identities
        self.leads.append(new.lead)
        self.lead_ids.append(new.lead_id)
        self.events += new.events

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
            self.facts.append((holder.person_id, _written(better.attributes), better.name))
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


async def holders(tx: Transaction, lookups: Mapping[bytes, ContactKey]) -> dict[ContactKey, Holder]:
    """Return who holds which of the keys behind blind indexes."""
    rows = await tx.fetch(
        "select i.lookup, p.id, p.root_id, p.name, p.attributes, p.evidence is null as is_plain"
        f" from identity i join person p on p.id = i.person_id where {tx.any_of('i.kind', 1)}"
        f" and {tx.any_of('i.lookup', 2)}",
        tx.array(sorted({key.kind.value for key in lookups.values()})),
        tx.array(lookups),
    )
    found: dict[ContactKey, Holder] = {}
    for row in rows:
        facts = None
        if row["root_id"] == row["id"] and row["is_plain"]:
            facts = {
                name: Attribute(f.value, Source(f.source), from_micros(f.set_at), f.confidence)
                for name, f in _FACTS.decode(row["attributes"]).items()
            }
        holder = Holder(PersonId(row["id"]), facts, row["name"])
        found[lookups[bytes(row["lookup"])]] = holder
    return found


async def known_events(tx: Transaction, dedupe_keys: Sequence[str]) -> frozenset[str]:
    """Return which of these keys stand with an event already."""
    rows = await tx.fetch(
        f"select dedupe_key from event where {tx.any_of('dedupe_key', 1)}", tx.array(dedupe_keys)
    )
    return frozenset(row["dedupe_key"] for row in rows)
