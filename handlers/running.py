"""What runs in this process and may be exchanged while it runs: the lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.screening.lists import Lists


@dataclass(slots=True)
class RunningLists:
    """The lists that run now; a reload puts a new value in the place of ``current``.

    Whoever reads takes ``current`` once and works with that value.
    """

    current: Lists = field(default_factory=Lists)
