"""Who has done something since a moment: their histories in files are no longer whole.

Rows of events are numbered by the time at which they were made, and committed within
seconds; so whatever a snapshot does not hold has a number of nearly its own time or later.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from storage.ids import first_id_at

if TYPE_CHECKING:
    from storage.protocols import Transaction

#: Longer than any transaction of ours, and than clocks of hosts may differ.
OVERLAP = timedelta(minutes=10)
_SINCE = "select id, person_id from event where id >= $1 order by id"


class Tail:
    """Persons of events since a moment; what was read once is only added to."""

    def __init__(self, now: datetime) -> None:
        """Begin at ``now``: no snapshot that is asked is older."""
        self.now = now
        self._settled = first_id_at(now - OVERLAP)
        self._from = -1
        self._ids = self._persons = np.zeros(0, dtype=np.int64)

    async def persons(self, tx: Transaction, seen_at: datetime) -> NDArray[np.int64]:
        """Return whose events a snapshot of ``seen_at`` may not hold, as ``tx`` sees them now."""
        start = first_id_at(seen_at - OVERLAP)
        is_known = 0 <= self._from <= start
        # What is settled was read before, if anything was; what is not may have grown.
        begin = self._settled if is_known and self._settled > start else start
        rows = await tx.fetch(_SINCE, begin)
        ids, persons = (np.array([row[n] for row in rows], dtype=np.int64) for n in (0, 1))
        if is_known and begin > start:
            old = self._ids < begin
            ids = np.concatenate((self._ids[old], ids))
            persons = np.concatenate((self._persons[old], persons))
        if not is_known or begin > start:
            self._ids, self._persons = ids, persons
            self._from = self._from if is_known else start
        return np.unique(persons[ids >= start])
