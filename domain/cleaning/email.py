"""E-mail addresses: one form, and why one is refused.

Checked is what a mail server must accept (RFC 5321 lengths, RFC 1123 host names); quoted
local parts and addresses by number are refused: nobody gives them to a salesperson.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.cleaning.text import fold
from domain.cleaning.words import word_set
from domain.values import Refusal

_LONGEST, _LONGEST_LOCAL = 254, 64
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})", re.ASCII
)
_EDGES = " <>\"'“”‘’(),;:，；：。、"
#: Typed in haste; the right one is told, never put in its place.
_MISTYPED = {
    "gamil.com": "gmail.com",
    "gmial.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.cn": "gmail.com",
    "qq.con": "qq.com",
    "qq.cn": "qq.com",
    "qq.co": "qq.com",
    "163.con": "163.com",
    "163.cn": "163.com",
    "162.com": "163.com",
    "126.con": "126.com",
    "hotmial.com": "hotmail.com",
    "outlook.con": "outlook.com",
    "sina.con": "sina.com",
}
#: Hosts that are nobody's (RFC 2606), or that people write to be let through.
_MADE_UP_HOSTS = word_set("test.com example.com example.org example.net xxx.com aaa.com")


@dataclass(frozen=True, slots=True)
class Email:
    """A usable address in lower case. ``meant`` is the host that was probably meant."""

    address: str
    meant: str = ""

    @property
    def host(self) -> str:
        """Return what stands behind the ``@``."""
        return self.address.rpartition("@")[2]


def address_of(raw: str) -> str | Refusal:
    """Return the address in ``raw``; refusals are those of :func:`normalise_email`."""
    email = normalise_email(raw)
    return email if isinstance(email, Refusal) else email.address


def normalise_email(raw: str) -> Email | Refusal:
    """Return the address in ``raw`` in one form.

    Refusal codes: ``email_missing``, ``email_invalid``, ``email_too_long``, ``email_fake``
    (test@test.com and the like).
    """
    text = fold(raw).strip(_EDGES).removeprefix("mailto:").casefold()
    if not text:
        return Refusal("email_missing")
    local, at, host = text.partition("@")
    if len(text) > _LONGEST or len(local) > _LONGEST_LOCAL:
        return Refusal("email_too_long")
    if not at or not _LOCAL.fullmatch(local) or not _HOST.fullmatch(host):
        return Refusal("email_invalid")
    if host in _MADE_UP_HOSTS:
        return Refusal("email_fake")
    return Email(f"{local}@{host}", _MISTYPED.get(host, ""))
