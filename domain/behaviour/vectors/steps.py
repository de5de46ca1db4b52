"""Steps of a plan, each under a key so that it is made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeAlias

import numpy as np

from domain.behaviour.vectors.selection import Scene
from domain.columns.values import Flags, Value

#: A step reads what is looked at and what earlier steps have found.
Step: TypeAlias = Callable[[Scene, list[Any]], Any]


class Steps:
    """What a plan does, in order; a slot is where a step puts what it finds."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.steps: list[Step] = []
        self._slots: dict[Hashable, int] = {}

    def add(self, key: Hashable, step: Step) -> int:
        """Return the slot of ``key``, whose step is added if it is new."""
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = len(self.steps)
            self.steps.append(step)
        return slot

    def number(self, key: Hashable, numbers: Step) -> int:
        """Return the slot of numbers."""
        return self.add(key, lambda s, found: Value(numbers=numbers(s, found)))

    def flag(self, key: Hashable, holds: Step) -> int:
        """Return the slot of flags that are known everywhere."""
        return self.add(key, lambda s, found: Value(flags=Flags(holds(s, found))))


def run_steps(steps: Sequence[Step], scene: Scene) -> list[Any]:
    """Return what each step finds. What overflows is infinite, what makes no sense is missing."""
    found: list[Any] = []
    with np.errstate(all="ignore"):
        for step in steps:
            found.append(step(scene, found))
    return found
