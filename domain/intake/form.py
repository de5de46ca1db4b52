"""What another system says about one person: read, checked, and not yet acted on.

A form is kept in the inbox as it stands here, so a later version of Clew must be
able to read it: fields are only ever added, with a default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.events.event import NO_PROPERTIES, PropertyValue
from domain.identity.keys import Claim
from domain.intake.mapping import MadeUp
from domain.lead import LeadKind
from domain.person import Source
from domain.values import ContactKey


class Call(StrEnum):
    """What the other system wants.

    The words are kinds of events as well: each call leaves one.
    """

    #: Somebody left their data.
    LEAD = "lead_submitted"
    #: A campaign of theirs chose the person: to be worked on now.
    ACTIVATION = "activated"
    #: The person is interested in another product line.
    FISSION = "fissioned"


@dataclass(frozen=True, slots=True)
class FormKey:
    """An identity, and whether the sender vouches for it."""

    key: ContactKey
    is_verified: bool


@dataclass(frozen=True, slots=True)
class FormEvent:
    """Something the person did, by the sender's word for it."""

    kind: str
    at: datetime
    properties: Mapping[str, PropertyValue] = field(default_factory=lambda: NO_PROPERTIES)


@dataclass(frozen=True, slots=True)
class LeadForm:
    """One person as another system describes them.

    ``reference`` names the form for ever: a repetition falls on it. ``line`` is the
    product line of a fission, ``note`` what the person wrote in their own words. Without
    ``keys`` all that was given to reach the person is ``made_up``.
    """

    reference: str
    sender: str
    call: Call
    at: datetime
    keys: tuple[FormKey, ...]
    name: str = ""
    channel: str = ""
    line: str = ""
    tag: str = ""
    note: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, PropertyValue] = field(default_factory=lambda: NO_PROPERTIES)
    events: tuple[FormEvent, ...] = ()
    has_opted_out: bool = False
    made_up: tuple[MadeUp, ...] = ()
    kind: LeadKind = LeadKind.SALES

    def claims(self) -> tuple[Claim, ...]:
        """Return the identities as claims of a signed API."""
        return tuple(Claim(k.key, k.is_verified, Source.API, self.at) for k in self.keys)
