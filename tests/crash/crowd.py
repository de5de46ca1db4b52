"""The load: customers who write and join, reps who tap, all at random but by a seed."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from bot.simulator.acts.stage import ActRefused
from bot.simulator.simulator import Simulator
from bot.simulator.world.windows import MessageKind
from bot.story.reading import keys_of

CONTACT_WAY = "cwexpo2026b7000000000000000000001"
GROUP = "wrClewDemoMathParents00000000001"
REPS = ("LiLei", "HanMeimei")
LINES = (
    "你好，数学班多少钱？",
    "孩子三年级，在上海",
    "想约周六试听",
    "我电话 139{digits:08d}",
    "怎么报名付款",
    "谢谢老师",
    "有资料吗",
)


@dataclass(slots=True)
class Crowd:
    """People who act until they are told to stop."""

    sim: Simulator
    dice: random.Random
    customers: list[str] = field(default_factory=list)
    acts: int = 0

    async def act_until(self, stopping: asyncio.Event, pause: float = 0.2) -> None:
        """Let somebody do something every ``pause`` seconds.

        Two reps may get 30 messages a minute each (fact sheet 4.1): a crowd that
        brings more only makes the end wait.
        """
        while not stopping.is_set():
            try:
                self._somebody()
                self.acts += 1
            except ActRefused:
                pass  # e.g. a card that was answered meanwhile: people try that too
            await asyncio.sleep(pause)

    def _somebody(self) -> None:
        chance = self.dice.random()
        if chance < 0.1 or not self.customers:
            self._arrive()
        elif chance < 0.25:
            self._tap()
        else:
            self._write(self.dice.choice(self.customers))

    def _arrive(self) -> None:
        number = len(self.customers)
        customer = self.sim.staff.add_customer(f"客户{number}")
        self.customers.append(customer.external_userid)
        match number % 4:
            case 0:
                self.sim.friends.scan(customer.external_userid, CONTACT_WAY)
            case 1:
                self.sim.fans.follow(customer.external_userid, "")
            case 2:
                self.sim.rooms.join(customer.external_userid, GROUP)
            case _:
                self.sim.desk.enter(customer.external_userid, "", "")

    def _write(self, customer: str) -> None:
        text = self.dice.choice(LINES).format(digits=self.dice.randrange(10**8))
        if self.customers.index(customer) % 4 == 1:
            self.sim.fans.say(customer, text)
            return
        if self.sim.world.kf.accounts and not self._has_session(customer):
            self.sim.desk.enter(customer, "", "")
        self.sim.desk.say(customer, text)

    def _has_session(self, customer: str) -> bool:
        accounts = self.sim.world.kf.accounts.values()
        return any(account.session(customer) for account in accounts)

    def _tap(self) -> None:
        """Let a rep answer the oldest open card."""
        rep = self.dice.choice(REPS)
        for message in self.sim.messages(f"app:{rep}"):
            keys = [key for key in keys_of(message) if key.startswith(("accept:", "return:"))]
            if message.kind is MessageKind.CARD and message.replaced is None and keys:
                key = keys[0] if self.dice.random() < 0.8 else keys[1]
                self.sim.members.click(message.id, key, {"reason": ["no_time"]})
                return
