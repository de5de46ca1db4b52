"""Which column of a file means what, and one row read by it.

The mapping is data (a TOML file beside the import); reading a row is pure and
ends in a :class:`Record` or in every :class:`Fault` of the row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.cleaning.phone import normalise_phone
from domain.condition import Condition
from domain.values import ContactKey, IdentityKind, Refusal

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
#: With slashes as Excel writes them in China, with or without seconds.
_TIMES = tuple(f"%Y{sep}%m{sep}%d{clock}" for sep in "-/" for clock in (" %H:%M:%S", " %H:%M", ""))

NO_COLUMN = "column_missing"
NO_IDENTITY = "row_without_identity"
BAD_NUMBER = "not_a_number"
BAD_TIME = "not_a_time"
BAD_EMAIL = "bad_email"
TOO_FEW = "row_too_short"


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
    ``opt_out`` that holds means that the person wants silence.
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


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """An event of a row."""

    kind: str
    properties: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Record:
    """A row as a lead. ``uid`` is its own id in the file's system, empty if it has none.

    ``at`` is the moment of its reading unless it is *dated*: says when it was.
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


def read_row(
    row: Mapping[str, str], mapping: FileMapping, now: datetime, zone: ZoneInfo
) -> Record | tuple[Fault, ...]:
    """Read one row; times without a zone are the business zone's, none means ``now``."""
    return _Reader(row, mapping).record(now, zone)


class _Reader:
    """Reads one row and collects everything that is wrong with it."""

    def __init__(self, row: Mapping[str, str], mapping: FileMapping) -> None:
        missing = mapping.missing
        self._mapping = mapping
        self._faults: list[Fault] = []
        self._values = {
            column: value
            for column in mapping.columns()
            if (value := (row.get(column) or "").strip()) and value not in missing
        }

    def record(self, now: datetime, zone: ZoneInfo) -> Record | tuple[Fault, ...]:
        mapping = self._mapping
        keys = self._keys()
        if not keys and not self._faults:
            self._faults.append(Fault("", NO_IDENTITY))
        at = self._moment(now, zone)
        events = tuple(self._event(event) for event in mapping.events if self._holds(event.when))
        if self._faults:
            return tuple(self._faults)
        return Record(
            uid=self._value(mapping.uid),
            keys=keys,
            name=self._value(mapping.name),
            channel=self._value(mapping.channel),
            at=at,
            attributes={
                name: value
                for name, column in mapping.attributes.items()
                if (value := self._value(column))
            },
            events=events,
            has_opted_out=any(condition.holds(self._values) for condition in mapping.opt_out),
            is_dated=bool(self._value(mapping.at)),
        )

    def _value(self, column: str) -> str:
        return self._values.get(column, "")

    def _holds(self, conditions: Sequence[Condition]) -> bool:
        return all(condition.holds(self._values) for condition in conditions)

    def _keys(self) -> tuple[ContactKey, ...]:
        mapping = self._mapping
        keys = []
        if uid := self._value(mapping.uid):
            keys.append(ContactKey(IdentityKind.UID, f"{mapping.source}:{uid}"))
        if raw := self._value(mapping.phone):
            phone = normalise_phone(raw)
            if isinstance(phone, Refusal):
                self._faults.append(Fault(mapping.phone, phone.code))
            else:
                keys.append(ContactKey(IdentityKind.PHONE, phone.e164))
        if wechat := self._value(mapping.wechat):
            keys.append(ContactKey(IdentityKind.WECHAT, wechat.casefold()))
        if email := self._value(mapping.email).casefold():
            if _EMAIL.fullmatch(email):
                keys.append(ContactKey(IdentityKind.EMAIL, email))
            else:
                self._faults.append(Fault(mapping.email, BAD_EMAIL))
        return tuple(keys)

    def _moment(self, now: datetime, zone: ZoneInfo) -> datetime:
        raw = self._value(self._mapping.at)
        if not raw:
            return now
        for form in _TIMES:
            try:
                return datetime.strptime(raw, form).replace(tzinfo=zone)
            except ValueError:
                continue
        self._faults.append(Fault(self._mapping.at, BAD_TIME))
        return now

    def _event(self, event: EventMapping) -> RecordEvent:
        properties = {}
        for name, column in event.properties.items():
            if raw := self._value(column):
                number = _number(raw)
                if number is None:
                    self._faults.append(Fault(column, BAD_NUMBER))
                else:
                    properties[name] = number
        return RecordEvent(event.kind, properties)


def _number(raw: str) -> float | None:
    """Return a finite number, or None: ``nan`` and ``inf`` are words of programs, not of people."""
    try:
        number = float(raw)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
