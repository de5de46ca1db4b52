"""The whole state of the stand-in in one value, and how it is filled at the start."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime

from bot.simulator.config import SimulatorConfig
from bot.simulator.texts import Texts
from bot.simulator.wire.courier import Courier
from bot.simulator.world.acquisition import Acquisition
from bot.simulator.world.ai_bot import AiBot
from bot.simulator.world.app_chat import AppChat
from bot.simulator.world.archive import Archive
from bot.simulator.world.codes import Codes
from bot.simulator.world.groups import Group, JoinWay
from bot.simulator.world.hub import Hub
from bot.simulator.world.ids import Ids
from bot.simulator.world.kf import KfDesk
from bot.simulator.world.mass_sends import MassSends
from bot.simulator.world.media import MediaShelf
from bot.simulator.world.official import OfficialAccount
from bot.simulator.world.people import Customers, Directory
from bot.simulator.world.rates import Rates
from bot.simulator.world.relations import Relations
from bot.simulator.world.tokens import TokenOffice
from bot.simulator.world.transfers import Transfers
from bot.simulator.world.windows import Windows
from handlers.ports import Clock

#: API calls kept for the windows and for tests.
CALLS_KEPT = 5000


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call Clew made: when, which path, what it was answered.

    ``warnings`` name advised limits that the request goes beyond (long card
    texts); the platform accepts them and cuts on the screen. ``fault`` is the kind of
    the fault that struck it.
    """

    at: datetime
    path: str
    errcode: int
    body: bytes = b""
    warnings: tuple[str, ...] = ()
    fault: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the form the browser draws."""
        return {
            "at": self.at.isoformat(),
            "path": self.path,
            "errcode": self.errcode,
            "warnings": list(self.warnings),
            "fault": self.fault,
        }


@dataclass(slots=True)
class Switches:
    """What an operator may have got wrong."""

    is_ip_allowed: bool = True
    #: Without a receive URL callback cards are refused (43012).
    has_receive_url: bool = True


@dataclass(slots=True)
class World:
    """Everything the stand-in knows."""

    config: SimulatorConfig
    corp_name: str
    app_name: str
    clock: Clock
    ids: Ids
    hub: Hub
    texts: Texts
    courier: Courier
    windows: Windows
    directory: Directory
    customers: Customers
    relations: Relations
    groups: dict[str, Group]
    app: AppChat
    kf: KfDesk
    official: OfficialAccount
    tokens: TokenOffice
    tickets: TokenOffice
    media: MediaShelf
    official_media: MediaShelf
    #: OAuth codes stand for a userid or external_userid.
    login_codes: Codes[str]
    acquisition: Acquisition = field(default_factory=Acquisition)
    transfers: Transfers = field(default_factory=Transfers)
    mass_sends: MassSends = field(default_factory=MassSends)
    bot: AiBot | None = None
    #: Base address of the stand-in itself, for links it hands out.
    address: str = ""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    rates: Rates = field(default_factory=Rates)
    archive: Archive = field(default_factory=Archive)
    switches: Switches = field(default_factory=Switches)
    join_ways: dict[str, JoinWay] = field(default_factory=dict)
    calls: deque[ApiCall] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

    @property
    def now(self) -> datetime:
        """The present moment of the stand-in's clock."""
        return self.clock.now()

    def background(self, doing: Coroutine[None, None, None]) -> None:
        """Do something beside the act that caused it."""
        task = asyncio.ensure_future(doing)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def menus(self) -> dict[str, object]:
        """Return both menus as the browser draws them."""
        menus = {"app": self.app.menu, "mp": self.official.menu}
        return {name: menu for name, menu in menus.items() if menu is not None}

    def tell_menus(self) -> None:
        """Tell the hub that a menu changed."""
        self.hub.publish("menus", menus=self.menus())
