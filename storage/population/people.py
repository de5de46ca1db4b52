"""What is known of many persons and their leads, without anything that is sealed.

Facts ask which kinds of identities somebody has, not for their values, so nothing is
opened. The values are good for facts alone: they must never be saved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.person import Person
from domain.tags.tagging import Tagging, TagValue, joined
from domain.values import PersonId
from storage.population.whose import Whose, condition
from storage.repositories.leads import lead_of
from storage.repositories.people import together
from storage.repositories.person_rows import Children, PersonRows
from storage.repositories.tags import tagging_of

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Row, Transaction
    from storage.vault import Vault

_PERSON = (
    "p.id, p.root_id, p.created_at, p.name, p.attributes, null as evidence, p.company_id,"
    " p.opted_out_at, p.version"
)
_BELOW = {
    "identity": "c.person_id, c.kind, '' as value, null as sealed, c.is_verified, c.source,"
    " c.since",
    "relation": "c.person_id, c.userid, c.state, c.since, c.changed_at, '' as remark,"
    " '' as tag_ids",
    "learner": "c.person_id, c.name, c.grade, c.age, c.subject",
}


class Read:
    """Reads persons and leads in one snapshot."""

    def __init__(self, tx: Transaction, vault: Vault, ids: Ids) -> None:
        """Belong to one transaction; nothing is opened by ``vault`` and named by ``ids``."""
        self._tx = tx
        self._rows = PersonRows(vault, ids)

    async def people(self, whose: Whose) -> dict[PersonId, Person]:
        """Return by root what is known of whole merge groups; who may write holds the rows."""
        where, args = condition(self._tx, whose)
        rows = await self._tx.fetch(
            f"select {_PERSON} from person p where {where} order by p.id{self._tx.for_update('p')}",
            *args,
        )
        identities, relations, learners = [await self._below(whose, table) for table in _BELOW]
        groups: defaultdict[PersonId, list[Person]] = defaultdict(list)
        for row in rows:
            key = row["id"]
            children = Children(
                identities.get(key, ()), relations.get(key, ()), learners.get(key, ())
            )
            person = self._rows.person(row, children, b"")
            group = groups[person.root_id]
            group.insert(0 if person.id == person.root_id else len(group), person)
        return {root: together(*group) for root, group in groups.items()}

    async def _below(self, whose: Whose, table: str) -> dict[int, list[Row]]:
        where, args = condition(self._tx, whose)
        rows = await self._tx.fetch(
            f"select {_BELOW[table]} from person p join {table} c on c.person_id = p.id"
            f" where {where} order by c.id",
            *args,
        )
        found: dict[int, list[Row]] = {}
        for row in rows:
            found.setdefault(row["person_id"], []).append(row)
        return found

    async def leads(self, whose: Whose) -> dict[PersonId, list[Lead]]:
        """Return by root all leads of whole merge groups, oldest first."""
        where, args = condition(self._tx, whose)
        rows = await self._tx.fetch(
            f"select p.root_id, l.* from person p join lead l on l.person_id = p.id"
            f" where {where} order by l.created_at, l.id{self._tx.for_update('l')}",
            *args,
        )
        found: defaultdict[PersonId, list[Lead]] = defaultdict(list)
        for row in rows:
            found[PersonId(row["root_id"])].append(lead_of(row))
        return found

    async def tags(
        self, whose: Whose, names: Collection[str] | None = None
    ) -> dict[PersonId, Taggings]:
        """Return by root the tags of whole merge groups; of some names, or all of them."""
        where, args = condition(self._tx, whose)
        if names is not None:
            where = f"{where} and {self._tx.any_of('t.name', len(args) + 1)}"
            args = (*args, self._tx.array(sorted(names)))
        rows = await self._tx.fetch(
            f"select p.root_id, t.* from person p join tagging t on t.person_id = p.id"
            f" where {where} order by p.root_id, p.id",
            *args,
        )
        groups: defaultdict[PersonId, dict[PersonId, dict[str, Tagging]]] = defaultdict(dict)
        for row in rows:
            tagging = tagging_of(row)
            group = groups[PersonId(row["root_id"])]
            group.setdefault(tagging.person_id, {})[tagging.name] = tagging
        return {root: _taggings(root, group) for root, group in groups.items()}


@dataclass(frozen=True, slots=True)
class Taggings:
    """The tags that stand at a root, and the values of all that its group has."""

    own: Mapping[str, Tagging]
    values: Mapping[str, TagValue]


NO_TAGGINGS = Taggings({}, {})


def _taggings(root: PersonId, group: Mapping[PersonId, Mapping[str, Tagging]]) -> Taggings:
    own = group.get(root, {})
    others = [tags for member, tags in group.items() if member != root]
    whole = joined([own, *others])
    return Taggings(own, {name: tagging.value for name, tagging in whole.items()})
