"""Which column of a file means what, and what a row read by it is: a record, or faults.

The mapping is data (a TOML file beside the import); :mod:`domain.intake.rows` reads by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from domain.condition import Condition
from domain.lead import LeadKind
from domain.values import ContactKey

NO_IDENTITY = "row_without_identity"
BAD_NUMBER = "not_a_number"
BAD_TIME = "not_a_time"
TIME_AHEAD = "time_ahead"
TOO_FEW = "row_too_short"
TOO_LONG = "too_long"
#: The quotes of a row are not in pairs.
NOT_CSV = "not_csv"


@dataclass(frozen=True, slots=True)
class EventMapping:
    """A row makes an event of ``kind`` if all of ``when`` hold (facts are columns).

    ``properties`` maps a property to the column of its number.
    """

    kind: str
    when: tuple[Condition, ...] = ()
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


#: Fields of a mapping that name one column each.
KEYS = ("uid", "name", "phone", "wechat", "email", "channel", "at")


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What the columns of a file mean; an empty name means that there is no such column.

    ``source`` names the system that the rows come from, whose own id stands in
    ``uid``. Values in ``missing`` say that nothing was chosen. Any condition of
    ``opt_out`` that holds means that the person wants silence. Everybody in the file is a
    lead of one ``kind``.
    """

    source: str
    uid: str = ""
    name: str = ""
    phone: str = ""
    wechat: str = ""
    email: str = ""
    channel: str = ""
    at: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    events: tuple[EventMapping, ...] = ()
    opt_out: tuple[Condition, ...] = ()
    missing: frozenset[str] = frozenset()
    kind: LeadKind = LeadKind.SALES

    @classmethod
    def of(cls, source: str, keys: Mapping[str, str], attributes: Mapping[str, str]) -> FileMapping:
        """Return the mapping of columns by what they mean; ``keys`` hold names of fields."""
        return cls(
            source=source,
            uid=keys.get("uid", ""),
            name=keys.get("name", ""),
            phone=keys.get("phone", ""),
            wechat=keys.get("wechat", ""),
            email=keys.get("email", ""),
            channel=keys.get("channel", ""),
            at=keys.get("at", ""),
            attributes=attributes,
        )

    def columns(self) -> frozenset[str]:
        """Return every column that the mapping reads."""
        named = {self.uid, self.name, self.phone, self.wechat, self.email, self.channel, self.at}
        named.update(self.attributes.values())
        named.update(condition.name for condition in self.opt_out)
        for event in self.events:
            named.update(condition.name for condition in event.when)
            named.update(event.properties.values())
        return frozenset(filter(None, named))

    def meanings(self) -> dict[str, str]:
        """Return column → what it means: a field of this mapping, else an attribute."""
        named = {column: name for name, column in self.attributes.items()}
        return named | {column: key for key in KEYS if (column := getattr(self, key))}

    def absent_from(self, header: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that a file with ``header`` lacks."""
        return tuple(sorted(self.columns() - set(header)))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: ``code`` is a key of ``import.fault`` of the texts."""

    column: str
    code: str


def fault_of_line(cells: Sequence[str] | None) -> Fault:
    """Return why a line is no row: it cannot be read (None), or has more or fewer cells."""
    return Fault("", NOT_CSV if cells is None else TOO_FEW)


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """An event of a row."""

    kind: str
    properties: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A way to reach somebody that is nobody's: ``code`` is a refusal of cleaning (phone_fake).

    It identifies nobody, or all who make one up would be one person. Beside a right phone a
    wrong one is told in the same way.
    """

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row as a lead. ``uid`` is its own id in the file's system, empty if it has none.

    ``at`` is the moment of its reading unless it is *dated*: says when it was. Without
    ``keys`` all that was given to reach the person is ``made_up``.
    """

    uid: str
    keys: tuple[ContactKey, ...]
    name: str
    channel: str
    at: datetime
    attributes: Mapping[str, str]
    events: tuple[RecordEvent, ...]
    has_opted_out: bool
    is_dated: bool
    made_up: tuple[MadeUp, ...] = ()
