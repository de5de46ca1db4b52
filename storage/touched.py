"""Whom a unit of work has touched, and with what: asked again and again as it goes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.lead import Lead
from domain.person import Person
from domain.values import LeadId, PersonId

if TYPE_CHECKING:
    from storage.repositories.events import Events
    from storage.repositories.leads import Leads
    from storage.repositories.people import People


@dataclass(slots=True)
class Touch:
    """What is new of a person: kinds of their events, and whether facts of theirs are.

    ``is_joined`` tells that they stand for other people than before.
    """

    kinds: set[str] = field(default_factory=set)
    has_facts: bool = False
    is_joined: bool = False


class Touched:
    """Remembers what it told, and tells the rest."""

    def __init__(self, people: People, leads: Leads, events: Events) -> None:
        """Watch the identity maps of one unit of work."""
        self._people = people
        self._leads = leads
        self._events = events
        self._told_people: dict[PersonId, Person] = {}
        self._told_leads: dict[LeadId, Lead] = {}
        self._told_events = 0

    def take(self) -> Mapping[PersonId, Touch]:
        """Return who was touched since the last time, by root."""
        found: defaultdict[PersonId, Touch] = defaultdict(Touch)
        for event in self._events.added()[self._told_events :]:
            found[self._root(event.person_id)].kinds.add(event.kind)
        for person in self._people.loaded():
            before = self._told_people.get(person.id) or self._people.before(person.id)
            if before is person or before == person:
                continue
            self._told_people[person.id] = person
            touch = found[person.root_id]
            touch.has_facts = True
            touch.is_joined |= person.root_id != (before.root_id if before else person.id)
        for lead in self._leads.changes(self._told_leads):
            found[self._root(lead.person_id)].has_facts = True
        self._told_events = len(self._events.added())
        return found

    def _root(self, person_id: PersonId) -> PersonId:
        return self._people.root(person_id).id
