"""Persons as rows, and rows as persons; what is personal is sealed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from domain.person import (
    Attribute,
    Identity,
    Learner,
    Person,
    Relation,
    RelationState,
    Source,
)
from domain.values import PLATFORM_KINDS, ContactKey, IdentityKind, PersonId, UserId
from storage.moments import from_micros, micros_or_none, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids
    from storage.vault import Vault

#: Kinds whose values are stored in clear: ids that mean nothing outside the platform.
CLEAR_KINDS = PLATFORM_KINDS | {IdentityKind.UID}

#: Kind of the blind index over the last four digits of a phone.
TAIL_KIND = "phone_tail"

Cells = tuple[object, ...]


class Fact(msgspec.Struct, array_like=True):
    """An attribute in its row: value, source, set_at (µs), confidence."""

    value: str
    source: str
    set_at: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Children:
    """The rows below one person."""

    identities: Sequence[Row]
    relations: Sequence[Row]
    learners: Sequence[Row]


class PersonRows:
    """Maps both ways; a person's data key comes along wrapped."""

    def __init__(self, vault: Vault, ids: Ids) -> None:
        """Seal with ``vault``, name rows by ``ids``."""
        self._vault = vault
        self._ids = ids

    def person(self, row: Row, children: Children, wrapped: bytes) -> Person:
        """Return the person of a row and of the rows below it."""
        person_id = PersonId(row["id"])
        return Person(
            id=person_id,
            root_id=PersonId(row["root_id"]),
            created_at=from_micros(row["created_at"]),
            name=row["name"],
            attributes=self._attributes(person_id, row, wrapped),
            identities=tuple(self._identity(person_id, r, wrapped) for r in children.identities),
            relations=tuple(map(_relation, children.relations)),
            learners=tuple(
                Learner(name=r["name"], grade=r["grade"], age=r["age"], subject=r["subject"])
                for r in children.learners
            ),
            company_id=row["company_id"],
            opted_out_at=moment_or_none(row["opted_out_at"]),
            version=row["version"],
        )

    def _attributes(self, person_id: PersonId, row: Row, wrapped: bytes) -> dict[str, Attribute]:
        facts = msgspec.json.decode(row["attributes"], type=dict[str, Fact])
        evidence: dict[str, str] = {}
        if row["evidence"] is not None:
            opened = self._vault.open_for(person_id, wrapped, bytes(row["evidence"]))
            evidence = msgspec.json.decode(opened, type=dict[str, str])
        return {
            name: Attribute(
                value=fact.value,
                source=Source(fact.source),
                set_at=from_micros(fact.set_at),
                confidence=fact.confidence,
                evidence=evidence.get(name, ""),
            )
            for name, fact in facts.items()
        }

    def _identity(self, person_id: PersonId, row: Row, wrapped: bytes) -> Identity:
        value = row["value"]
        if row["sealed"] is not None:
            value = self._vault.open_for(person_id, wrapped, bytes(row["sealed"])).decode()
        return Identity(
            key=ContactKey(IdentityKind(row["kind"]), value),
            is_verified=bool(row["is_verified"]),
            source=Source(row["source"]),
            since=from_micros(row["since"]),
        )

    def person_cells(self, person: Person, wrapped: bytes) -> Cells:
        """Return the arguments of :data:`UPSERT_PERSON`."""
        facts = {
            name: Fact(a.value, a.source, to_micros(a.set_at), a.confidence)
            for name, a in person.attributes.items()
        }
        evidence = {n: a.evidence for n, a in person.attributes.items() if a.evidence}
        sealed = None
        if evidence:
            sealed = self._vault.seal_for(person.id, wrapped, msgspec.json.encode(evidence))
        return (
            person.id,
            person.root_id,
            person.name,
            msgspec.json.encode(facts).decode(),
            sealed,
            person.company_id,
            micros_or_none(person.opted_out_at),
            to_micros(person.created_at),
            person.version + 1,
        )

    def identity_cells(self, person_id: PersonId, identity: Identity, wrapped: bytes) -> Cells:
        """Return the arguments of :data:`UPSERT_IDENTITY`."""
        key = identity.key
        is_clear = key.kind in CLEAR_KINDS
        is_phone = key.kind is IdentityKind.PHONE
        sealed = None
        if not is_clear:
            sealed = self._vault.seal_for(person_id, wrapped, key.value.encode())
        return (
            self._ids.next(),
            person_id,
            key.kind.value,
            self._vault.blind(key.kind, key.value),
            self._vault.blind(TAIL_KIND, key.value[-4:]) if is_phone else None,
            key.value if is_clear else "",
            sealed,
            identity.is_verified,
            identity.source.value,
            to_micros(identity.since),
        )

    def stale_cells(self, identity: Identity) -> list[Cells]:
        """Return the arguments of :data:`REINDEX_IDENTITY`: one per older master key."""
        key = identity.key
        present, *stale = self._vault.blinds(key.kind, key.value).values()
        is_phone = stale and key.kind is IdentityKind.PHONE
        tail = self._vault.blind(TAIL_KIND, key.value[-4:]) if is_phone else None
        return [(key.kind.value, lookup, present, tail) for lookup in stale]

    def relation_cells(self, person_id: PersonId, relation: Relation) -> Cells:
        """Return the arguments of :data:`UPSERT_RELATION`."""
        return (
            self._ids.next(),
            person_id,
            relation.userid,
            relation.state.value,
            to_micros(relation.since),
            to_micros(relation.changed_at),
            relation.remark,
            " ".join(relation.tag_ids),
        )

    def learner_cells(self, person_id: PersonId, learner: Learner) -> Cells:
        """Return the arguments of :data:`UPSERT_LEARNER`."""
        return (
            self._ids.next(),
            person_id,
            learner.name,
            learner.grade,
            learner.age,
            learner.subject,
        )


