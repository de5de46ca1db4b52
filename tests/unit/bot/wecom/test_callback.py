"""The doors that face the peer: checked, stored, acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.wecom.callback import Mode
from domain.values import Priority
from storage.errors import Cause, StorageUnavailable
from storage.inbox import Delivery, Inbox, InboxState
from tests.unit.bot.wecom.callback_peer import (
    ACCOUNTS,
    ADDED,
    GH,
    SUITE,
    TOKEN,
    Opener,
    Peer,
    plain_query,
    text,
)


@pytest.mark.parametrize("name", ["wecom", "suite", "aibot"])
async def test_the_url_check_is_answered_with_the_decrypted_echo(peer: Peer, name: str) -> None:
    sealed = peer.seal(name, "1616140317555161061")
    query = {
        "msg_signature": sealed.signature.value,
        "timestamp": sealed.signature.timestamp,
        "nonce": sealed.signature.nonce,
        "echostr": sealed.encrypt,
    }
    async with peer.client.get(ACCOUNTS[name].path, params=query) as response:
        assert response.status == 200
        assert await response.read() == b"1616140317555161061"
    assert peer.counted(name, "verified") == 1


@pytest.mark.parametrize("name", ["plain", "compat", "mp"])
async def test_official_accounts_get_their_echo_back_as_it_is(peer: Peer, name: str) -> None:
    query = {**plain_query(peer.clock, timedelta(), "n"), "echostr": "<b>echo</b>"}
    async with peer.client.get(ACCOUNTS[name].path, params=query) as response:
        assert response.status == 200
        assert await response.text() == "<b>echo</b>"
        assert response.content_type == "text/plain"


@pytest.mark.parametrize("name", ["wecom", "suite", "aibot", "mp"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"echostr": "QUJD", "timestamp": "1", "nonce": "n"}, 400),
        (
            {
                "echostr": "x",
                "timestamp": "1",
                "nonce": "n",
                "msg_signature": "0",
                "signature": "0",
            },
            403,
        ),
    ],
)
async def test_a_url_check_of_a_stranger_learns_nothing(
    peer: Peer, name: str, query: dict[str, str], status: int
) -> None:
    async with peer.client.get(ACCOUNTS[name].path, params=query) as response:
        assert response.status == status
        assert await response.read() == b""


@pytest.mark.parametrize(
    ("name", "plaintext", "answer"),
    [
        ("wecom", text(), ""),
        ("suite", text(SUITE), "success"),
        ("mp", text(GH, "o1"), "success"),
        ("aibot", '{"msgid": "1", "msgtype": "text", "text": {"content": "hi"}}', ""),
    ],
)
async def test_a_delivery_is_stored_before_it_is_acknowledged_in_the_familys_words(
    peer: Peer, name: str, plaintext: str, answer: str
) -> None:
    assert await peer.deliver(name, plaintext) == (200, answer)

    (row,) = await peer.stored()
    assert row.payload == plaintext.encode()
    assert row.source == ACCOUNTS[name].source
    assert row.received_at == peer.clock.now()
    assert peer.counted(name, "stored") == 1


async def test_a_json_envelope_is_as_good_as_xml(peer: Peer) -> None:
    sealed = peer.seal("wecom", '{"MsgType": "text", "MsgId": 5}', in_json=True)

    assert await peer.post("wecom", sealed) == (200, "")
    assert len(await peer.stored()) == 1


async def test_subject_and_priority_are_known_on_arrival(peer: Peer) -> None:
    await peer.deliver("wecom", ADDED)
    await peer.deliver("wecom", text())

    first, second = await peer.stored()
    assert (first.subject, first.priority) == (
        "wmclewtest0000000000000000000001",
        Priority.WELCOME,
    )
    assert (second.subject, second.priority) == ("LiLei", Priority.CHAT)


@pytest.mark.parametrize("plaintext", [text(), ADDED])
async def test_the_platforms_own_repeats_are_acknowledged_and_stored_once(
    peer: Peer, plaintext: str
) -> None:
    sealed = peer.seal("wecom", plaintext)
    answers = [await peer.post("wecom", sealed) for _ in range(2)]
    answers.append(await peer.deliver("wecom", plaintext))  # fresh nonce and ciphertext

    assert answers == [(200, "")] * 3
    assert len(await peer.stored()) == 1
    assert peer.counted("wecom", "duplicate") == 2


async def test_repeats_that_arrive_together_are_stored_once(peer: Peer) -> None:
    answers = await asyncio.gather(*(peer.deliver("wecom", text()) for _ in range(8)))

    assert answers == [(200, "")] * 8
    assert len(await peer.stored()) == 1


async def test_a_replay_after_the_guard_forgot_still_falls_on_the_key(peer: Peer) -> None:
    sealed = peer.seal("wecom", text())
    await peer.post("wecom", sealed)
    peer.clock.advance(timedelta(days=2))

    assert await peer.post("wecom", sealed) == (200, "")
    assert len(await peer.stored()) == 1


async def test_a_replay_around_another_envelope_is_refused(peer: Peer) -> None:
    sealed = peer.seal("wecom", text())
    await peer.post("wecom", sealed)
    forged = sealed.body.replace(b"<xml>", b"<xml><AgentID>9</AgentID>")

    assert await peer.post("wecom", sealed, forged) == (403, "")
    assert peer.counted("wecom", "replayed_signature") == 1
    assert len(await peer.stored()) == 1


async def test_unknown_events_are_stored_like_any_other(peer: Peer) -> None:
    event = ADDED.replace("change_external_contact", "solar_eclipse")

    assert await peer.deliver("wecom", event) == (200, "")
    assert len(await peer.stored()) == 1


class Broken:
    """An inbox that always fails the same way."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error

    async def put(self, prepare: Callable[[], Delivery]) -> bool:
        prepare()
        if self.error:
            raise self.error
        return True


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StorageUnavailable("the file is locked", Cause.LOCKED), "storage_unavailable"),
        (RuntimeError("a defect that names 13800000000"), "defect"),
    ],
)
async def test_what_was_not_stored_is_not_acknowledged_and_may_come_again(
    peer_on: Opener, error: Exception, reason: str
) -> None:
    broken = Broken(error)
    peer = await peer_on(broken)
    sealed = peer.seal("wecom", text())

    assert await peer.post("wecom", sealed) == (503, "")
    assert peer.counted("wecom", reason) == 1
    broken.error = None
    assert await peer.post("wecom", sealed) == (200, "")


