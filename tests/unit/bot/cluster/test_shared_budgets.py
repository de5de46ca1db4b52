"""Several relays keep to one limit: what was sent stands in the ledger, not in a process."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.limits import LEDGER_SPAN, ledger_span
from bot.relay import LEASE, Relay
from bot.wecom.errors import OutcomeUnknownError
from domain.messages import Endpoint
from storage.outbox import Outbox
from tests.unit.bot.played_postman import REP, PlayedPostman, Send, text

MINUTE = timedelta(minutes=1)


@pytest.fixture
def relays(outbox: Outbox, postman: PlayedPostman, clock: DrivenClock) -> list[Relay]:
    return [
        Relay(outbox, postman, clock, has_others=True)  # type: ignore[arg-type]
        for _ in range(2)
    ]


async def sent_by_turns(relays: list[Relay], send: Send, numbers: range) -> None:
    """Send one text at a time, each by the other relay."""
    for number in numbers:
        await send(text(str(number)))
        await relays[number % 2].drain_once()


async def test_two_relays_together_send_thirty_in_a_minute(
    relays: list[Relay], postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await sent_by_turns(relays, send, range(40))
    assert len(postman.delivered) == 30
    clock.advance(MINUTE)
    await relays[0].drain_once()
    assert postman.texts() == [str(number) for number in range(40)]


async def test_a_lost_answer_counts_for_the_other_relay_too(
    relays: list[Relay], outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    postman.troubles[REP] = [OutcomeUnknownError("/x", "timeout")]
    await send(text("first"))
    await relays[0].drain_once()
    assert len(await outbox.sent_since(clock.now() - MINUTE)) == 1


async def test_a_call_that_a_crash_cut_off_counts_once(
    relays: list[Relay], outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await send(text("0"), text("1"), text("2"))
    assert len(await outbox.claim(10, LEASE, clock.now())) == 3
    clock.advance(LEASE)
    await relays[0].drain_once()
    assert postman.texts() == ["0", "1", "2"]
    assert len(await outbox.sent_since(clock.now() - MINUTE)) == 4


async def test_after_a_crash_the_limit_holds_with_the_lost_call(
    relays: list[Relay], outbox: Outbox, postman: PlayedPostman, send: Send, clock: DrivenClock
) -> None:
    await send(text("0"))
    await outbox.claim(10, LEASE, clock.now())
    clock.advance(LEASE)
    await relays[0].drain_once()
    await sent_by_turns(relays, send, range(1, 40))
    assert len(postman.delivered) == 29


@pytest.mark.parametrize(
    ("endpoint", "span"),
    [
        (Endpoint.APP_MESSAGE, timedelta(hours=1)),
        (Endpoint.KF_MESSAGE, LEDGER_SPAN),
        (Endpoint.MP_MESSAGE, LEDGER_SPAN),
        (Endpoint.REMARK, None),
    ],
)
def test_the_ledger_is_read_only_as_far_back_as_it_matters(
    endpoint: Endpoint, span: timedelta | None
) -> None:
    assert ledger_span(endpoint) == span