def _relation(row: Row) -> Relation:
    return Relation(
        userid=UserId(row["userid"]),
        state=RelationState(row["state"]),
        since=from_micros(row["since"]),
        changed_at=from_micros(row["changed_at"]),
        remark=row["remark"],
        tag_ids=tuple(row["tag_ids"].split()),
    )


async def forget_identities(tx: Transaction, vault: Vault, keys: list[ContactKey]) -> None:
    """Delete the rows of identities that lead to nobody any more, and empty the list."""
    for key in keys:
        await tx.execute(
            f"delete from identity where kind = $2 and {tx.any_of('lookup', 1)}",
            tx.array(vault.blinds(key.kind, key.value).values()),
            key.kind.value,
        )
    keys.clear()


INSERT_DATA_KEY = "insert into data_key (person_id, wrapped) values ($1, $2)"

UPSERT_PERSON = """
insert into person (id, root_id, name, attributes, evidence, company_id, opted_out_at,
                    created_at, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do update set
  root_id = excluded.root_id, name = excluded.name, attributes = excluded.attributes,
  evidence = excluded.evidence, company_id = excluded.company_id,
  opted_out_at = excluded.opted_out_at, version = excluded.version
"""

# Before an upsert: what was indexed under another master key would not meet it.
REINDEX_IDENTITY = """
update identity set lookup = $3, tail = $4 where kind = $1 and lookup = $2
"""

UPSERT_IDENTITY = """
insert into identity (id, person_id, kind, lookup, tail, value, sealed, is_verified, source, since)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (kind, lookup) do update set
  is_verified = excluded.is_verified, source = excluded.source, since = excluded.since
where identity.person_id = excluded.person_id
"""

UPSERT_RELATION = """
insert into relation (id, person_id, userid, state, since, changed_at, remark, tag_ids)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (person_id, userid) do update set
  state = excluded.state, since = excluded.since, changed_at = excluded.changed_at,
  remark = excluded.remark, tag_ids = excluded.tag_ids
"""

UPSERT_LEARNER = """
insert into learner (id, person_id, name, grade, age, subject)
values ($1, $2, $3, $4, $5, $6)
on conflict (person_id, name) do update set
  grade = excluded.grade, age = excluded.age, subject = excluded.subject
"""
