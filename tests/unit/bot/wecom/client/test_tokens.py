from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.wecom.client.tokens import (
    FORCED,
    REFUSAL_KEPT_FOR,
    MemoryTokenStore,
    Token,
    TokenKeeper,
)
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import Family, NotSentError, PlatformError, WireError, classify


class Issuer:
    def __init__(self, clock: DrivenClock) -> None:
        self.clock = clock
        self.count = 0
        self.refused: list[str] = []
        self.failures: list[WireError] = []
        self.life = timedelta(seconds=7200)

    async def __call__(self, refused: str) -> Token:
        self.count += 1
        self.refused.append(refused)
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        now = self.clock.now()
        return Token(f"T{self.count}", now, now + self.life)


@pytest.fixture
def issuer(clock: DrivenClock) -> Issuer:
    return Issuer(clock)


@pytest.fixture
def keeper(issuer: Issuer, clock: DrivenClock) -> TokenKeeper:
    return TokenKeeper("wecom:ww1:2:app", issuer, MemoryTokenStore(), clock)


def refusal(code: int) -> PlatformError:
    return PlatformError("/cgi-bin/gettoken", code, "no", classify(code, Family.WECOM))


async def test_fifty_callers_at_once_ask_for_one_token(keeper: TokenKeeper, issuer: Issuer) -> None:
    tokens = await asyncio.gather(*(keeper.get() for _ in range(50)))
    assert set(tokens) == {"T1"}
    assert issuer.count == 1


async def test_fifty_callers_with_a_refused_token_renew_it_once(
    keeper: TokenKeeper, issuer: Issuer
) -> None:
    await keeper.get()
    tokens = await asyncio.gather(*(keeper.replace("T1") for _ in range(50)))
    assert set(tokens) == {"T2"}
    assert issuer.refused == ["", "T1"]


async def test_a_token_is_renewed_before_it_ends(keeper: TokenKeeper, clock: DrivenClock) -> None:
    await keeper.get()
    clock.advance(timedelta(seconds=7200 - 301))
    assert await keeper.get() == "T1"
    clock.advance(timedelta(seconds=2))
    assert await keeper.get() == "T2"


async def test_a_short_lived_token_has_a_shorter_margin(
    keeper: TokenKeeper, issuer: Issuer, clock: DrivenClock
) -> None:
    issuer.life = timedelta(seconds=300)
    await keeper.get()
    clock.advance(timedelta(seconds=230))
    assert await keeper.get() == "T1"
    clock.advance(timedelta(seconds=20))
    assert await keeper.get() == "T2"


async def test_refusals_force_only_so_many_renewals_an_hour(
    keeper: TokenKeeper, issuer: Issuer, clock: DrivenClock
) -> None:
    token: str | None = await keeper.get()
    for _ in range(FORCED):
        assert token is not None
        token = await keeper.replace(token)
    assert token is not None
    assert await keeper.replace(token) is None
    assert issuer.count == 1 + FORCED
    clock.advance(timedelta(hours=1))
    assert await keeper.replace(token) is not None


async def test_a_platform_that_gives_tokens_freely_is_asked_again_sooner(
    issuer: Issuer, clock: DrivenClock
) -> None:
    keeper = TokenKeeper("k", issuer, MemoryTokenStore(), clock, timedelta(minutes=5))
    token: str | None = await keeper.get()
    for _ in range(FORCED):
        assert token is not None
        token = await keeper.replace(token)
    assert token is not None
    assert await keeper.replace(token) is None
    clock.advance(timedelta(minutes=5))
    assert await keeper.replace(token) is not None


async def test_waiting_callers_share_a_failed_renewal(keeper: TokenKeeper, issuer: Issuer) -> None:
    issuer.failures = [NotSentError("/cgi-bin/gettoken", "ClientConnectorError")]
    results = await asyncio.gather(*(keeper.get() for _ in range(20)), return_exceptions=True)
    assert all(isinstance(result, NotSentError) for result in results)
    assert issuer.count == 1
    assert await keeper.get() == "T2"


async def test_a_wrong_secret_is_believed_for_a_while(
    keeper: TokenKeeper, issuer: Issuer, clock: DrivenClock
) -> None:
    issuer.failures = [refusal(40001)]
    for _ in range(10):
        with pytest.raises(PlatformError) as caught:
            await keeper.get()
        assert caught.value.reaction is Reaction.OPERATOR
    assert issuer.count == 1
    clock.advance(REFUSAL_KEPT_FOR)
    assert await keeper.get() == "T2"


async def test_a_busy_platform_is_asked_again_at_once(keeper: TokenKeeper, issuer: Issuer) -> None:
    issuer.failures = [refusal(-1)]
    with pytest.raises(NotSentError):
        await keeper.get()
    assert await keeper.get() == "T2"


async def test_a_cancelled_leader_leaves_the_renewal_to_the_next(
    clock: DrivenClock, issuer: Issuer
) -> None:
    hang = asyncio.Event()

    async def issue(refused: str) -> Token:
        if not hang.is_set():
            hang.set()
            await asyncio.Event().wait()
        return await issuer(refused)

    keeper = TokenKeeper("k", issue, MemoryTokenStore(), clock)
    leader = asyncio.create_task(keeper.get())
    await hang.wait()
    follower = asyncio.create_task(keeper.get())
    await asyncio.sleep(0)
    leader.cancel()
    assert await follower == "T1"


async def test_keepers_of_one_store_share_a_key_and_nothing_else(clock: DrivenClock) -> None:
    store = MemoryTokenStore()
    issuers = [Issuer(clock), Issuer(clock), Issuer(clock)]
    for key, issuer in zip(("app", "app", "contact"), issuers, strict=True):
        await TokenKeeper(key, issuer, store, clock).get()
    assert [issuer.count for issuer in issuers] == [1, 0, 1]


def test_a_token_never_shows_its_value(clock: DrivenClock) -> None:
    assert "secret-token" not in repr(Token("secret-token", clock.now(), clock.now()))
