"""The acts of the browser's ``POST /ui/act``, one struct each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bot.clock import DrivenClock
from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.simulator import Simulator
from bot.simulator.world.windows import ConversationKind, Message, MessageKind

Result = dict[str, object]


class Act(msgspec.Struct, tag_field="do", forbid_unknown_fields=True):
    """An act; subclasses say which and what it needs."""

    async def run(self, sim: Simulator) -> Result:
        """Do it and return what the page wants to know besides ``ok``."""
        raise NotImplementedError


class Say(Act, tag="say"):
    """Somebody writes in a window they belong to."""

    conversation: str
    sender: str
    text: str

    async def run(self, sim: Simulator) -> Result:
        """Send it the way the window's kind does."""
        kind, _, rest = self.conversation.partition(":")
        _check_member(sim, self.conversation, self.sender)
        match kind:
            case ConversationKind.APP:
                message = sim.members.say(rest, self.text)
            case ConversationKind.KF:
                message = sim.desk.say(rest, self.text)
            case ConversationKind.MP:
                message = sim.fans.say(rest, self.text)
            case ConversationKind.GROUP:
                message = sim.rooms.say(rest, self.sender, self.text)
                sim.bots.overhear(rest, self.sender, self.text)
            case ConversationKind.BOT:
                message = sim.bots.say(rest, self.text)
            case _:
                customer, _, userid = rest.partition(":")
                message = sim.friends.say(customer, userid, self.sender, self.text)
                if self.sender == customer:
                    sim.acquirers.wrote(customer, userid)
        return {"message": message.id}


class Click(Act, tag="click"):
    """A member taps a card."""

    message: str
    key: str
    selected: dict[str, str | list[str]] = {}

    async def run(self, sim: Simulator) -> Result:
        """Tap it."""
        found = sim.world.windows.find(self.message)
        is_of_bot = found is not None and found[0].kind is ConversationKind.BOT
        clicked = sim.bots.click if is_of_bot else sim.members.click
        clicked(self.message, self.key, self.selected)
        return {}


class MenuClick(Act, tag="menu_click"):
    """A customer taps a line of a menu message; the newest menu that has it counts."""

    conversation: str
    sender: str
    id: str

    async def run(self, sim: Simulator) -> Result:
        """Send the line's text with its id."""
        _check_member(sim, self.conversation, self.sender)
        content = _menu_line(sim.messages(self.conversation), self.id)
        kind, _, customer = self.conversation.partition(":")
        if kind == ConversationKind.KF:
            message = sim.desk.say(customer, content, self.id)
        else:
            message = sim.fans.say(customer, content, self.id)
        return {"message": message.id}


class AppMenu(Act, tag="app_menu"):
    """A member taps the app's menu."""

    userid: str
    key: str

    async def run(self, sim: Simulator) -> Result:
        """Tap it."""
        sim.members.tap_menu(self.userid, self.key)
        return {}


class MpMenu(Act, tag="mp_menu"):
    """A customer taps the official account's menu."""

    customer: str
    key: str

    async def run(self, sim: Simulator) -> Result:
        """Tap it."""
        sim.fans.tap_menu(self.customer, self.key)
        return {}


class Scan(Act, tag="scan"):
    """A customer scans a contact way."""

    customer: str
    config_id: str

    async def run(self, sim: Simulator) -> Result:
        """Add the member."""
        follow = sim.friends.scan(self.customer, self.config_id)
        return {"conversation": f"friend:{self.customer}:{follow.userid}"}


class OpenLink(Act, tag="open_link"):
    """A customer opens an acquisition link; ``state`` is its ``customer_channel``."""

    customer: str
    link_id: str
    state: str = ""

    async def run(self, sim: Simulator) -> Result:
        """Add the member behind it."""
        follow = sim.acquirers.open(self.customer, self.link_id, self.state)
        return {"conversation": f"friend:{self.customer}:{follow.userid}"}


class RefuseTransfer(Act, tag="refuse_transfer"):
    """A customer refuses the member they are handed over to."""

    customer: str

    async def run(self, sim: Simulator) -> Result:
        """Refuse."""
        sim.handovers.refuse(self.customer)
        return {}


class MassSend(Act, tag="mass_send"):
    """A member confirms a mass-send task."""

    userid: str
    msgid: str

    async def run(self, sim: Simulator) -> Result:
        """Send it into the chats."""
        statuses = sim.broadcasts.send(self.userid, self.msgid)
        return {"statuses": [status.value for status in statuses]}


