"""The link under which somebody hands in a file: theirs alone, once, for a while."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers.tickets import seal_ticket

if TYPE_CHECKING:
    from domain.values import UserId
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

PURPOSE = "import-link"
#: How long the link may lie in the chat.
LIFE = timedelta(minutes=30)
_NONCE_BYTES = 9


def import_link(work: UnitOfWork, ctx: Context, userid: UserId) -> str:
    """Return a fresh link; it opens the page once, for this employee."""
    word = f"{secrets.token_urlsafe(_NONCE_BYTES)}:{userid}"
    ticket = seal_ticket(work.vault, PURPOSE, word, work.now + LIFE)
    return f"{ctx.accounts.public_url}/import?t={ticket}"
