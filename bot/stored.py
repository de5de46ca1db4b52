"""From a row of the inbox to its typed update, whichever door it came in by.

Doors of our own store what they have read and checked already; what the platform
said is read here for the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from bot.wecom import parse as wecom
from bot.wecom.parse import ParseError
from bot.wecom.parse.document import Problem
from domain.intake.form import LeadForm
from domain.tracking import segment, sensors
from domain.tracking.record import Tracked, Unreadable
from handlers.updates.base import Unknown
from handlers.updates.plain import from_json
from handlers.updates.submitted import FormSubmitted
from handlers.updates.tracked import TrackReceived
from handlers.web.collect.door import Kept

if TYPE_CHECKING:
    from handlers.updates import Update

#: Families of sources of our own doors.
API, SENSORS, SEGMENT = "api", "sensors", "segment"


def parse(source: str, payload: bytes, received_at: datetime) -> Update:
    """Return the update that a stored payload says.

    Raises:
        ParseError: the payload is not of the form that its source has.
    """
    build = _BUILDERS.get(source.partition(":")[0])
    if build is None:
        return wecom.parse(source, payload, received_at)
    try:
        return build(source, payload, received_at)
    except msgspec.MsgspecError as error:
        raise ParseError(Problem.NOT_JSON) from error


def _form(source: str, payload: bytes, _received_at: datetime) -> Update:
    form = from_json(payload, LeadForm)
    return FormSubmitted(
        source=source, at=form.at, dedupe_key=form.reference, sequence=0, form=form
    )


def _sensors(source: str, payload: bytes, received_at: datetime) -> Update:
    kept = from_json(payload, Kept)
    found = sensors.read(kept.raw, kept.system, kept.reference, received_at)
    return _tracked(source, kept, found, received_at)


def _segment(source: str, payload: bytes, received_at: datetime) -> Update:
    kept = from_json(payload, Kept)
    found = segment.read(kept.raw, kept.system, kept.reference, received_at, kept.sent_at)
    return _tracked(source, kept, found, received_at)


def _tracked(source: str, kept: Kept, found: Tracked | Unreadable, at: datetime) -> Update:
    if isinstance(found, Unreadable):
        kind = str(kept.raw.get("type", ""))[:32]
        raw = msgspec.json.encode(kept.raw).decode()
        return Unknown(
            source=source,
            at=at,
            dedupe_key=kept.reference,
            kind=kind,
            about="",
            raw=raw,
            reason=found.why,
        )
    return TrackReceived(
        source=source, at=found.at, dedupe_key=kept.reference, system=kept.system, record=found
    )


_BUILDERS: Mapping[str, Callable[[str, bytes, datetime], Update]] = {
    API: _form,
    SENSORS: _sensors,
    SEGMENT: _segment,
}
