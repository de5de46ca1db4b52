"""Clients that have a page of Clew's open: whose, and beside which chat (fact sheet 3.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.simulator.acts.stage import ActRefused, No, customer_of, employee_of
from bot.simulator.world.world import World


class Entry(StrEnum):
    """From where a page was opened, as ``getContext`` tells."""

    NORMAL = "normal"
    CONTACT_PROFILE = "contact_profile"
    SINGLE_CHAT_TOOLS = "single_chat_tools"
    GROUP_CHAT_TOOLS = "group_chat_tools"


@dataclass(frozen=True, slots=True)
class Client:
    """A member's open page; ``chat`` is a customer, a group, or empty, by ``entry``."""

    userid: str
    entry: Entry = Entry.NORMAL
    chat: str = ""


@dataclass(slots=True)
class Clients:
    """The open pages, by the id in their fragment, and what each session of the SDK may do."""

    world: World
    open_pages: dict[str, Client] = field(default_factory=dict)
    #: (session, page) → what ``config`` and ``agentConfig`` granted there.
    granted: dict[tuple[str, str], dict[str, frozenset[str]]] = field(default_factory=dict)

    def open(self, client: Client) -> str:
        """Open a page as the client would and return its fragment, ``#client=…``.

        Raises:
            ActRefused: no such member, customer or group, or they are not in contact.
        """
        employee_of(self.world, client.userid)
        match client.entry:
            case Entry.CONTACT_PROFILE | Entry.SINGLE_CHAT_TOOLS:
                customer_of(self.world, client.chat)
                if self.world.relations.find(client.userid, client.chat) is None:
                    raise ActRefused(No.NOT_FRIENDS, client.chat)
            case Entry.GROUP_CHAT_TOOLS:
                if client.chat not in self.world.groups:
                    raise ActRefused(No.UNKNOWN_GROUP, client.chat)
            case Entry.NORMAL:
                pass
        name = self.world.ids.word("client-")
        self.open_pages[name] = client
        return f"#client={name}"
