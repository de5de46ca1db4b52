"""The part of an import that needs no database: reading, normalising, blinding, sealing.

It runs beside the statements of the chunk before, in a thread or in another process.
Every row is made ready as if it were about somebody new; whoever turns out to be known
costs a few seals for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from domain.channels.attribution import Origin
from domain.intake.mapping import Fault, FileMapping, Record, fault_of_line
from domain.intake.rows import RowReader
from domain.lead import Lead, LeadKind, Stage, Touch
from domain.values import LeadId, PersonId
from storage.bulk import Cells, Newcomer, NewPerson, PersonMaker
from storage.moments import from_micros, to_micros
from storage.repositories.leads import lead_cells

if TYPE_CHECKING:
    from domain.channels.placing import Placing
    from storage.ids import Ids
    from storage.vault import Vault

#: Ids of one row: person, lead, two events, four identities. A row that brings more
#: identities (several phones) is taken in by itself.
IDS_PER_ROW = 8
_MOST_KEYS = IDS_PER_ROW - 4
#: Refusal of a channel that neither the rules nor the tree know.
UNKNOWN_CHANNEL = "unknown_channel"
_NOBODY, _NO_LEAD = PersonId(0), LeadId(0)

#: The cells of a row, None where its quotes are not in pairs.
Line = Sequence[str] | None


class ReadyRow(NamedTuple):
    """A row that was read: its place in the chunk, blind indexes, and what is written of it.

    ``new`` is None where the row tells more than a new person with a lead.
    """

    place: int
    blinds: tuple[bytes, ...]
    new: NewPerson | None


@dataclass(slots=True)
class Prepared:
    """A chunk ready for the database; some of its lines are ``faults``.

    ``aliases`` are blind indexes under older master keys, with the present one.
    """

    now: datetime
    rows: list[ReadyRow] = field(default_factory=list)
    faults: dict[int, tuple[Fault, ...]] = field(default_factory=dict)
    aliases: dict[bytes, bytes] = field(default_factory=dict)


class Preparer:
    """Makes the chunks of one file ready."""

    def __init__(
        self, mapping: FileMapping, zone: ZoneInfo, placing: Placing, vault: Vault
    ) -> None:
        """Read by ``mapping``; seal and blind with ``vault``."""
        self._mapping = mapping
        self._reader = RowReader(mapping, zone)
        self._placing = placing
        self._vault = vault
        self._has_one_key = len(vault.keys.keys) == 1

    def prepare(
        self, header: Sequence[str], lines: Sequence[Line], ids: Ids, now: datetime
    ) -> Prepared:
        """Read the lines of a chunk and make ready what will be written of them."""
        prepared = Prepared(now)
        beginnings = Beginnings(self._placing, self._mapping.kind)
        maker = PersonMaker(self._vault, ids, to_micros(now))
        width = len(header)
        for place, cells in enumerate(lines):
            if cells is None or len(cells) != width:
                prepared.faults[place] = (fault_of_line(cells),)
                continue
            record = self._reader.read(dict(zip(header, cells, strict=True)), now)
            if isinstance(record, Record) and not beginnings.knows(record.channel):
                record = (Fault(self._mapping.channel, UNKNOWN_CHANNEL),)
            if isinstance(record, Record):
                self._take(prepared, place, record, (beginnings, maker))
            else:
                prepared.faults[place] = record
        return prepared

    def _take(
        self,
        prepared: Prepared,
        place: int,
        record: Record,
        tools: tuple[Beginnings, PersonMaker],
    ) -> None:
        beginnings, maker = tools
        blind = self._vault.blind
        blinds = tuple([blind(key.kind, key.value) for key in record.keys])
        if not self._has_one_key:
            for key, present in zip(record.keys, blinds, strict=True):
                every = self._vault.blinds(key.kind, key.value).values()
                prepared.aliases.update((one, present) for one in every if one != present)
        new = None
        is_plain = not (record.events or record.has_opted_out or record.made_up)
        if is_plain and len(record.keys) <= _MOST_KEYS:
            new = maker.make(self._newcomer(record, blinds, beginnings))
        prepared.rows.append(ReadyRow(place, blinds, new))

    def _newcomer(
        self, record: Record, blinds: Sequence[bytes], beginnings: Beginnings
    ) -> Newcomer:
        at = to_micros(record.at)
        line, lead = beginnings.of(record.channel, at)
        head, tail = key_parts(record, self._mapping)
        return Newcomer(
            record.keys, blinds, record.name, record.attributes, lead, line, head, tail, at
        )


class Beginnings:
    """How leads begin, by channel and moment: most rows of a file share them."""

    def __init__(self, placing: Placing, kind: LeadKind = LeadKind.SALES) -> None:
        """Place words by the rules of channels; all leads are of one kind."""
        self._placing = placing
        self._kind = kind
        #: What people wrote → whether it means a channel, its code, its line.
        self._channels: dict[str, tuple[bool, str, str]] = {}
        self._leads: dict[tuple[str, int], tuple[str, Cells]] = {}

    def knows(self, raw: str) -> bool:
        """Tell whether a word means a channel; no word is no mistake."""
        return self._channel(raw)[0]

    def of(self, raw: str, at: int) -> tuple[str, Cells]:
        """Return product line and cells of a lead that came at a moment (µs)."""
        found = self._leads.get((raw, at))
        if found is None:
            _, code, line = self._channel(raw)
            touch = Touch(code, raw, from_micros(at))
            lead = Lead(
                id=_NO_LEAD,
                person_id=_NOBODY,
                product_line=line,
                kind=self._kind,
                created_at=touch.at,
                stage=Stage.GENERATED,
                first_touch=touch,
                last_touch=touch,
            )
            found = self._leads[(raw, at)] = line, lead_cells(lead)
        return found

    def _channel(self, raw: str) -> tuple[bool, str, str]:
        found = self._channels.get(raw)
        if found is None:
            is_known = not raw or self._placing.knows_channel(Origin.IMPORT, raw)
            code = self._placing.touch(Origin.IMPORT, raw, from_micros(0)).channel
            found = is_known, code, self._placing.product_line(code)
            self._channels[raw] = found
        return found


def key_head(mapping: FileMapping) -> str:
    """Return how the keys of the rows of a file begin: who was sold to may be renewed later."""
    kind = "" if mapping.kind is LeadKind.SALES else f"#{mapping.kind.value}"
    return f"import:{mapping.source}{kind}:"


def key_parts(record: Record, mapping: FileMapping) -> tuple[str, str | None]:
    """Return the key of the event that a row makes, once: what stands before and behind the person.

    The second is None where the key names no person. It never holds a phone or e-mail.
    """
    head = key_head(mapping)
    if record.uid:
        return f"{head}{record.uid}", None
    return head, f"@{to_micros(record.at)}" if record.is_dated else ""


def event_key(record: Record, person_id: PersonId, mapping: FileMapping) -> str:
    """Return the key of the event that a row about a person makes, once."""
    head, tail = key_parts(record, mapping)
    return head if tail is None else f"{head}{person_id}{tail}"
