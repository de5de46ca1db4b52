"""What a stranger, a broken peer or signed nonsense gets: a status, and nothing else."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.clock import DrivenClock
from bot.wecom import request as request_module
from bot.wecom.callback import callback_routes
from bot.wecom.codec import Codec, Sealed
from bot.wecom.request import MAX_BODY
from tests.patience import NEVER_COMES, PATIENCE, until
from tests.unit.bot.wecom.callback_peer import (
    ACCOUNTS,
    BOMB,
    NESTED,
    Peer,
    text,
)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "bad_envelope"),
        (b"not xml", 400, "bad_envelope"),
        (b"<xml><Encrypt>", 400, "bad_envelope"),
        (b"{}", 400, "bad_envelope"),
        (b"\xff\xfe\x00\x00", 400, "bad_envelope"),
        (NESTED.encode(), 400, "bad_envelope"),
        (text().encode(), 400, "bad_envelope"),
        (BOMB.encode(), 400, "forbidden_xml"),
        (b"<xml><Encrypt>QUJD</Encrypt></xml>", 403, "bad_signature"),
        (b'{"encrypt": "QUJD"}', 403, "bad_signature"),
        (b"x" * (MAX_BODY + 1), 413, "body_too_large"),
    ],
)
@pytest.mark.parametrize("name", ["wecom", "suite", "aibot", "mp", "compat"])
async def test_a_stranger_is_refused_counted_and_told_nothing(
    peer: Peer, name: str, body: bytes, status: int, reason: str
) -> None:
    sealed = peer.seal(name, text())

    assert await peer.post(name, sealed, body) == (status, "")
    assert peer.counted(name, reason) == 1
    assert await peer.stored() == []


def cut(sealed: Sealed, codec: Codec, length: int) -> Sealed:
    """Return what the platform would have signed had it lost the end of the text."""
    encrypt = sealed.encrypt[:length]
    stamp, nonce = sealed.signature.timestamp, sealed.signature.nonce
    value = codec._sign(stamp, nonce, encrypt.encode()).decode()
    body = f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()
    return Sealed(body, sealed.signature._replace(value=value), encrypt)


@pytest.mark.parametrize("length", [0, 7, -8])
async def test_a_truncated_ciphertext_is_malformed(peer: Peer, length: int) -> None:
    sealed = cut(peer.seal("wecom", text()), ACCOUNTS["wecom"].codec, length)

    assert await peer.post("wecom", sealed) == (400, "")
    assert peer.counted("wecom", "bad_ciphertext") == 1
    assert await peer.stored() == []


async def test_a_ciphertext_cut_at_a_block_is_malformed(peer: Peer) -> None:
    sealed = cut(peer.seal("wecom", text()), ACCOUNTS["wecom"].codec, 64)

    status, _ = await peer.post("wecom", sealed)
    assert status == 400
    assert await peer.stored() == []


async def test_a_callback_for_another_corp_is_refused(peer: Peer) -> None:
    sealed = peer.seal("suite", text())  # same token and key, other receive id

    assert await peer.post("wecom", sealed) == (403, "")
    assert peer.counted("wecom", "wrong_receiver") == 1
    assert await peer.stored() == []


@pytest.mark.parametrize(
    ("plaintext", "reason"),
    [
        ("hello", "not_xml"),
        ("<xml><A></xml>", "not_xml"),
        ('{"a": ', "not_json"),
        (BOMB, "forbidden_xml"),
        (NESTED, "too_deep"),
    ],
)
async def test_signed_nonsense_is_malformed(peer: Peer, plaintext: str, reason: str) -> None:
    assert await peer.deliver("wecom", plaintext) == (400, "")
    assert peer.counted("wecom", reason) == 1
    assert await peer.stored() == []


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
async def test_a_delivery_without_its_parameters_is_malformed(peer: Peer, missing: str) -> None:
    query = {"msg_signature": "0", "timestamp": "1", "nonce": "n"}
    del query[missing]

    assert await peer.send("wecom", query, b"<xml/>") == (400, "")
    assert peer.counted("wecom", "missing_parameter") == 1


async def test_a_body_of_exactly_the_cap_is_read(peer: Peer) -> None:
    sealed = peer.seal("wecom", text())
    padded = sealed.body + b" " * (MAX_BODY - len(sealed.body))

    assert await peer.post("wecom", sealed, padded) == (200, "")


async def test_a_body_that_hides_its_length_is_capped_too(peer: Peer) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * 32 * 1024

    sealed = peer.seal("wecom", text())
    query = {"msg_signature": sealed.signature.value, "timestamp": "1", "nonce": "n"}
    path = ACCOUNTS["wecom"].path
    async with peer.client.post(path, params=query, data=endless()) as response:
        assert response.status == 413
    assert peer.counted("wecom", "body_too_large") == 1


async def test_a_compressed_body_is_not_unpacked(peer: Peer) -> None:
    sealed = peer.seal("wecom", text())
    query = {"msg_signature": sealed.signature.value, "timestamp": "1", "nonce": "n"}
    async with peer.client.post(
        ACCOUNTS["wecom"].path,
        params=query,
        data=gzip.compress(b"\0" * 1_000_000),
        headers={"Content-Encoding": "gzip"},
    ) as response:
        assert response.status == 400
    assert peer.counted("wecom", "encoded_body") == 1


async def raw(peer: Peer, *parts: bytes) -> bytes:
    """Write parts of a request one after the other; return what the server answers."""
    reader, writer = await asyncio.open_connection(peer.client.host, peer.client.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read(2000)
    writer.close()
    await writer.wait_closed()
    return answer


def head(*headers: str) -> bytes:
    path = f"{ACCOUNTS['wecom'].path}?msg_signature=0&timestamp=1&nonce=n"
    lines = [f"POST {path} HTTP/1.1", "Host: clew", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def test_a_body_that_never_comes_is_given_up(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_module, "_READ_SECONDS", NEVER_COMES)

    answer = await raw(peer, head("Content-Length: 100") + b"<xml>")

    assert answer.startswith(b"HTTP/1.1 408")
    assert peer.counted("wecom", "slow_body") == 1


async def test_a_body_with_a_broken_frame_is_malformed(peer: Peer) -> None:
    answer = await raw(peer, head("Transfer-Encoding: chunked") + b"5\r\n<xml>\r\nzz\r\n")

    assert answer.split()[1] == b"400"
    assert b"Traceback" not in answer
    assert await peer.stored() == []


async def test_a_peer_that_hangs_up_in_the_middle_leaves_nothing(
    peer: Peer, clock: DrivenClock
) -> None:
    # The test server cancels a handler whose peer is gone; a real one lets it end.
    app = web.Application()
    routes = callback_routes([ACCOUNTS["wecom"]], peer.inbox, clock, peer.counter)
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server = runner.server
    assert server is not None
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(head("Content-Length: 100") + b"<xml>")
    await writer.drain()
    await until(lambda: server.requests_count)
    writer.close()
    await until(lambda: peer.counted("wecom", "broken_body"))
    await runner.cleanup()

    assert peer.counted("wecom", "broken_body") == 1
    assert await peer.stored() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH"])
async def test_other_methods_are_not_allowed(peer: Peer, method: str) -> None:
    async with peer.client.request(method, ACCOUNTS["wecom"].path) as response:
        assert response.status == 405


async def test_an_account_nobody_configured_has_no_door(peer: Peer) -> None:
    async with peer.client.post("/callback/wecom/other", data=b"<xml/>") as response:
        assert response.status == 404
