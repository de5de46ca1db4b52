"""A list of ids under the name of a tag: which column holds whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.cleaning.email import normalise_email
from domain.cleaning.phone import normalise_phone
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
        match self.kind:
            case IdentityKind.PHONE:
                phone = normalise_phone(word)
                if isinstance(phone, Refusal):
                    return Fault(self.column, phone.code)
                word = phone.e164
            case IdentityKind.UID:
                word = f"{self.source}:{word}"
            case IdentityKind.EMAIL:
                email = normalise_email(word)
                if isinstance(email, Refusal):
                    return Fault(self.column, email.code)
                word = email.address
            case IdentityKind.WECHAT:
                word = word.casefold()
            case _:
                pass
        return ContactKey(self.kind, word)
