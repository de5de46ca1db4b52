"""智能机器人 AI bot, by webhook or socket (fact sheet 2.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.values import UserId
from handlers.updates.base import NOBODY, Update
from handlers.updates.content import Content, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class BotUpdate(Update):
    """Something said or done to the bot ``bot_id``.

    ``chat_id`` is empty in a single chat; ``corp_id`` is set when the user
    belongs to another corp. ``req_id`` pairs an answer on the socket.
    """

    bot_id: str
    msgid: str = ""
    userid: UserId = NOBODY
    corp_id: str = ""
    chat_id: str = ""
    req_id: str = ""

    def userids(self) -> tuple[UserId, ...]:
        """Return the user who acted, if there is one."""
        return (self.userid,) if self.userid else ()

    @property
    def subject(self) -> str:
        """The group chat, else the user, else the door."""
        return self.chat_id or self.userid or self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMessage(BotUpdate):
    """A message to the bot; ``response_url`` takes one answer within 1 h."""

    content: Content
    quote: Content | None = None
    response_url: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """The words of the message (a group's include the @mention)."""
        return text_of(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotChatEntered(BotUpdate):
    """The user opened the chat for the first time today; a welcome may answer in 5 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotCardClicked(BotUpdate):
    """A button of the bot's card was pressed; ``selected`` as in ``CardClicked``."""

    task_id: str
    key: str
    card_type: str = ""
    selected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFeedbackGiven(BotUpdate):
    """The user rated an answer; ``feedback`` is the platform's JSON."""

    feedback: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStreamPolled(BotUpdate):
    """The platform asks for the rest of a streamed answer."""

    stream_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotDisconnected(BotUpdate):
    """Another connection of the bot took over: do not reconnect."""
