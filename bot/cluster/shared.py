"""What processes share through Redis; a process that is alone has its own of each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cluster.redis_link import RedisLink
from bot.cluster.redis_rates import SharedRates
from bot.cluster.redis_tokens import RedisTokenStore
from bot.cluster.roles import is_shared
from bot.cluster.wakeups import Topic, WakeUps
from bot.cluster.witness import SharedWitness
from bot.wecom.client.tokens import MemoryTokenStore, TokenStore
from handlers.web.allowance import OwnRates
from storage.signal import WorkSignal

if TYPE_CHECKING:
    from config.settings import Settings
    from handlers.ports import Clock, Rates
    from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Shared:
    """``signals`` are the bells by topic; the rest is None where there is one process."""

    signals: Mapping[Topic, WorkSignal]
    link: RedisLink | None = None
    wake_ups: WakeUps | None = None
    witness: SharedWitness | None = None

    def rates(self) -> Rates:
        """Return what counts the calls of other systems."""
        return SharedRates(self.link) if self.link else OwnRates()

    def tokens(self, vault: Vault, clock: Clock) -> TokenStore:
        """Return where access tokens are kept."""
        return RedisTokenStore(self.link, vault, clock) if self.link else MemoryTokenStore()


@asynccontextmanager
async def sharing(settings: Settings) -> AsyncIterator[Shared]:
    """Yield what the settings call for; Redis need not answer."""
    if not is_shared(settings.store):
        yield Shared({topic: WorkSignal() for topic in Topic})
        return
    link = RedisLink(settings.store.redis_url)
    wake_ups = WakeUps(link, f"clew:{settings.corp.corp_id}:wake-ups")
    try:
        yield Shared(wake_ups.signals, link, wake_ups, SharedWitness(link))
    finally:
        await link.close()
