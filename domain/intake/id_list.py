"""A list of ids under the name of a tag: which column holds whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.cleaning.ids import in_one_form
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
        found = in_one_form(self.kind, word)
        if isinstance(found, Refusal):
            return Fault(self.column, found.code)
        value = f"{self.source}:{found}" if self.kind is IdentityKind.UID else found
        return ContactKey(self.kind, value)
