"""A list of ids under the name of a tag: which column holds whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.cleaning.email import address_of
from domain.cleaning.phone import e164_of
from domain.intake.mapping import NO_IDENTITY, Fault
from domain.values import ContactKey, IdentityKind, Refusal

#: What a list may hold, in the order in which it is offered.
LISTABLE = (
    IdentityKind.UID,
    IdentityKind.PHONE,
    IdentityKind.EXTERNAL_USERID,
    IdentityKind.UNIONID,
    IdentityKind.WECHAT,
    IdentityKind.EMAIL,
)
#: How a system is called whose ids stand in a column of uids.
SOURCE = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdList:
    """Everybody of ``column`` gets ``tag``; uids are those of ``source``."""

    column: str
    kind: IdentityKind
    tag: str
    source: str = ""

    def key(self, raw: str) -> ContactKey | Fault:
        """Return whom a cell names, or what is wrong with it."""
        word = raw.strip()
        if not word:
            return Fault(self.column, NO_IDENTITY)
        found: str | Refusal
        match self.kind:
            case IdentityKind.PHONE:
                found = e164_of(word)
            case IdentityKind.UID:
                found = f"{self.source}:{word}"
            case IdentityKind.EMAIL:
                found = address_of(word)
            case IdentityKind.WECHAT:
                found = word.casefold()
            case _:
                found = word
        if isinstance(found, Refusal):
            return Fault(self.column, found.code)
        return ContactKey(self.kind, found)
