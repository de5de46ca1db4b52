"""The hand that tests and the story use: act as people, watch what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.simulator.acts.acquirers import Acquirers
from bot.simulator.acts.archivist import Archivist
from bot.simulator.acts.bot_chats import BotChats
from bot.simulator.acts.broadcasts import Broadcasts
from bot.simulator.acts.console import Console
from bot.simulator.acts.desk import Desk
from bot.simulator.acts.fans import Fans
from bot.simulator.acts.friends import Friends
from bot.simulator.acts.handovers import Handovers
from bot.simulator.acts.members import Members
from bot.simulator.acts.rooms import BY_QR, Rooms
from bot.simulator.acts.staff import Staff
from bot.simulator.acts.tapping import Selected
from bot.simulator.clients import Clients
from bot.simulator.config import SimulatorConfig
from bot.simulator.demo import with_clew
from bot.simulator.faults import Faults
from bot.simulator.seed import build_world
from bot.simulator.wire.courier import Delivery
from bot.simulator.wire.envelopes import Line, envelopes
from bot.simulator.world.app_chat import Dropped
from bot.simulator.world.relations import Follow
from bot.simulator.world.windows import Message
from bot.simulator.world.world import ApiCall
from handlers.ports import Clock


class Simulator:
    """The platform, to be driven.

    Customers are named by external_userid, members by userid. Acts that a client
    would not allow raise :class:`bot.simulator.acts.stage.ActRefused`. What an act
    causes is queued for delivery; :meth:`settled` waits for it. The groups of acts
    (``friends``, ``desk``, ``fans``, ``rooms``, ``members``, ``staff``) offer more
    than the short forms here.
    """

    def __init__(self, config: SimulatorConfig, clock: Clock) -> None:
        """Build the world that ``config`` describes, at the clock's moment."""
        self.world = build_world(config, clock)
        self.clients = Clients(self.world)
        self.faults = Faults(self.world)
        self.world.courier.course_of = self.faults.course
        self.friends = Friends(self.world)
        self.desk = Desk(self.world)
        self.fans = Fans(self.world)
        self.rooms = Rooms(self.world)
        self.members = Members(self.world)
        self.staff = Staff(self.world)
        self.console = Console(self.world)
        self.handovers = Handovers(self.world)
        self.archivist = Archivist(self.world)
        self.bots = BotChats(self.world)
        self.acquirers = Acquirers(self.world, self.friends)
        self.broadcasts = Broadcasts(self.world)

    async def open(self) -> None:
        """Begin to deliver callbacks."""
        await self.world.courier.open()

    async def close(self) -> None:
        """Stop delivering."""
        await self.world.courier.close()

    def point_at(self, clew: str) -> None:
        """Send callbacks to Clew's base address from now on."""
        self.reconfigure(with_clew(self.world.config, clew))

    def reconfigure(self, config: SimulatorConfig) -> None:
        """Use other callback settings or limits from now on; people stay."""
        self.world.config = config
        self.world.courier.envelopes = envelopes(config, self.world.clock)

    async def verify_urls(self) -> dict[Line, bool]:
        """Make the URL check of every line and tell which were answered rightly."""
        echo = str(self.world.ids.number())
        courier = self.world.courier
        return {line: await courier.verify(line, echo) for line in courier.envelopes}

    # What people do.

    async def scan(self, customer: str, config_id: str, *, is_half: bool = False) -> Follow:
        """Add the member behind a contact way."""
        return self.friends.scan(customer, config_id, is_half=is_half)

    async def delete_rep(self, customer: str, userid: str) -> None:
        """Let the customer delete the member."""
        self.friends.leave_rep(customer, userid)

    async def enter_kf(self, customer: str, scene: str = "", scene_param: str = "") -> None:
        """Open the 微信客服 chat."""
        self.desk.enter(customer, scene, scene_param)

    async def say_kf(self, customer: str, text: str) -> Message:
        """Write to 微信客服."""
        return self.desk.say(customer, text)

    async def follow(self, customer: str, scene: str = "") -> None:
        """Follow the official account, or scan its QR code when following already."""
        self.fans.follow(customer, scene)

    async def unfollow(self, customer: str) -> None:
        """Stop following the official account."""
        self.fans.unfollow(customer)

    async def say_mp(self, customer: str, text: str) -> Message:
        """Write to the official account."""
        return self.fans.say(customer, text)

    async def say_app(self, userid: str, text: str) -> Message:
        """Write to the corp app as a member."""
        return self.members.say(userid, text)

    async def click(self, message_id: str, key: str, selected: Selected | None = None) -> None:
        """Tap a card's button as the member who sees it."""
        self.members.click(message_id, key, selected or {})

    async def app_menu(self, userid: str, key: str) -> None:
        """Tap the app's menu as a member."""
        self.members.tap_menu(userid, key)

    async def join_group(self, customer: str, chat_id: str, join_scene: int = BY_QR) -> None:
        """Join a customer group."""
        self.rooms.join(customer, chat_id, join_scene)

    # What can be seen.

    def messages(self, conversation: str) -> list[Message]:
        """Return what a window shows, oldest first; empty when it is not open."""
        found = self.world.windows.conversations.get(conversation)
        return list(found.messages) if found else []

    async def wait_message(
        self,
        conversation: str,
        predicate: Callable[[Message], bool] = lambda _: True,
        timeout: float = 5.0,  # noqa: ASYNC109 - tests read best with a plain number
    ) -> Message:
        """Return the first message that fits, as soon as it is there (also after a change).

        Raises:
            TimeoutError: none came within ``timeout`` real seconds; names what is there.
        """
        with self.world.hub.listen() as news:
            try:
                async with asyncio.timeout(timeout):
                    while True:
                        for message in self.messages(conversation):
                            if predicate(message):
                                return message
                        await news.get()
            except TimeoutError:
                seen = [f"{m.sender}: {m.kind} {m.text!r}" for m in self.messages(conversation)]
                detail = f"no such message in {conversation} within {timeout} s; there are {seen}"
                raise TimeoutError(detail) from None

    async def settled(self) -> None:
        """Return when every callback is accepted or given up."""
        await self.world.courier.settled()

    @property
    def deliveries(self) -> list[Delivery]:
        """Every callback copy with the answers to its tries."""
        return self.world.courier.log

    @property
    def dropped(self) -> list[Dropped]:
        """App messages that were swallowed without an error."""
        return self.world.app.dropped

    def calls(self, path: str = "") -> list[ApiCall]:
        """Return the API calls whose path ends with ``path``, oldest first."""
        return [call for call in self.world.calls if call.path.endswith(path)]

    # What goes wrong.

    def kill_tokens(self) -> None:
        """Make every access token invalid before its time."""
        self.world.tokens.kill()

    def allow_ip(self, *, is_allowed: bool) -> None:
        """Put Clew's address on the platform's list, or take it off."""
        self.world.switches.is_ip_allowed = is_allowed

    def deliver_anew(
        self, *, redeliver: int = 1, shuffle: int | None = None, parallel: int
    ) -> None:
        """Change how callbacks are delivered.

        Must be called before :meth:`open`: the workers are counted there.
        """
        courier = self.world.courier
        courier.options = replace(
            courier.options, redeliver=redeliver, shuffle=shuffle, parallel=parallel
        )
