"""A payload that was read but not yet understood, and what builders need from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias, TypedDict

from bot.wecom.parse.fields import LARGEST, Fields, MissingField
from domain.swift import swift
from domain.values import Priority
from handlers.updates import Unknown, Update

#: Stands before the kind of a message, so that it differs from an event of that name.
MESSAGE = "message."


class Peek(NamedTuple):
    """What storing a payload takes: ``key`` is equal for every delivery of the same thing."""

    key: bytes
    subject: str
    priority: Priority


class Common(TypedDict):
    """The fields that every update has."""

    source: str
    at: datetime
    dedupe_key: str
    sequence: int
    extra: Mapping[str, str]


@swift
@dataclass(frozen=True, slots=True)
class Arrival:
    """``kind`` is the platform's name in lower case, ``event.change`` where there are two.

    ``account`` is what follows the first colon of the source. ``sender`` is who
    caused it: userid, openid, or ``sys``.
    """

    source: str
    account: str
    fields: Fields
    raw: bytes
    peeked: Peek
    at: datetime
    kind: str = ""
    sender: str = ""

    def common(self, sequence: int | str = 0) -> Common:
        """Return the common fields; call it last, when all other fields were taken."""
        number = int(sequence) if str(sequence).isdecimal() else 0
        return {
            "source": self.source,
            "at": self.at,
            "dedupe_key": self.peeked.key.decode(),
            "sequence": number if number <= LARGEST else 0,
            "extra": self.fields.rest(),
        }

    def need_sender(self) -> str:
        """Return who caused it.

        Raises:
            MissingField: the payload does not say.
        """
        if not self.sender:
            name = "FromUserName"
            raise MissingField(name)
        return self.sender

    def unknown(self, reason: str = "") -> Unknown:
        """Return the form that keeps everything, for what cannot be understood."""
        return Unknown(
            source=self.source,
            at=self.at,
            dedupe_key=self.peeked.key.decode(),
            kind=self.kind,
            about=self.peeked.subject,
            raw=self.raw.decode(errors="replace"),
            reason=reason,
        )


#: Makes the update of one kind; raises MissingField when it cannot.
Builder: TypeAlias = Callable[[Arrival], Update]
