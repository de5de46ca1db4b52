"""Persons of one unit of work: loaded in sets, changed in memory, saved in sets.

The map holds whole groups: when a person was merged into another, both are
loaded and :meth:`People.root` answers with the one that speaks for the group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from domain.changing import replace
from domain.identity.facts import with_facts
from domain.person import Identity, Learner, Person, Relation
from domain.values import ContactKey, PersonId
from storage.repositories.person_rows import (
    INSERT_DATA_KEY,
    REINDEX_IDENTITY,
    UPSERT_IDENTITY,
    UPSERT_LEARNER,
    UPSERT_PERSON,
    UPSERT_RELATION,
    Cells,
    Children,
    PersonRows,
    forget_identities,
)

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids
    from storage.vault import Vault

Part = TypeVar("Part")


class People:
    """Identity map and rows of persons, identities, relations and learners."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids) -> None:
        """Belong to one transaction."""
        self._tx = tx
        self._vault = vault
        self._rows = PersonRows(vault, ids)
        self._saved: dict[PersonId, Person] = {}
        self._now: dict[PersonId, Person] = {}
        #: Root → everybody who was found to be that person.
        self._groups: defaultdict[PersonId, set[PersonId]] = defaultdict(set)
        self._wrapped: dict[PersonId, bytes] = {}
        self._holders: dict[ContactKey, PersonId] = {}
        self._asked: set[ContactKey] = set()
        self._released: list[ContactKey] = []

    # ------------------------------------------------------------------ look

    def get(self, person_id: PersonId) -> Person:
        """Return a loaded person as they stand now."""
        return self._now[person_id]

    def root(self, person_id: PersonId) -> Person:
        """Return the person that speaks for this one's merge group."""
        return self._now[self._now[person_id].root_id]

    def group(self, person_id: PersonId) -> tuple[Person, ...]:
        """Return everyone who was found to be this person, the root first."""
        root = self._now[person_id].root_id
        members = self._groups[root]
        if len(members) == 1:  # nearly everybody, and asked several times per update
            return (self._now[root],)
        ordered = sorted(members, key=lambda member: (member != root, member))
        return tuple(self._now[member] for member in ordered)

    def whole(self, person_id: PersonId) -> Person:
        """Return the root with everything that is known of the whole merge group."""
        return together(*self.group(person_id))

    def holder(self, key: ContactKey) -> Person | None:
        """Return the person whose identity ``key`` is, as they came in.

        Raises:
            LookupError: the key was neither loaded (:meth:`load`) nor added here.
        """
        if key not in self._asked and key not in self._holders:
            message = f"contact key of kind {key.kind} was not loaded; await work.people.load first"
            raise LookupError(message)
        found = self._holders.get(key)
        return None if found is None else self._now[found]

    def before(self, person_id: PersonId) -> Person | None:
        """Return a person as they were loaded, None for a new one."""
        return self._saved.get(person_id)

    def loaded(self) -> tuple[Person, ...]:
        """Return every person of this unit of work."""
        return tuple(self._now.values())

    def data_key(self, person_id: PersonId) -> bytes:
        """Return the wrapped data key of a loaded person."""
        return self._wrapped[person_id]

    # ------------------------------------------------------------------ change

    def add(self, person: Person) -> Person:
        """Take in a new person."""
        self._wrapped[person.id] = self._vault.new_data_key()
        return self.put(person)

    def release(self, key: ContactKey) -> None:
        """Let a loaded identity lead to nobody; its next mention begins a new person."""
        person = self._now[self._holders.pop(key)]
        kept = tuple(identity for identity in person.identities if identity.key != key)
        self._now[person.id] = replace(person, identities=kept)
        self._released.append(key)

    def put(self, person: Person) -> Person:
        """Replace the present value of a person."""
        before = self._now.get(person.id)
        if before is not None and before.root_id != person.root_id:
            self._groups[before.root_id].discard(person.id)
        self._groups[person.root_id].add(person.id)
        self._now[person.id] = person
        for identity in person.identities:
            self._holders.setdefault(identity.key, person.id)
        return person

    # ------------------------------------------------------------------ load

    async def load(
        self, keys: Iterable[ContactKey], person_ids: Iterable[PersonId] = ()
    ) -> Sequence[PersonId]:
        """Load, with their whole merge groups, all holders of ``keys`` and ``person_ids``.

        Returns who was not loaded before. On PostgreSQL the keys are locked
        first (in a fixed order), so that two workers never create the same
        person, and then the rows, in id order.
        """
        wanted = [k for k in dict.fromkeys(keys) if k not in self._asked]
        self._asked.update(wanted)
        lookups = [b for k in wanted for b in self._vault.blinds(k.kind, k.value).values()]
        await self._tx.lock_keys(lookups)
        ids = set(person_ids) - self._now.keys()
        if lookups:
            rows = await self._tx.fetch(
                # The kind comes first in the index: without it all of it would be read.
                f"select person_id from identity where {self._tx.any_of('kind', 1)}"
                f" and {self._tx.any_of('lookup', 2)}",
                self._tx.array(sorted({key.kind.value for key in wanted})),
                self._tx.array(lookups),
            )
            ids |= {PersonId(row["person_id"]) for row in rows} - self._now.keys()
        return await self._load_groups(sorted(ids)) if ids else ()

    async def _load_groups(self, ids: Sequence[PersonId]) -> Sequence[PersonId]:
        roots = await self._tx.fetch(
            f"select distinct root_id from person where {self._tx.any_of('id', 1)}",
            self._tx.array(list(ids)),
        )
        people = await self._tx.fetch(
            "select p.*, k.wrapped from person p join data_key k on k.person_id = p.id"
            f" where {self._tx.any_of('p.root_id', 1)} order by p.id{self._tx.for_update('p')}",
            self._tx.array(sorted(row["root_id"] for row in roots)),
        )
        fresh = [row for row in people if row["id"] not in self._now]
        members = self._tx.array([row["id"] for row in fresh])
        identities, relations, learners = [
            await self._below(table, members) for table in ("identity", "relation", "learner")
        ]
        for row in fresh:
            key = row["id"]
            children = Children(identities[key], relations[key], learners[key])
            self._take(row, children)
        return [PersonId(row["id"]) for row in fresh]

    async def _below(self, table: str, members: object) -> defaultdict[int, list[Row]]:
        rows = await self._tx.fetch(
            f"select * from {table} where {self._tx.any_of('person_id', 1)} order by id", members
        )
        grouped: defaultdict[int, list[Row]] = defaultdict(list)
        for row in rows:
            grouped[row["person_id"]].append(row)
        return grouped

    def _take(self, row: Row, children: Children) -> None:
        wrapped = bytes(row["wrapped"])
        person = self._rows.person(row, children, wrapped)
        self._wrapped[person.id] = wrapped
        self._saved[person.id] = person
        self.put(person)

    # ------------------------------------------------------------------ save

    async def save(self) -> None:
        """Write every new or changed person, in sets."""
        await forget_identities(self._tx, self._vault, self._released)
        changed = [p for p in self._now.values() if self._saved.get(p.id) != p]
        rows, keys = self._rows, self._wrapped
        await self._write(
            INSERT_DATA_KEY, [(p.id, keys[p.id]) for p in changed if p.id not in self._saved]
        )
        await self._write(UPSERT_PERSON, [rows.person_cells(p, keys[p.id]) for p in changed])
        identities = list(self._fresh(changed, _identities))
        await self._write(REINDEX_IDENTITY, [c for _, x in identities for c in rows.stale_cells(x)])
        await self._write(
            UPSERT_IDENTITY, [rows.identity_cells(i, x, keys[i]) for i, x in identities]
        )
        await self._write(
            UPSERT_RELATION,
            [rows.relation_cells(i, x) for i, x in self._fresh(changed, _relations)],
        )
        await self._write(
            UPSERT_LEARNER, [rows.learner_cells(i, x) for i, x in self._fresh(changed, _learners)]
        )
        for person in changed:
            saved = replace(person, version=person.version + 1)
            self._saved[person.id] = self._now[person.id] = saved

    def _fresh(
        self, changed: Iterable[Person], part: Callable[[Person], tuple[Part, ...]]
    ) -> Iterator[tuple[PersonId, Part]]:
        """Yield the parts of changed persons that differ from what was loaded."""
        for person in changed:
            before = self._saved.get(person.id)
            known = set(part(before)) if before else set()
            yield from ((person.id, one) for one in part(person) if one not in known)

    async def _write(self, statement: str, cells: Sequence[Cells]) -> None:
        if cells:
            await self._tx.execute_set(statement, cells)


def together(root: Person, *others: Person) -> Person:
    """Return a root with everything that is known of the others of its merge group."""
    for other in others:
        root = _with(root, other)
    return root


def _with(root: Person, other: Person) -> Person:
    root = with_facts(root, other.attributes)
    return replace(
        root,
        identities=root.identities + other.identities,
        relations=root.relations + other.relations,
        learners=root.learners + other.learners,
        opted_out_at=min(filter(None, (root.opted_out_at, other.opted_out_at)), default=None),
    )


def _identities(person: Person) -> tuple[Identity, ...]:
    return person.identities


def _relations(person: Person) -> tuple[Relation, ...]:
    return person.relations


def _learners(person: Person) -> tuple[Learner, ...]:
    return person.learners
