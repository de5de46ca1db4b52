"""Ids as the platform hands them out: never repeated, also not by a later run."""

from __future__ import annotations

import itertools
import secrets

#: Message ids are 64-bit (fact sheet 2); the run takes the upper half.
RUN_BITS = 30
COUNTER_BITS = 32


class Ids:
    """A source of fresh ids; two runs with different ``run`` words never share one."""

    def __init__(self, run: str) -> None:
        """Use ``run`` as part of every id; empty draws one."""
        self.run = run or secrets.token_hex(4)
        self._counter = itertools.count(1)
        number = int.from_bytes(self.run.encode(), "big") % (1 << RUN_BITS)
        self._base = ((1 << RUN_BITS) | number) << COUNTER_BITS

    def word(self, prefix: str) -> str:
        """Return ``prefix`` and letters and digits no other id of ours has."""
        return f"{prefix}{self.run}{next(self._counter):06d}"

    def number(self) -> int:
        """Return a fresh 64-bit message id."""
        return self._base + next(self._counter)
