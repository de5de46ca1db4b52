"""The send ledger by receiver: what every relay must know before it sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.messages import Endpoint, Push, Text
from storage.database import Database
from storage.ids import IdSource
from storage.outbox import ClaimedPush, Outbox, Sent, insert_pushes
from storage.vault import Vault
from tests.factories import NOW

LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)
PUSH = Push(Endpoint.APP_MESSAGE, "1000002", "LiLei", Text("你好"), "text:1")


def line_of(row: ClaimedPush) -> Sent:
    return Sent("1000002", "LiLei", Endpoint.APP_MESSAGE, NOW, row.id)


@pytest.fixture
def outbox(database: Database, vault: Vault, ids: IdSource) -> Outbox:
    return Outbox(database, vault, ids)


@pytest.fixture
async def one_sent(database: Database, vault: Vault, ids: IdSource, outbox: Outbox) -> ClaimedPush:
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, [PUSH], NOW)
    (claimed,) = await outbox.claim(1, LEASE, NOW)
    await outbox.finish(claimed, {}, NOW)
    return claimed


async def test_a_line_is_found_by_account_receiver_and_endpoint(
    outbox: Outbox, one_sent: ClaimedPush
) -> None:
    assert await outbox.sent_to(PUSH, NOW - MINUTE) == [line_of(one_sent)]
    for other in (
        replace(PUSH, account="1000003"),
        replace(PUSH, receiver="HanMeimei"),
        replace(PUSH, endpoint=Endpoint.CARD_UPDATE),
    ):
        assert await outbox.sent_to(other, NOW - MINUTE) == []


@pytest.mark.usefixtures("one_sent")
async def test_lines_before_the_asked_moment_are_left_out(outbox: Outbox) -> None:
    assert await outbox.sent_to(PUSH, NOW + MINUTE) == []


async def test_an_attempt_that_may_have_arrived_counts_and_the_row_goes_on(
    database: Database, vault: Vault, ids: IdSource, outbox: Outbox
) -> None:
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, [PUSH], NOW)
    (claimed,) = await outbox.claim(1, LEASE, NOW)
    await outbox.count_send(claimed, NOW)
    assert await outbox.sent_to(PUSH, NOW - MINUTE) == [line_of(claimed)]
    assert await outbox.finish(claimed, {}, NOW)
    assert await outbox.sent_to(PUSH, NOW - MINUTE) == [line_of(claimed)] * 2
