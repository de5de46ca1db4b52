"""The chat windows: conversations and what people see in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.simulator.world.hub import Hub
from bot.simulator.world.ids import Ids
from handlers.ports import Clock

#: Sender of lines that nobody said ("小美 joined").
SYSTEM = "system"
#: Sender of what the corp app says.
CLEW = "clew"


class ConversationKind(StrEnum):
    """Which client window a conversation is."""

    APP = "app"
    KF = "kf"
    MP = "mp"
    FRIEND = "friend"
    GROUP = "group"
    #: A member with the AI bot.
    BOT = "bot"
    #: 群发助手: the mass-send tasks of a member.
    MASS = "mass"


class MessageKind(StrEnum):
    """How a message is drawn."""

    TEXT = "text"
    CARD = "card"
    WELCOME = "welcome"
    MENU = "menu"
    EVENT = "event"
    LINK = "link"
    IMAGE = "image"
    #: Something to decide: title, lines and buttons that act.
    OFFER = "offer"


@dataclass(slots=True)
class Message:
    """A message in a window.

    ``body`` holds the wire part that the kind needs (``card``, ``menu``, ``link``,
    ``media_id``, ``offer``); ``replaced`` is the grey word that took the place of
    the buttons.
    """

    id: str
    sender: str
    at: datetime
    kind: MessageKind
    seq: int
    text: str = ""
    body: Mapping[str, object] = field(default_factory=dict)
    replaced: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {
            "id": self.id,
            "from": self.sender,
            "at": self.at.isoformat(),
            "type": self.kind.value,
            "seq": self.seq,
            "text": self.text,
            "replaced": self.replaced,
            **self.body,
        }


@dataclass(slots=True)
class Conversation:
    """A window: who is in it and what was said, oldest first."""

    id: str
    kind: ConversationKind
    title: str
    members: list[str]
    messages: list[Message] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "title": self.title,
            "members": list(self.members),
            "messages": [message.as_json() for message in self.messages],
        }


@dataclass(frozen=True, slots=True)
class Said:
    """What is to appear in a window."""

    kind: MessageKind
    text: str = ""
    body: Mapping[str, object] = field(default_factory=dict)


class Windows:
    """All conversations; every change is told to the hub."""

    def __init__(self, hub: Hub, clock: Clock, ids: Ids) -> None:
        """Start empty."""
        self._hub = hub
        self._clock = clock
        self._ids = ids
        self._seq = 0
        #: Called with everything that appears.
        self.on_show: Callable[[Conversation, Message], None] | None = None
        self._places: dict[str, str] = {}
        self._is_muffled: Callable[[str], bool] | None = None
        self.conversations: dict[str, Conversation] = {}

    def open(
        self, conversation_id: str, kind: ConversationKind, title: str, members: list[str]
    ) -> Conversation:
        """Return the window, made on first use; ``members`` of an open one are renewed."""
        found = self.conversations.get(conversation_id)
        if found is None:
            found = Conversation(conversation_id, kind, title, members)
            self.conversations[conversation_id] = found
        elif (found.members, found.title) == (members, title):
            return found
        found.members, found.title = members, title
        self._hub.publish("conversation", conversation=found.as_json())
        return found

    def show(self, conversation_id: str, sender: str, said: Said) -> Message:
        """Put a message into an open window, or nowhere when it is muffled.

        Raises:
            KeyError: no window of that id is open.
        """
        conversation = self.conversations[conversation_id]
        self._seq += 1
        message = Message(
            id=self._ids.word("m"),
            sender=sender,
            at=self._clock.now(),
            kind=said.kind,
            seq=self._seq,
            text=said.text,
            body=said.body,
        )
        if self._is_muffled is not None and self._is_muffled(conversation_id):
            return message
        conversation.messages.append(message)
        self._places[message.id] = conversation_id
        self._hub.publish("message", conversation=conversation_id, message=message.as_json())
        if self.on_show is not None:
            self.on_show(conversation, message)
        return message

    @contextmanager
    def muffled(self, is_muffled: Callable[[str], bool] | None) -> Iterator[None]:
        """Show nothing inside the block in windows for which ``is_muffled`` holds."""
        self._is_muffled = is_muffled
        try:
            yield
        finally:
            self._is_muffled = None

    def tell(self, conversation_id: str, text: str) -> Message:
        """Put a line that nobody said into an open window."""
        return self.show(conversation_id, SYSTEM, Said(MessageKind.EVENT, text))

    def find(self, message_id: str) -> tuple[Conversation, Message] | None:
        """Return a message and its window, or None."""
        place = self._places.get(message_id)
        if place is None:
            return None
        conversation = self.conversations[place]
        return conversation, next(m for m in conversation.messages if m.id == message_id)

    def changed(self, message: Message) -> None:
        """Tell that a message was changed in place; one that was muffled is nowhere."""
        place = self._places.get(message.id)
        if place is None:
            return
        self._hub.publish("message_updated", conversation=place, message=message.as_json())
