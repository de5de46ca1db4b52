"""Rows of a file read by its mapping: each ends as a record, or as all of its faults."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.cleaning.email import address_of
from domain.cleaning.ids import WECHAT_INVALID, WECHAT_SAME, says_nothing, wechat_of
from domain.cleaning.moment import written_moment
from domain.cleaning.phone import e164s_of
from domain.condition import Condition
from domain.intake.facts import called, cleaned
from domain.intake.mapping import (
    BAD_NUMBER,
    BAD_TIME,
    NO_IDENTITY,
    TIME_AHEAD,
    TOO_LONG,
    EventMapping,
    Fault,
    FileMapping,
    MadeUp,
    Record,
    RecordEvent,
)
from domain.values import ContactKey, IdentityKind, Refusal

#: What people write to be let through: the lead is kept, and filtered for it.
MADE_UP = frozenset({"phone_fake", "email_fake"})
#: A plain date may be of another zone. What is further ahead would stand against all that comes.
_AHEAD = timedelta(days=1)
#: Characters that the tables hold, by field of the mapping.
_LIMITS = {"uid": 96, "name": 128, "wechat": 64, "channel": 64}


class RowReader:
    """Reads the rows of one file; times without a zone are those of the business ``zone``."""

    def __init__(self, mapping: FileMapping, zone: ZoneInfo) -> None:
        """Read by ``mapping``."""
        self._mapping = mapping
        self._zone = zone
        self._columns = tuple(mapping.columns())
        self._attributes = tuple(mapping.attributes.items())
        named = ((getattr(mapping, key), most) for key, most in _LIMITS.items())
        self._limits = tuple((column, most) for column, most in named if column)

    def read(self, row: Mapping[str, str], now: datetime) -> Record | tuple[Fault, ...]:
        """Read a row by column; what is not dated is of ``now``."""
        mapping, missing = self._mapping, self._mapping.missing
        values = {
            column: value
            for column in self._columns
            if (value := (row.get(column) or "").strip()) and value not in missing
        }
        if (uid := values.get(mapping.uid)) and says_nothing(uid):
            del values[mapping.uid]
        value_of, faults, made_up = values.get, list[Fault](), list[MadeUp]()
        keys = tuple(self._keys(values, faults, made_up))
        if not (keys or faults or made_up):
            faults.append(Fault("", NO_IDENTITY))
        faults += [Fault(c, TOO_LONG) for c, most in self._limits if len(value_of(c, "")) > most]
        dated = value_of(mapping.at, "")
        at = self._moment(dated, faults) if dated else now
        if at and at - now > _AHEAD:
            faults.append(Fault(mapping.at, TIME_AHEAD))
        events = [
            self._event(values, event, faults)
            for event in mapping.events
            if _all_hold(event.when, values)
        ]
        if faults:
            return tuple(faults)
        return Record(
            uid=value_of(mapping.uid, ""),
            keys=keys,
            name=called(name) if (name := values.get(mapping.name)) else "",
            channel=value_of(mapping.channel, ""),
            at=at or now,
            attributes={
                name: value
                for name, column in self._attributes
                if column in values and (value := cleaned(name, values[column]))
            },
            events=tuple(events),
            has_opted_out=_any_holds(mapping.opt_out, values) if mapping.opt_out else False,
            is_dated=bool(dated),
            made_up=tuple(made_up),
        )

    def _keys(
        self, values: Mapping[str, str], faults: list[Fault], made_up: list[MadeUp]
    ) -> Iterator[ContactKey]:
        mapping = self._mapping
        if uid := values.get(mapping.uid):
            yield ContactKey(IdentityKind.UID, f"{mapping.source}:{uid}")
        phones = self._phones(values.get(mapping.phone, ""), faults, made_up)
        for phone in phones:
            yield ContactKey(IdentityKind.PHONE, phone)
        if raw := values.get(mapping.wechat):
            wechat = wechat_of(raw)
            if isinstance(wechat, str):
                yield ContactKey(IdentityKind.WECHAT, wechat)
            elif wechat.code == WECHAT_SAME and phones:
                yield ContactKey(IdentityKind.WECHAT, phones[0])
            elif wechat.code == WECHAT_INVALID:
                faults.append(Fault(mapping.wechat, wechat.code))
        if raw := values.get(mapping.email):
            email = address_of(raw)
            if isinstance(email, str):
                yield ContactKey(IdentityKind.EMAIL, email)
            else:
                _note("email", (mapping.email, raw), email, faults, made_up)

    def _phones(self, raw: str, faults: list[Fault], made_up: list[MadeUp]) -> list[str]:
        """Return the phones of a cell, the main one first."""
        phones: list[str] = []
        for one in e164s_of(raw) if raw else ():
            if isinstance(one, str):
                phones.append(one)
            elif phones:  # a wrong number beside a right one costs nobody the lead
                made_up.append(MadeUp("phone", one.code))
            else:
                _note("phone", (self._mapping.phone, raw), one, faults, made_up)
        return phones

    def _moment(self, raw: str, faults: list[Fault]) -> datetime | None:
        moment = written_moment(raw, self._zone)
        if moment is None:
            faults.append(Fault(self._mapping.at, BAD_TIME))
        return moment

    def _event(
        self, values: Mapping[str, str], event: EventMapping, faults: list[Fault]
    ) -> RecordEvent:
        properties = {}
        for name, column in event.properties.items():
            if raw := values.get(column):
                number = _number(raw)
                if number is None:
                    faults.append(Fault(column, BAD_NUMBER))
                else:
                    properties[name] = number
        return RecordEvent(event.kind, properties)


def _note(
    name: str,
    cell: tuple[str, str],
    why: Refusal,
    faults: list[Fault],
    made_up: list[MadeUp],
) -> None:
    """Keep why a cell (column, what it says) is no way to reach somebody; 无 is no fault."""
    column, raw = cell
    if why.code in MADE_UP:
        made_up.append(MadeUp(name, why.code))
    elif not says_nothing(raw):
        faults.append(Fault(column, why.code))


def _all_hold(conditions: Sequence[Condition], values: Mapping[str, str]) -> bool:
    return all(condition.holds(values) for condition in conditions)


def _any_holds(conditions: Sequence[Condition], values: Mapping[str, str]) -> bool:
    return any(condition.holds(values) for condition in conditions)


def _number(raw: str) -> float | None:
    """Return a finite number, or None: ``nan`` and ``inf`` are words of programs, not of people."""
    try:
        number = float(raw)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
