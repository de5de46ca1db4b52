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
from handlers.updates.plain import from_json
from handlers.updates.submitted import FormSubmitted

if TYPE_CHECKING:
    from handlers.updates import Update

#: Families of sources of our own doors.
API = "api"


def parse(source: str, payload: bytes, received_at: datetime) -> Update:
    """Return the update that a stored payload says.

    Raises:
        ParseError: the payload is not of the form that its source has.
    """
    build = _BUILDERS.get(source.partition(":")[0])
    if build is None:
        return wecom.parse(source, payload, received_at)
    try:
        return build(source, payload)
    except msgspec.MsgspecError as error:
        raise ParseError(Problem.NOT_JSON) from error


def _form(source: str, payload: bytes) -> Update:
    form = from_json(payload, LeadForm)
    return FormSubmitted(
        source=source, at=form.at, dedupe_key=form.reference, sequence=0, form=form
    )


_BUILDERS: Mapping[str, Callable[[str, bytes], Update]] = {API: _form}
