"""The processes of one installation: one that does everything, or replicas by role."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.crash.victim import Victim

#: Each twice, so that one lives while another is dead; the scheduler stands by for itself.
REPLICAS = (
    ("web", "worker"),
    ("web", "worker"),
    ("relay",),
    ("relay",),
    ("scheduler",),
)
#: Chance that several processes die at once, as with a host that loses its power.
_TOGETHER = 0.2


@dataclass(slots=True)
class Crew:
    """Processes to be killed; ``point_at`` tells the platform where callbacks go.

    ``door`` is the address that was told last.
    """

    victims: list[Victim]
    point_at: Callable[[str], None]
    dice: random.Random
    _doors: list[Victim] = field(init=False)

    door: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Know who takes callbacks."""
        self._doors = [victim for victim in self.victims if victim.takes_callbacks]

    @property
    def kills(self) -> int:
        """How many processes were killed so far."""
        return sum(victim.kills for victim in self.victims)

    async def start(self) -> None:
        """Start all of them, the first alone: it prepares the database."""
        first, *others = self.victims
        await asyncio.to_thread(first.start)
        await _all(victim.start for victim in others)
        self._open(self._doors[0])

    async def strike(self) -> None:
        """Kill one process, or several at once, and start them again."""
        several = self.dice.randint(2, len(self.victims)) if len(self.victims) > 1 else 1
        number = several if self.dice.random() < _TOGETHER else 1
        dead = self.dice.sample(self.victims, number)
        await _all(victim.kill for victim in dead)
        living = [door for door in self._doors if door not in dead]
        if living:
            self._open(self.dice.choice(living))
        await _all(victim.start for victim in dead)

    def _open(self, door: Victim) -> None:
        self.door = door.address
        self.point_at(self.door)

    async def stop(self) -> None:
        """Let all of them end as an operator would.

        Raises:
            RuntimeError: one did not end as asked.
        """
        await _all(victim.stop for victim in self.victims)

    async def end(self) -> None:
        """Kill what still runs."""
        await _all(victim.kill for victim in self.victims)


async def _all(works: Iterable[Callable[[], None]]) -> None:
    await asyncio.gather(*(asyncio.to_thread(work) for work in works))
