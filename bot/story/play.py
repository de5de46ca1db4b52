"""Plays the steps one after the other and tells how each ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.story.reading import MissingError
from bot.story.script import STEPS
from bot.story.stage import Stage

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.demo import Demo


@dataclass(frozen=True, slots=True)
class Played:
    """One step that was played: its key, the story's time, real milliseconds, what was seen."""

    key: str
    at: datetime
    ms: float
    seen: str
    is_missing: bool = False


@dataclass(slots=True)
class Story:
    """The story on one stage; ``words`` returns a text by its key."""

    demo: Demo
    clock: DrivenClock
    words: Callable[[str], str]
    played: list[Played] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many steps there are."""
        return len(STEPS)

    async def play(self, on_step: Callable[[Played], None]) -> bool:
        """Play all steps, telling each as it ends; False when one is missing."""
        stage = Stage(self.demo, self.clock, self.words)
        for step in STEPS:
            started = time.perf_counter()
            try:
                seen, is_missing = await step(stage), False
            except (MissingError, TimeoutError) as error:
                seen, is_missing = str(error), True
            ms = (time.perf_counter() - started) * 1000
            done = Played(step.__name__, self.clock.now(), ms, seen, is_missing)
            self.played.append(done)
            on_step(done)
            if is_missing:
                return False
        return True
