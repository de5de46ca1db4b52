"""A word that somebody carries for us and can neither read nor change, good until a moment."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from storage.errors import StorageError
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.vault import Vault

_MOST = 1024


class _Ticket(msgspec.Struct, array_like=True):
    """What a ticket says, and until when (µs)."""

    word: str
    until: int


def seal_ticket(vault: Vault, purpose: str, word: str, until: datetime) -> str:
    """Return a ticket, in characters that an address may hold."""
    plain = msgspec.json.encode(_Ticket(word, to_micros(until)))
    return base64.urlsafe_b64encode(vault.seal(purpose, plain)).decode().rstrip("=")


def open_ticket(vault: Vault, purpose: str, text: str, now: datetime) -> str | None:
    """Return the word of a ticket of ours that has not run out, else None."""
    if len(text) > _MOST:
        return None
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        ticket = msgspec.json.decode(vault.open(purpose, sealed), type=_Ticket)
    except (binascii.Error, ValueError, StorageError):
        return None
    return ticket.word if from_micros(ticket.until) > now else None
