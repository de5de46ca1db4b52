"""Rows of a file read by its mapping: each ends as a record, or as all of its faults."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.cleaning.email import normalise_email
from domain.cleaning.phone import normalise_phone
from domain.condition import Condition
from domain.intake.facts import cleaned
from domain.intake.mapping import (
    BAD_NUMBER,
    BAD_TIME,
    NO_IDENTITY,
    TOO_LONG,
    EventMapping,
    Fault,
    FileMapping,
    MadeUp,
    Record,
    RecordEvent,
)
from domain.values import ContactKey, IdentityKind, Refusal

#: With slashes as Excel writes them in China, with or without seconds.
_TIMES = tuple(f"%Y{sep}%m{sep}%d{clock}" for sep in "-/" for clock in (" %H:%M:%S", " %H:%M", ""))
#: What people write to be let through: the lead is kept, and filtered for it.
MADE_UP = frozenset({"phone_fake", "email_fake"})
#: Characters that the tables hold.
_MOST_UID, _MOST_NAME, _MOST_CHANNEL, _MOST_WECHAT = 96, 128, 64, 64


class RowReader:
    """Reads the rows of one file; times without a zone are those of the business ``zone``."""

    def __init__(self, mapping: FileMapping, zone: ZoneInfo) -> None:
        """Read by ``mapping``."""
        self._mapping = mapping
        self._zone = zone
        self._attributes = tuple(mapping.attributes.items())
        self._conditions = {c.name for event in mapping.events for c in event.when}
        self._conditions |= {condition.name for condition in mapping.opt_out}

    def read(self, row: Mapping[str, str], now: datetime) -> Record | tuple[Fault, ...]:
        """Read a row by column; what is not dated is of ``now``."""
        mapping, faults = self._mapping, list[Fault]()
        made_up: list[MadeUp] = []
        uid = self._short(row, mapping.uid, _MOST_UID, faults)
        keys = tuple(self._keys(row, uid, faults, made_up))
        if not keys and not faults and not made_up:
            faults.append(Fault("", NO_IDENTITY))
        name = self._short(row, mapping.name, _MOST_NAME, faults)
        channel = self._short(row, mapping.channel, _MOST_CHANNEL, faults)
        dated = self._value(row, mapping.at)
        at = self._moment(dated, faults) or now
        values = {name: self._value(row, name) for name in self._conditions}
        events = [
            self._event(row, event, faults)
            for event in mapping.events
            if _all_hold(event.when, values)
        ]
        if faults:
            return tuple(faults)
        return Record(
            uid=uid,
            keys=keys,
            name=name,
            channel=channel,
            at=at,
            attributes={
                name: value
                for name, column in self._attributes
                if (value := cleaned(name, self._value(row, column)))
            },
            events=tuple(events),
            has_opted_out=any(condition.holds(values) for condition in mapping.opt_out),
            is_dated=bool(dated),
            made_up=tuple(made_up),
        )

    def _value(self, row: Mapping[str, str], column: str) -> str:
        value = (row.get(column) or "").strip() if column else ""
        return "" if value in self._mapping.missing else value

    def _short(self, row: Mapping[str, str], column: str, most: int, faults: list[Fault]) -> str:
        value = self._value(row, column)
        if len(value) > most:
            faults.append(Fault(column, TOO_LONG))
        return value

    def _keys(
        self, row: Mapping[str, str], uid: str, faults: list[Fault], made_up: list[MadeUp]
    ) -> Iterator[ContactKey]:
        mapping = self._mapping
        if uid:
            yield ContactKey(IdentityKind.UID, f"{mapping.source}:{uid}")
        if raw := self._value(row, mapping.phone):
            phone = normalise_phone(raw)
            if not isinstance(phone, Refusal):
                yield ContactKey(IdentityKind.PHONE, phone.e164)
            elif phone.code in MADE_UP:
                made_up.append(MadeUp("phone", phone.code))
            else:
                faults.append(Fault(mapping.phone, phone.code))
        if wechat := self._short(row, mapping.wechat, _MOST_WECHAT, faults):
            yield ContactKey(IdentityKind.WECHAT, wechat.casefold())
        if raw := self._value(row, mapping.email):
            email = normalise_email(raw)
            if not isinstance(email, Refusal):
                yield ContactKey(IdentityKind.EMAIL, email.address)
            elif email.code in MADE_UP:
                made_up.append(MadeUp("email", email.code))
            else:
                faults.append(Fault(mapping.email, email.code))

    def _moment(self, raw: str, faults: list[Fault]) -> datetime | None:
        if not raw:
            return None
        for form in _TIMES:
            try:
                return datetime.strptime(raw, form).replace(tzinfo=self._zone)
            except ValueError:
                continue
        faults.append(Fault(self._mapping.at, BAD_TIME))
        return None

    def _event(
        self, row: Mapping[str, str], event: EventMapping, faults: list[Fault]
    ) -> RecordEvent:
        properties = {}
        for name, column in event.properties.items():
            if raw := self._value(row, column):
                number = _number(raw)
                if number is None:
                    faults.append(Fault(column, BAD_NUMBER))
                else:
                    properties[name] = number
        return RecordEvent(event.kind, properties)


def _all_hold(conditions: Sequence[Condition], values: Mapping[str, str]) -> bool:
    return all(condition.holds(values) for condition in conditions)


def _number(raw: str) -> float | None:
    """Return a finite number, or None: ``nan`` and ``inf`` are words of programs, not of people."""
    try:
        number = float(raw)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
