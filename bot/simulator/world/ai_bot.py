"""The AI bot: what people said to it and how far each answer is (fact sheet 2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.simulator.config import Limits
from bot.simulator.moments import SlidingCount
from bot.simulator.world.codes import Codes
from bot.simulator.world.ids import Ids
from bot.simulator.world.windows import Message

#: Hands a frame (cmd, req_id, body) to the connected socket.
Push = Callable[[str, str, Mapping[str, object]], None]


@dataclass(slots=True)
class Turn:
    """Something the bot was told; ``message`` is the answer as windows show it.

    ``kind`` is ``message`` or the event's name; ``card`` the tapped card.
    """

    msgid: str
    req_id: str
    userid: str
    window: str
    asked_at: datetime
    kind: str = "message"
    chat_id: str = ""
    is_over: bool = False
    stream_id: str = ""
    message: Message | None = None
    card: Message | None = None


@dataclass(slots=True)
class BotUpload:
    """A file on its way through the socket, chunk by chunk."""

    kind: str
    filename: str
    total_chunks: int
    md5: str
    chunks: dict[int, bytes] = field(default_factory=dict)


class AiBot:
    """One bot of the own corp."""

    def __init__(self, bot_id: str, name: str, ids: Ids, limits: Limits) -> None:
        """Start with nothing said."""
        self.bot_id = bot_id
        self.name = name
        self.turns: dict[str, Turn] = {}
        self.response_codes: Codes[Turn] = Codes(ids, "RU")
        self.uploads: dict[str, BotUpload] = {}
        self.entered: dict[str, date] = {}
        self.push: Push | None = None
        self._minute = SlidingCount(limits.bot_per_minute, timedelta(minutes=1))
        self._hour = SlidingCount(limits.bot_per_hour, timedelta(hours=1))

    def in_flight(self, userid: str, since: datetime) -> int:
        """Return how many messages of a member still wait for the end of an answer."""
        return sum(
            turn.userid == userid and not turn.is_over and turn.asked_at > since
            for turn in self.turns.values()
        )

    def streaming(self, since: datetime) -> list[Turn]:
        """Return the turns whose stream has begun after ``since`` and is not finished."""
        found = self.turns.values()
        return [t for t in found if t.stream_id and not t.is_over and t.asked_at > since]

    def by_req_id(self, req_id: str) -> Turn | None:
        """Return the turn of a socket callback, or None."""
        return next((turn for turn in self.turns.values() if turn.req_id == req_id), None)

    def may_send(self, window: str, now: datetime) -> bool:
        """Count a message of the bot's own accord to a chat; False beyond its rate."""
        if not (self._minute.has_room(window, now) and self._hour.has_room(window, now)):
            return False
        return self._minute.take(window, now) and self._hour.take(window, now)
