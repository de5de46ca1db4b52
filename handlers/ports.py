"""What handlers need from outside and others serve: small protocols, no code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from domain.behaviour.vocabulary import Vocabulary
    from domain.scoring.tables import RuleFrame, RuleTables
    from storage.inbox import Delivery


class Clock(Protocol):
    """The only source of business time, so that a story can drive it."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when this clock has moved on by ``seconds``."""
        ...


class Words(Protocol):
    """The texts that users read, by key."""

    def get(self, key: str, **values: object) -> str:
        """Return the text of ``key`` with its placeholders filled.

        Raises:
            KeyError: there is no such text, or a placeholder has no value.
        """
        ...


class Deliveries(Protocol):
    """The part of the inbox that doors need."""

    def put(self, prepare: Callable[[], Delivery]) -> Awaitable[bool]:
        """Store what ``prepare`` returns; False when its key is known.

        Raises:
            StorageUnavailable: nothing was stored.
        """
        ...


class Visitors(Protocol):
    """Tells who holds a login code of the platform."""

    async def member_of(self, code: str) -> str:
        """Return the userid of the member, or an empty text for nobody of the corp."""
        ...


class Rates(Protocol):
    """Counts the calls of other systems, of all processes where several run."""

    async def wait(self, caller: str, per_minute: int, now: datetime, cost: int = 1) -> int:
        """Take ``cost`` calls and return 0, or return in how many seconds they are allowed."""
        ...


class RuleReader(Protocol):
    """Reads versions of the rule tables."""

    @property
    def frame(self) -> RuleFrame:
        """What rules mean beyond their own text, by the tables and kinds that it knows."""
        ...

    def among(self, vocabulary: Vocabulary) -> RuleReader:
        """Return a reader that knows the kinds of ``vocabulary``."""
        ...

    def read(self, sources: Mapping[str, str], frame: RuleFrame, number: int) -> RuleTables:
        """Return a version as it was meant when it was kept.

        Raises:
            ClewError: the texts are no rule tables; the message names every problem.
        """
        ...

    def check(self, sources: Mapping[str, str]) -> RuleTables:
        """Return a new draft, which also has to agree with all other tables of today.

        Raises:
            ClewError: it cannot be used; the message names every problem with its place.
        """
        ...

    def file_of(self, text: str, name: str = "") -> str:
        """Return which of the files of a version a text is, by what is in it, else its name."""
        ...