async def test_a_plain_delivery_that_was_not_stored_may_come_again(peer_on: Opener) -> None:
    broken = Broken(StorageUnavailable("the file is locked", Cause.LOCKED))
    peer = await peer_on(broken)

    assert await peer.post_plain(text(GH), nonce="same") == (503, "")
    broken.error = None
    assert await peer.post_plain(text(GH), nonce="same") == (200, "success")


async def test_a_closed_inbox_turns_the_platform_away_until_later(peer: Peer, inbox: Inbox) -> None:
    await inbox.close()

    assert await peer.deliver("wecom", text()) == (503, "")
    assert peer.counted("wecom", "storage_unavailable") == 1


async def test_an_acknowledged_delivery_survives_the_process(peer: Peer, inbox: Inbox) -> None:
    await peer.deliver("wecom", text())

    assert (await inbox.counts())[InboxState.PENDING] == 1


async def test_refusals_are_logged_once_a_minute_without_any_content(
    peer: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        await peer.deliver("wecom", "hello 13800000000")
    peer.clock.advance(timedelta(minutes=2))
    await peer.deliver("wecom", "hello 13800000000")

    logged = capsys.readouterr().out
    assert logged.count("callback_refused") == 2
    assert "not_xml" in logged
    assert "13800000000" not in logged
    assert TOKEN not in logged


@pytest.mark.parametrize("name", ["", "a/b", "a b", "线索", "x" * 65])
def test_a_name_must_fit_into_a_route(name: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        replace(ACCOUNTS["wecom"], name=name)


@pytest.mark.parametrize("mode", [Mode.PLAIN, Mode.COMPAT])
def test_only_official_accounts_may_be_plain(mode: Mode) -> None:
    with pytest.raises(ValueError, match="only official accounts"):
        replace(ACCOUNTS["wecom"], mode=mode)
