"""Elected duties: one process does them, the others stand by (architecture section 7).

The right to a duty is a lease in the database. It is renewed well before it
ends; whoever was paused for longer than that finds its fencing number too low
when it writes (:func:`storage.leases.check_lease`).
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from handlers.ports import Clock
    from storage.leases import Lease, Leases

log = structlog.get_logger("clew.duties")

#: How long the others wait for a holder that died.
HOLD_FOR = timedelta(seconds=10)
#: A lease is renewed when less than this is left of it.
RENEW_BELOW = HOLD_FOR * 2 / 3


def process_name() -> str:
    """Return a name that no other process has, and that says where to look for this one."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Duty:
    """One process's claim on one duty."""

    def __init__(self, leases: Leases, name: str, clock: Clock) -> None:
        """Apply for ``name`` when first asked."""
        self._leases = leases
        self._name = name
        self._clock = clock
        self._lease: Lease | None = None

    async def held(self) -> Lease | None:
        """Return the lease, taken or renewed if need be; None while another holds it.

        Raises:
            StorageError: the database is not there; do nothing meanwhile.
        """
        now, before = self._clock.now(), self._lease
        if before is not None and RENEW_BELOW <= before.until - now <= HOLD_FOR:
            return before
        self._lease = await self._leases.acquire(self._name, HOLD_FOR, now)
        self._tell(before)
        return self._lease

    def lose(self) -> None:
        """Forget the lease: another process took the duty over."""
        self._lease = None
        log.warning("duty_lost", duty=self._name)

    async def give_back(self) -> None:
        """Let another process take over at once.

        Raises:
            StorageError: the database is not there; the others wait for the end.
        """
        lease, self._lease = self._lease, None
        if lease is not None:
            await self._leases.release(lease)

    def _tell(self, before: Lease | None) -> None:
        lease = self._lease
        if lease is not None and (before is None or before.fencing != lease.fencing):
            log.info("duty_taken", duty=self._name, fencing=lease.fencing)
        elif lease is None and before is not None:
            log.warning("duty_lost", duty=self._name)
