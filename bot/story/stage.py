"""Where the story is played: both sides, the clock, and ways to look around."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.story.reading import MissingError, Test, shown
from domain.values import BUSINESS_ZONE
from storage.queries import find
from storage.timers import next_due

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.demo import Demo
    from bot.simulator.world.windows import Message
    from storage.queries.find import Found

#: Tuesday, 24 November 2026, 10:00 in Shanghai: a working morning.
START = datetime(2026, 11, 24, 10, 0, tzinfo=BUSINESS_ZONE)
#: Timers closer together than this fire together.
_LEAST_STRIDE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """Clew and the stand-in, and ``words``: the texts by key."""

    demo: Demo
    clock: DrivenClock
    words: Callable[[str], str]

    def line(self, key: str) -> str:
        """Return what somebody says or is called in the story."""
        return self.words(f"story_lines.{key}")

    async def quiet(self) -> None:
        """Wait until nothing is under way on either side."""
        for _ in range(2):
            await self.demo.sim.settled()
            await self.demo.service.settle()

    async def pass_time(self, span: timedelta) -> None:
        """Let time go by from timer to timer, so that each happens at its own moment."""
        until = self.clock.now() + span
        while (now := self.clock.now()) < until:
            async with self.demo.service.parts.database.read() as tx:
                due = await next_due(tx) or until
            self.clock.advance(min(max(due - now, _LEAST_STRIDE), until - now))
            await self.quiet()

    async def say(self, userid: str, text: str, expected: str) -> str:
        """Write to Clew as an employee; return the answer, which must contain ``expected``."""
        before = len(self.app_window(userid))
        await self.demo.sim.say_app(userid, text)
        await self.quiet()
        fresh = [m for m in self.app_window(userid)[before:] if m.sender != userid]
        self.must(bool(fresh) and expected in shown(fresh[-1]), f"{[shown(m) for m in fresh]}")
        return shown(fresh[-1])

    async def lead_of(self, name: str) -> Found:
        """Return the one lead of a person."""
        async with self.demo.service.parts.database.read() as tx:
            hits = await find.by_name(tx, name)
        self.must(len(hits) == 1, f"{len(hits)} leads of {name}")
        return hits[0]

    async def names_by_phone(self, phone: str) -> list[str]:
        """Return who is found by a phone or its end."""
        parts = self.demo.service.parts
        async with parts.database.read() as tx:
            return [hit.name for hit in await find.by_phone(tx, parts.store.vault, phone)]

    def app_window(self, userid: str) -> list[Message]:
        """Return what an employee sees in the conversation with Clew."""
        return self.demo.sim.messages(f"app:{userid}")

    def last(self, conversation: str, test: Test) -> Message:
        """Return the last message of a window that fits.

        Raises:
            MissingError: none does; the text says what is there.
        """
        messages = self.demo.sim.messages(conversation)
        found = [message for message in messages if test(message)]
        seen = [f"{m.sender}: {m.kind} {shown(m)[:60]}" for m in messages]
        self.must(bool(found), f"not in {conversation}: {seen}")
        return found[-1]

    @staticmethod
    def must(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
        """Go on only if it is so.

        Raises:
            MissingError: it is not.
        """
        if not is_so:
            raise MissingError(otherwise)
