"""What leaves: in the transaction of its cause, once, in order, and accounted for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.messages import (
    Body,
    Card,
    CardButton,
    CardRow,
    CardUpdate,
    Choice,
    Endpoint,
    MarkTag,
    Menu,
    Push,
    Remark,
    Text,
    Welcome,
)
from domain.values import LeadId, PersonId, Priority
from storage.bodies import decode_body
from storage.database import Database
from storage.ids import IdSource
from storage.outbox import ClaimedPush, Outbox, OutboxState, Sent, insert_pushes, lane_of
from storage.vault import Vault
from tests.factories import NOW

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
PUSH = Push(Endpoint.APP_MESSAGE, "clew", "LiLei", Text("你好"), "text:1")


def push(key: str, **changes: Any) -> Push:
    return replace(PUSH, dedupe_key=key, body=Text(key), **changes)


@pytest.fixture
def outbox(database: Database, vault: Vault, ids: IdSource) -> Outbox:
    return Outbox(database, vault, ids)


class Desk:
    """Inserts pushes as a unit of work does."""

    def __init__(self, database: Database, vault: Vault, ids: IdSource) -> None:
        self._database, self._vault, self._ids = database, vault, ids

    async def insert(self, *pushes: Push, at_second: int = 0) -> None:
        async with self._database.write() as tx:
            now = NOW + at_second * SECOND
            await insert_pushes(tx, self._vault, self._ids, pushes, now)


@pytest.fixture
def desk(database: Database, vault: Vault, ids: IdSource) -> Desk:
    return Desk(database, vault, ids)


def keys(claimed: Sequence[ClaimedPush]) -> list[str]:
    return [row.push.dedupe_key for row in claimed]


CARD = Card(
    title="新线索",
    task_id="card-1",
    rows=(CardRow("来源", "展会", url="https://crm.example.com/1"), CardRow("归属", "李雷")),
    buttons=(CardButton("接收", "accept:1"), CardButton("退回", "return:1", style=2)),
    choice=Choice("status", "状态", (("a", "甲"), ("b", "乙")), selected="b"),
    advice="先打电话",
)


@pytest.mark.parametrize(
    "body",
    [
        Text("明天见 <a href='https://example.com'>链接</a>"),
        CARD,
        CardUpdate("code-1", ("LiLei", "HanMei"), replace_name="已接收"),
        pytest.param(CardUpdate("code-2", ("LiLei",), card=CARD), id="CardUpdate with card"),
        Welcome("welcome-1", "您好", link_title="课程", link_url="https://example.com"),
        Menu("请选择", (("1", "数学"), ("2", "英语")), tail="回复数字"),
        Remark("LiLei", "张三 A级", description="展会"),
        MarkTag("LiLei", add=("et1",), remove=("et2", "et3")),
    ],
    ids=lambda body: type(body).__name__,
)
async def test_a_push_comes_back_as_it_went_in(outbox: Outbox, desk: Desk, body: Body) -> None:
    sent = Push(
        endpoint=Endpoint.KF_EVENT_MESSAGE,
        account="wkclew",
        receiver="wmcustomer",
        body=body,
        dedupe_key="key",
        priority=Priority.CHAT,
        not_before=NOW,
        expires_at=NOW + timedelta(hours=1),
        merge_key="merge",
        event_code="event-code",
        person_id=PersonId(7),
        lead_id=LeadId(8),
    )
    await desk.insert(sent)
    (claimed,) = await outbox.claim(10, LEASE, NOW)
    assert claimed.push == sent
    assert (claimed.attempts, claimed.created_at) == (1, NOW)
    assert not claimed.is_outcome_unknown


async def test_the_body_is_sealed_at_rest(outbox: Outbox, desk: Desk, database: Database) -> None:
    await desk.insert(replace(PUSH, body=Text("13812345678")))
    async with database.read() as tx:
        (row,) = await tx.fetch("select * from outbox")
    assert "13812345678" not in " ".join(str(row[column]) for column in row.keys())  # noqa: SIM118
    assert (await outbox.claim(1, LEASE, NOW))[0].push.body == Text("13812345678")


async def test_a_known_dedupe_key_is_dropped(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("a"), push("a", receiver="HanMei"))
    await desk.insert(push("a"), push("b"))
    assert keys(await outbox.claim(10, LEASE, NOW)) == ["a", "b"]


async def test_nothing_leaves_for_what_was_rolled_back(
    outbox: Outbox, database: Database, vault: Vault, ids: IdSource
) -> None:
    async with database.write() as tx:
        await insert_pushes(tx, vault, ids, [PUSH], NOW)
        await tx.roll_back()
    assert await outbox.claim(10, LEASE, NOW) == []


# ------------------------------------------------------------------------ order


async def test_welcome_goes_first_then_the_oldest(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("bulk", priority=Priority.BULK, receiver="r1"))
    await desk.insert(push("second", receiver="r3"), at_second=1)
    await desk.insert(push("first", receiver="r2"))
    await desk.insert(push("welcome", priority=Priority.WELCOME, endpoint=Endpoint.WELCOME))
    claimed = await outbox.claim(3, LEASE, NOW + 5 * SECOND)
    assert keys(claimed) == ["welcome", "first", "second"]


async def test_a_push_waits_for_its_moment(outbox: Outbox, desk: Desk) -> None:
    at = NOW + timedelta(hours=1)
    await desk.insert(push("later", not_before=at), push("now"))
    (row,) = await outbox.claim(10, LEASE, NOW)
    assert row.push.dedupe_key == "now"
    await outbox.finish(row, {}, NOW)
    assert await outbox.claim(10, LEASE, at - SECOND) == []
    assert keys(await outbox.claim(10, LEASE, at)) == ["later"]


async def test_what_is_given_of_a_receiver_is_in_order(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("c"), push("a"), push("b"))
    assert keys(await outbox.claim(10, LEASE, NOW)) == ["c", "a", "b"]


async def test_a_lane_is_never_in_two_leases(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("a"))
    await outbox.claim(1, LEASE, NOW)
    await desk.insert(push("b"), push("other", receiver="HanMei"))
    assert keys(await outbox.claim(10, LEASE, NOW)) == ["other"]


async def test_a_row_waits_for_the_retry_before_it(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("a"))
    (first,) = await outbox.claim(1, LEASE, NOW)
    assert await outbox.retry(first, NOW + 10 * SECOND, "busy")
    await desk.insert(push("b"), at_second=1)
    await desk.insert(push("urgent", priority=Priority.CHAT), at_second=1)
    assert keys(await outbox.claim(10, LEASE, NOW + 2 * SECOND)) == ["urgent"]
    later = NOW + 10 * SECOND + LEASE
    claimed = await outbox.claim(10, LEASE, later)
    assert keys(claimed) == ["urgent", "a", "b"]
    assert [row.attempts for row in claimed] == [2, 2, 1]


async def test_a_row_of_tomorrow_holds_nobody(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("tomorrow", not_before=NOW + timedelta(days=1)))
    await desk.insert(push("today"), at_second=1)
    assert keys(await outbox.claim(10, LEASE, NOW + SECOND)) == ["today"]


async def test_a_welcome_waits_for_nobody(outbox: Outbox, desk: Desk) -> None:
    welcome = {"endpoint": Endpoint.WELCOME, "receiver": "wm1"}
    await desk.insert(push("w1", **welcome))
    assert len(await outbox.claim(1, LEASE, NOW)) == 1
    await desk.insert(push("w2", **welcome))
    assert keys(await outbox.claim(1, LEASE, NOW)) == ["w2"]


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        (Endpoint.KF_MESSAGE, Endpoint.KF_EVENT_MESSAGE, True),
        (Endpoint.APP_MESSAGE, Endpoint.CARD_UPDATE, False),
        (Endpoint.REMARK, Endpoint.MARK_TAG, False),
    ],
)
def test_lanes_are_per_endpoint_family(left: Endpoint, right: Endpoint, *, share: bool) -> None:
    lanes = {lane_of(push("a", endpoint=endpoint)) for endpoint in (left, right)}
    assert (len(lanes) == 1) is share
    assert lane_of(push("a")) != lane_of(push("a", account="other"))


async def test_relays_at_once_share_no_row_and_no_lane(outbox: Outbox, desk: Desk) -> None:
    for receiver in ("r1", "r2", "r3"):
        await desk.insert(*(push(f"{receiver}-{n}", receiver=receiver) for n in range(8)))
    taken = await asyncio.gather(*(outbox.claim(5, LEASE, NOW) for _ in range(6)))
    ids = [row.id for claimed in taken for row in claimed]
    assert len(ids) == len(set(ids))
    holders: dict[str, set[str]] = {}
    for row in (row for claimed in taken for row in claimed):
        holders.setdefault(row.push.receiver, set()).add(row.lease_token)
    assert all(len(tokens) == 1 for tokens in holders.values())


# --------------------------------------------------------------------- outcomes


async def test_a_sent_row_is_in_the_ledger_and_never_comes_again(
    outbox: Outbox, desk: Desk, database: Database
) -> None:
    await desk.insert(PUSH)
    (row,) = await outbox.claim(1, LEASE, NOW)
    assert await outbox.finish(row, {"msgid": "m1"}, NOW + SECOND)
    assert await outbox.claim(1, LEASE, NOW + LEASE) == []
    assert await outbox.sent_since(NOW) == [
        Sent("clew", "LiLei", Endpoint.APP_MESSAGE, NOW + SECOND, row.id)
    ]
    assert await outbox.sent_since(NOW + 2 * SECOND) == []
    async with database.read() as tx:
        stored = await tx.fetch_one("select state, answer from outbox")
    assert stored is not None
    assert (stored["state"], stored["answer"]) == ("sent", '{"msgid":"m1"}')


async def test_rows_finished_at_once_keep_their_own_answers_and_one_lost_lease_stays_alone(
    outbox: Outbox, desk: Desk, database: Database
) -> None:
    await desk.insert(*(push(name, receiver=name) for name in ("a", "b", "c")))
    late, *_ = await outbox.claim(1, LEASE, NOW)
    again, second, third = await outbox.claim(3, LEASE, NOW + LEASE)
    finishing = (
        outbox.finish(row, {"msgid": row.push.receiver}, NOW + number * SECOND)
        for number, row in enumerate((late, second, third))
    )
    assert await asyncio.gather(*finishing) == [False, True, True]
    async with database.read() as tx:
        rows = await tx.fetch("select state, answer, sent_at from outbox order by dedupe_key")
    states = [(row["state"], row["answer"]) for row in rows]
    assert states == [("leased", "{}"), ("sent", '{"msgid":"b"}'), ("sent", '{"msgid":"c"}')]
    assert rows[2]["sent_at"] - rows[1]["sent_at"] == SECOND / timedelta(microseconds=1)
    assert [line.receiver for line in await outbox.sent_since(NOW)] == ["a", "b", "c"]
    assert await outbox.finish(again, {}, NOW)


async def test_an_expired_lease_leaves_the_outcome_unknown(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(PUSH)
    (first,) = await outbox.claim(1, LEASE, NOW)
    (second,) = await outbox.claim(1, LEASE, NOW + LEASE)
    assert (second.id, second.attempts) == (first.id, 2)
    assert second.is_outcome_unknown
    assert not await outbox.finish(first, {}, NOW)
    assert not await outbox.fail(first, "late")
    assert await outbox.unknown(second, "no answer", NOW)
    assert len(await outbox.sent_since(NOW)) == 2
    assert (await outbox.counts())[OutboxState.UNKNOWN] == 1


async def test_a_retried_row_has_a_known_outcome(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(PUSH)
    (first,) = await outbox.claim(1, LEASE, NOW)
    await outbox.retry(first, NOW, "busy")
    (second,) = await outbox.claim(1, LEASE, NOW)
    assert (second.attempts, second.is_outcome_unknown) == (2, False)


async def test_postponing_is_no_attempt(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("a"), push("b"))
    claimed = await outbox.claim(10, LEASE, NOW)
    assert await outbox.postpone(claimed, NOW + SECOND) == 2
    assert await outbox.postpone([], NOW) == 0
    assert await outbox.claim(10, LEASE, NOW) == []
    again = await outbox.claim(10, LEASE, NOW + SECOND)
    assert [row.attempts for row in again] == [1, 1]


async def test_merged_rows_leave_within_one(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("a"), push("b"), push("c"))
    into, *others = await outbox.claim(10, LEASE, NOW)
    assert await outbox.merge(into, others, Text("a\nb\nc"))
    (again,) = await outbox.claim(10, LEASE, NOW + LEASE)
    assert (again.id, again.push.body) == (into.id, Text("a\nb\nc"))
    merged = await outbox.list(OutboxState.MERGED, 10)
    assert {row.id for row in merged} == {row.id for row in others}
    assert not await outbox.merge(into, others, Text("late"))


async def test_a_lost_row_keeps_all_of_a_merge_from_happening(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(push("a"), push("b"))
    into, other = await outbox.claim(10, LEASE, NOW)
    await outbox.drop(other, "opted_out")
    assert not await outbox.merge(into, [other], Text("a\nb"))
    (again,) = await outbox.claim(10, LEASE, NOW + LEASE)
    assert again.push.body == Text("a")


@pytest.mark.parametrize(
    ("close", "state"),
    [
        (lambda outbox, row: outbox.fail(row, "x" * 600), OutboxState.FAILED),
        (lambda outbox, row: outbox.drop(row, "x" * 600), OutboxState.DROPPED),
        (lambda outbox, row: outbox.unknown(row, "x" * 600, NOW), OutboxState.UNKNOWN),
    ],
)
async def test_what_was_given_up_is_visible_and_replayable(
    outbox: Outbox, desk: Desk, close: Any, state: OutboxState
) -> None:
    await desk.insert(replace(PUSH, expires_at=NOW + SECOND))
    (row,) = await outbox.claim(1, LEASE, NOW)
    assert await close(outbox, row)
    (entry,) = await outbox.list(state, 10)
    assert (entry.id, entry.receiver, entry.attempts, len(entry.error)) == (row.id, "LiLei", 1, 500)
    later = NOW + timedelta(hours=1)
    assert await outbox.replay(row.id, later)
    assert not await outbox.replay(row.id, later)
    (again,) = await outbox.claim(1, LEASE, later)
    assert (again.attempts, again.push.expires_at, again.push.body) == (1, None, PUSH.body)


async def test_a_sent_row_is_not_replayable(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(PUSH)
    (row,) = await outbox.claim(1, LEASE, NOW)
    await outbox.finish(row, {}, NOW)
    assert not await outbox.replay(row.id, NOW)


async def test_counts_what_needs_a_look(outbox: Outbox, desk: Desk) -> None:
    await desk.insert(*(push(str(n), receiver=str(n)) for n in range(4)))
    failed, leased = await outbox.claim(2, LEASE, NOW)
    await outbox.fail(failed, "no such user")
    assert leased.lease_token
    assert await outbox.counts() == {
        OutboxState.PENDING: 2,
        OutboxState.LEASED: 1,
        OutboxState.FAILED: 1,
        OutboxState.UNKNOWN: 0,
    }
    assert len(await outbox.list(OutboxState.PENDING, 10)) == 2
    assert len(await outbox.list(OutboxState.LEASED, 10)) == 1


async def test_a_body_that_cannot_be_opened_fails_alone(
    outbox: Outbox, desk: Desk, database: Database
) -> None:
    await desk.insert(push("broken", receiver="r1"), push("a", receiver="r2"))
    async with database.write() as tx:
        await tx.execute("update outbox set sealed = $1 where receiver = 'r1'", b"\x00\x01noise")
    assert keys(await outbox.claim(10, LEASE, NOW)) == ["a"]
    assert (await outbox.counts())[OutboxState.FAILED] == 1


async def test_purging_drops_bodies_and_old_ledger_lines_but_no_key(
    outbox: Outbox, desk: Desk, database: Database
) -> None:
    await desk.insert(push("a"), push("b"))
    (row, _) = await outbox.claim(10, LEASE, NOW)
    await outbox.finish(row, {}, NOW)
    assert await outbox.purge(NOW) == 0
    assert await outbox.purge(NOW + SECOND) == 1
    assert await outbox.sent_since(NOW) == []
    await desk.insert(push("a"))
    async with database.read() as tx:
        rows = await tx.fetch("select sealed from outbox order by id")
    assert [stored["sealed"] is None for stored in rows] == [True, False]


@pytest.mark.parametrize("stored", [b"", b"{}", b'{"type": "poem", "body": {}}', b'{"type": 1}'])
def test_a_stored_body_of_no_known_form_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        decode_body(stored)