class Follow(Act, tag="follow"):
    """A customer follows the official account."""

    customer: str
    scene: str = ""

    async def run(self, sim: Simulator) -> Result:
        """Follow or scan."""
        sim.fans.follow(self.customer, self.scene)
        return {"conversation": f"mp:{self.customer}"}


class Unfollow(Act, tag="unfollow"):
    """A customer stops following."""

    customer: str

    async def run(self, sim: Simulator) -> Result:
        """Stop."""
        sim.fans.unfollow(self.customer)
        return {"conversation": f"mp:{self.customer}"}


class EnterKf(Act, tag="enter_kf"):
    """A customer opens the 微信客服 chat."""

    customer: str
    scene: str = ""
    scene_param: str = ""

    async def run(self, sim: Simulator) -> Result:
        """Enter."""
        sim.desk.enter(self.customer, self.scene, self.scene_param)
        return {"conversation": f"kf:{self.customer}"}


class JoinGroup(Act, tag="join_group"):
    """A customer joins a group."""

    customer: str
    chat_id: str
    join_scene: int = 3

    async def run(self, sim: Simulator) -> Result:
        """Join."""
        sim.rooms.join(self.customer, self.chat_id, self.join_scene)
        return {"conversation": f"group:{self.chat_id}"}


class DeleteRep(Act, tag="delete_rep"):
    """A customer deletes a member."""

    customer: str
    userid: str

    async def run(self, sim: Simulator) -> Result:
        """Delete."""
        sim.friends.leave_rep(self.customer, self.userid)
        return {}


class AddCustomer(Act, tag="add_customer"):
    """Somebody new appears."""

    name: str

    async def run(self, sim: Simulator) -> Result:
        """Take them in."""
        return {"id": sim.staff.add_customer(self.name).external_userid}


class Advance(Act, tag="advance"):
    """Move the driven clock: by ``seconds``, or ``until`` a moment (ISO, with zone)."""

    seconds: float | None = None
    until: datetime | None = None

    async def run(self, sim: Simulator) -> Result:
        """Move it and say where it stands."""
        clock = sim.world.clock
        if not isinstance(clock, DrivenClock):
            raise ActRefused(No.CLOCK_IS_FIXED)
        by = self._span(clock.now())
        if by < timedelta(0):
            raise ActRefused(No.CLOCK_BACKWARDS)
        now = clock.advance(by)
        sim.world.hub.publish("clock", now=now.isoformat())
        return {"now": now.isoformat()}

    def _span(self, now: datetime) -> timedelta:
        if self.until is not None:
            return self.until.astimezone(UTC) - now
        return timedelta(seconds=self.seconds or 0)


ACTS = (
    Say
    | Click
    | MenuClick
    | AppMenu
    | MpMenu
    | Scan
    | OpenLink
    | RefuseTransfer
    | MassSend
    | Follow
    | Unfollow
    | EnterKf
    | JoinGroup
    | DeleteRep
    | AddCustomer
    | Advance
)


async def perform(sim: Simulator, raw: bytes) -> Result:
    """Do the act that ``raw`` describes; a refusal is an answer with Chinese words."""
    texts = sim.world.texts
    try:
        act: Act = msgspec.json.decode(raw, type=ACTS)
        return {"ok": True, **await act.run(sim)}
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        return {"ok": False, "error": texts.error("unknown_act").format(detail=error)}
    except ActRefused as refused:
        return {"ok": False, "error": texts.error(refused.code), "code": refused.code}


def _check_member(sim: Simulator, conversation: str, sender: str) -> None:
    found = sim.world.windows.conversations.get(conversation)
    if found is None:
        raise ActRefused(No.UNKNOWN_CONVERSATION, conversation)
    if sender not in found.members:
        raise ActRefused(No.NOT_A_MEMBER, sender)


def _menu_line(messages: list[Message], line_id: str) -> str:
    menus = (m.body["menu"] for m in reversed(messages) if m.kind is MessageKind.MENU)
    for menu in menus:
        for item in _items(menu):
            line = item.get("click", item)
            if line.get("id") == line_id:
                return str(line["content"])
    raise ActRefused(No.UNKNOWN_MENU, line_id)


def _items(menu: object) -> list[Mapping[str, Any]]:
    return list(menu["list"]) if isinstance(menu, Mapping) else []
