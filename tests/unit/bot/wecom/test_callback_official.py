"""Official accounts in their three modes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.wecom.request import MAX_BODY
from tests.unit.bot.wecom.callback_peer import (
    BOMB,
    GH,
    Peer,
    plain_query,
    text,
)


async def test_compat_mode_believes_only_what_is_encrypted(peer: Peer) -> None:
    genuine = text(GH, "o1", "真的", 7)
    sealed = peer.seal("compat", genuine)
    forged = text(GH, "o1", "假的", 8).replace("</xml>", "")
    body = f"{forged}<Encrypt><![CDATA[{sealed.encrypt}]]></Encrypt></xml>".encode()

    assert await peer.post("compat", sealed, body) == (200, "success")
    (row,) = await peer.stored()
    assert row.payload == genuine.encode()


@pytest.mark.parametrize("name", ["compat", "mp"])
async def test_plaintext_does_not_pass_where_encryption_is_due(peer: Peer, name: str) -> None:
    query = plain_query(peer.clock, timedelta(), "n")
    signed = {**query, "msg_signature": query["signature"]}

    assert await peer.send(name, query, text(GH).encode()) == (400, "")
    assert await peer.send(name, signed, text(GH).encode()) == (400, "")
    assert await peer.stored() == []


async def test_plain_mode_stores_what_it_reads(peer: Peer) -> None:
    assert await peer.post_plain(text(GH, "o1")) == (200, "success")
    assert await peer.post_plain(text(GH, "o1")) == (200, "success")

    (row,) = await peer.stored()
    assert row.payload == text(GH, "o1").encode()
    assert row.subject == "gh_plain:o1"


async def test_a_plain_signature_never_carries_a_second_body(peer: Peer) -> None:
    assert await peer.post_plain(text(GH, "o1"), nonce="same") == (200, "success")
    assert await peer.post_plain(text(GH, "o1"), nonce="same") == (200, "success")

    assert await peer.post_plain(text(GH, "o1", "假的", 99), nonce="same") == (403, "")
    assert len(await peer.stored()) == 1


async def test_of_two_plain_bodies_at_once_under_one_signature_one_passes(
    peer: Peer,
) -> None:
    bodies = [text(GH, "o1", "话", msgid) for msgid in range(1, 6)]
    answers = await asyncio.gather(*(peer.post_plain(b, nonce="same") for b in bodies))

    assert sorted(status for status, _ in answers) == [200, 403, 403, 403, 403]
    assert len(await peer.stored()) == 1


@pytest.mark.parametrize("minutes", [-30, -6, 6, 60 * 24])
async def test_a_stale_plain_signature_is_refused(peer: Peer, minutes: int) -> None:
    age = timedelta(minutes=minutes)

    assert await peer.post_plain(text(GH, "o1"), age=age) == (403, "")
    assert peer.counted("plain", "stale_signature") == 1
    assert await peer.stored() == []


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (text("gh_other"), 403, "wrong_receiver"),
        (
            f"<xml><ToUserName>{GH}</ToUserName><Encrypt>QQ</Encrypt></xml>",
            400,
            "unexpected_encryption",
        ),
        ("hello", 400, "not_xml"),
        ("", 400, "not_xml"),
        (BOMB, 400, "forbidden_xml"),
        ("x" * (MAX_BODY + 1), 413, "body_too_large"),
    ],
)
async def test_plain_mode_refuses_the_same_nonsense(
    peer: Peer, body: str, status: int, reason: str
) -> None:
    assert await peer.post_plain(body) == (status, "")
    assert peer.counted("plain", reason) == 1
    assert await peer.stored() == []


async def test_a_forged_plain_signature_is_refused(peer: Peer) -> None:
    query = {**plain_query(peer.clock, timedelta(), "n"), "nonce": "other"}

    assert await peer.send("plain", query, text(GH).encode()) == (403, "")
    assert await peer.stored() == []
