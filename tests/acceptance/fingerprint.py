"""Everything Clew knows and said, as lines that two runs can be compared by.

Ids and codes are drawn anew in every run: each gives way to the name of what it
stands for. All the rest, moments of the story's clock included, must be equal.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from bot.simulator.world.windows import Message
from domain.person import Source
from domain.values import PersonId
from storage.bodies import decode_body
from storage.moments import from_micros
from storage.repositories.bases import phase_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.demo import Demo
    from domain.lead import Lead
    from domain.person import Person
    from storage.database import Row, Transaction
    from storage.unit_of_work import UnitOfWork

#: Section → its lines, sorted, so that order counts only where a line says so.
Fingerprint = dict[str, list[str]]

_NUMBER = re.compile(r"\d{15,}")
_CODE = re.compile(r"([A-Za-z]+)story\d{6}")
_CAUSE = re.compile(r"\b[0-9a-f]{20}\b")
#: Invisible marks that make equal texts differ on the wire.
_MARKS = str.maketrans("", "", "\u200b\u200c\u200d\ufeff")


async def fingerprint(both: Demo) -> Fingerprint:
    """Read the whole state of service and windows, sealed values opened."""
    store = both.service.parts.store
    async with store.unit_of_work(both.service.parts.clock.now()) as work:
        rows = await work.tx.fetch("select id from person")
        await work.load_people([PersonId(row["id"]) for row in rows])
        reader = _Reader(work, await _names(work))
        found = {
            "people": reader.people(),
            "leads": reader.leads(),
            "events": await reader.events(),
            "pushes": await reader.pushes(),
            **{name: await reader.table(name) for name in _TABLES},
        }
    windows = both.sim.world.windows.conversations
    for name in windows:
        found[f"window {name}"] = [reader.seen(message) for message in both.sim.messages(name)]
    return found


def differences(left: Fingerprint, right: Fingerprint) -> list[str]:
    """Return each line that only one of the two has, with its section and side."""
    found = []
    for section in sorted(left.keys() | right.keys()):
        here, there = Counter(left.get(section, [])), Counter(right.get(section, []))
        found += [f"{section} left: {line}" for line in (here - there).elements()]
        found += [f"{section} right: {line}" for line in (there - here).elements()]
        if here == there and left.get(section) != right.get(section):
            found.append(f"{section}: the same lines in another order")
    return found


#: Plain tables: what is compared of each; sealed columns are opened or left out.
_TABLES = {
    "ownership": (
        "select lead_id, assignment, from_owner, to_owner, from_pool, to_pool, reason, actor, at"
        " from ownership"
    ),
    "timer": "select kind, subject_id, due_at, payload, state from timer",
    "note": "select lead_id, userid, at from note",
    "audit": "select userid, command, result, at from audit",
    "access_log": "select userid, person_id, what, via, at from access_log",
    "review": "select kind, person_id, other_id, reason, state from review",
    "merge_link": "select from_id, to_id, reason from merge_link",
    "customer_group": "select chat_id, name, owner from customer_group where not is_dismissed",
    "rep_day": "select userid, day, used from rep_day",
    "unknown_update": "select source, kind from unknown_update",
    "send_ledger": "select account, receiver, endpoint, sent_at from send_ledger",
}


@dataclass
class _Reader:
    """Turns what one unit of work sees into lines."""

    work: UnitOfWork
    names: dict[str, str]

    @property
    def _tx(self) -> Transaction:
        return self.work.tx

    def people(self) -> list[str]:
        return self._lines(
            [person.name, len(self.work.people.group(person.id)), _known_of(person)]
            for person in self._roots()
        )

    def leads(self) -> list[str]:
        return self._lines(
            [self.work.people.root(lead.person_id).name, _standing_of(lead)]
            for lead in self._leads()
        )

    async def events(self) -> list[str]:
        rows = await self._tx.fetch(
            "select person_id, kind, event_at, source_sequence, properties, sealed_text from event"
        )
        return self._lines(
            [
                self.names[str(row["person_id"])],
                row["kind"],
                from_micros(row["event_at"]),
                row["source_sequence"],
                row["properties"],
                self._said(row),
            ]
            for row in rows
        )

    def _said(self, row: Row) -> str:
        if row["sealed_text"] is None:
            return ""
        wrapped = self.work.people.data_key(row["person_id"])
        sealed = bytes(row["sealed_text"])
        return self.work.vault.open_for(row["person_id"], wrapped, sealed).decode()

    async def pushes(self) -> list[str]:
        rows = await self._tx.fetch(
            "select id, endpoint, account, receiver, priority, state, due_at, expires_at, sealed,"
            " person_id, lead_id from outbox"
        )
        return self._lines(
            [
                *(row[n] for n in ("endpoint", "account", "receiver", "priority", "state")),
                *(row[n] for n in ("due_at", "expires_at", "person_id", "lead_id")),
                decode_body(
                    self.work.vault.open("outbox", bytes(row["sealed"]), row["id"].to_bytes(8))
                ),
            ]
            for row in rows
        )

    async def table(self, name: str) -> list[str]:
        return self._lines(list(row) for row in await self._tx.fetch(_TABLES[name]))

    def seen(self, message: Message) -> str:
        return self._line([message.sender, message.kind, message.text, message.body, message.at])

    def _roots(self) -> list[Person]:
        people = self.work.people
        return [
            people.whole(person.id) for person in people.loaded() if person.root_id == person.id
        ]

    def _leads(self) -> tuple[Lead, ...]:
        return self.work.leads.of(person.id for person in self.work.people.loaded())

    def _lines(self, values: Iterable[Any]) -> list[str]:
        return sorted(self._line(value) for value in values)

    def _line(self, value: Any) -> str:
        text = msgspec.json.encode(value, order="sorted").decode().translate(_MARKS)
        text = _NUMBER.sub(lambda found: self.names.get(found[0], found[0]), text)
        return _CAUSE.sub("cause", _CODE.sub(r"\1", text))


def _standing_of(lead: Lead) -> Lead:
    # The mark is keyed by the lead's id; behind the phase it says nothing that is not compared.
    return replace(lead, version=0, basis_mark=phase_in(lead.basis_mark) or "")


def _known_of(person: Person) -> list[Any]:
    keys = sorted(
        [i.key.kind, i.key.value, i.is_verified, i.source, i.since] for i in person.identities
    )
    relations = sorted(
        [r.userid, r.state, r.since, r.changed_at, r.remark] for r in person.relations
    )
    # When the platform was asked for a fact is no part of the fact.
    facts = {
        name: fact if fact.source is not Source.PLATFORM else fact.value
        for name, fact in person.attributes.items()
    }
    return [keys, relations, facts, person.learners, person.opted_out_at]


async def _names(work: UnitOfWork) -> dict[str, str]:
    """Return what each id of the run stands for."""
    names = {str(p.id): f"<{work.people.root(p.id).name}>" for p in work.people.loaded()}
    for lead in work.leads.of(person.id for person in work.people.loaded()):
        of = work.people.root(lead.person_id).name
        names[str(lead.id)] = f"<lead of {of} {lead.product_line} {lead.kind} {lead.cycle}>"
    for row in await work.tx.fetch("select id, userid, due_at from reminder"):
        names[str(row["id"])] = f"<reminder of {row['userid']} {from_micros(row['due_at'])}>"
    return names
