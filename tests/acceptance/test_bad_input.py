"""What is wrong is refused at the door of the running service, counted, and leaves no trace."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.simulator import demo as invented
from bot.wecom.codec import Codec
from bot.wecom.request import MAX_BODY
from tests.acceptance.platform_peer import DOOR, Peer, peer_of, resigned, seal, text
from tests.story import calm, told_by

if TYPE_CHECKING:
    from bot.wecom.codec import Sealed

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET_WORDS = "我的电话 13900001234"
STRANGER = Codec("NotTheToken", invented.CALLBACK_KEY, invented.CORPID)
OTHER_CORP = Codec(invented.CALLBACK_TOKEN, invented.CALLBACK_KEY, "wwsomebodyelse001")
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {here} "{f"&{before};" * 10}">'
        for before, here in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><xml><Encrypt>&i;</Encrypt></xml>"
)
SNEAK = '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'


@dataclass(frozen=True)
class Bad:
    """A delivery that must be refused: what is signed, what is sent, and the verdict."""

    status: int
    reason: str
    sealed: Callable[[], Sealed]
    body: Callable[[Sealed], bytes] = lambda sealed: sealed.body


def good() -> Sealed:
    return seal(text(SECRET_WORDS, 1), random16=bytes(16))


def cut_on_its_way(sealed: Sealed) -> bytes:
    return sealed.body.replace(sealed.encrypt.encode(), sealed.encrypt[:-64].encode())


def cut_and_signed(length: int) -> Callable[[], Sealed]:
    """Return what the platform would send had it lost the end of the text itself."""
    return lambda: resigned(good(), good().encrypt[:length])


CASES = {
    "oversized body": Bad(413, "body_too_large", good, lambda _: b"x" * (MAX_BODY + 1)),
    "wrong token": Bad(403, "bad_signature", lambda: seal(text(SECRET_WORDS, 1), STRANGER)),
    "signature of another text": Bad(
        403, "bad_signature", good, lambda _: seal(text("别的话", 2)).body
    ),
    "cut on its way": Bad(403, "bad_signature", good, cut_on_its_way),
    "cut inside a block": Bad(400, "bad_ciphertext", cut_and_signed(50)),
    "cut between blocks": Bad(400, "bad_padding", cut_and_signed(64)),
    "no ciphertext": Bad(400, "bad_ciphertext", lambda: resigned(good(), "====")),
    "entity bomb around": Bad(400, "forbidden_xml", good, lambda _: BOMB.encode()),
    "entity bomb inside": Bad(400, "forbidden_xml", lambda: seal(BOMB)),
    "file entity inside": Bad(400, "forbidden_xml", lambda: seal(SNEAK)),
    "invalid XML around": Bad(400, "bad_envelope", good, lambda s: s.body[:-7]),
    "no body": Bad(400, "bad_envelope", good, lambda _: b" "),
    "invalid XML inside": Bad(400, "not_xml", lambda: seal(f"<xml><Content>{SECRET_WORDS}")),
    "words inside": Bad(400, "not_xml", lambda: seal(SECRET_WORDS)),
    "for another corp": Bad(403, "wrong_receiver", lambda: seal(text("x", 1), OTHER_CORP)),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Peer]:
    async with (
        told_by(tmp_path_factory.mktemp("attacked")) as story,
        peer_of(story.demo) as opened,
    ):
        await calm(story.demo)
        yield opened


@pytest.mark.parametrize("bad", CASES.values(), ids=CASES)
async def test_bad_deliveries_are_refused_counted_and_told_nothing(peer: Peer, bad: Bad) -> None:
    stored, before = await peer.stored(), await peer.counted()
    sealed = bad.sealed()

    assert await peer.post(sealed, bad.body(sealed)) == (bad.status, "")

    after = await peer.counted()
    assert {r: n for r, n in after.items() if n != before.get(r)} == {
        bad.reason: before.get(bad.reason, 0) + 1
    }
    assert await peer.stored() == stored


async def test_an_oversized_body_is_cut_off_although_nobody_announced_its_size(peer: Peer) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1 + MAX_BODY // 1024):
            yield b"x" * 1024

    signature, before = good().signature, await peer.counted()
    query = {
        "msg_signature": signature.value,
        "timestamp": signature.timestamp,
        "nonce": signature.nonce,
    }
    address = peer.both.service.address + DOOR
    async with peer.http.post(address, params=query, data=endless()) as answer:
        assert answer.status == 413
    assert (await peer.counted())["body_too_large"] == before["body_too_large"] + 1


async def test_a_packed_body_is_not_unpacked(peer: Peer) -> None:
    sealed = good()
    query = {
        "msg_signature": sealed.signature.value,
        "timestamp": sealed.signature.timestamp,
        "nonce": sealed.signature.nonce,
    }
    async with peer.http.post(
        peer.both.service.address + DOOR,
        params=query,
        data=gzip.compress(b" " * 10_000_000),
        headers={"Content-Encoding": "gzip"},
    ) as answer:
        assert (answer.status, await answer.text()) == (400, "")
    assert (await peer.counted())["encoded_body"] >= 1


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
async def test_a_delivery_without_its_parameters_is_refused(peer: Peer, missing: str) -> None:
    stored, query = await peer.stored(), {"msg_signature": "a", "timestamp": "1", "nonce": "n"}
    del query[missing]
    address = peer.both.service.address + DOOR
    async with peer.http.post(address, params=query, data=good().body) as answer:
        assert (answer.status, await answer.text()) == (400, "")
    assert await peer.stored() == stored


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", DOOR, 400),
        ("GET", f"{DOOR}?msg_signature=a&timestamp=1&nonce=n&echostr=x", 403),
        ("PUT", DOOR, 405),
        ("POST", "/callback/wecom/other", 404),
        ("POST", "/callback/mp/gh_somebodyelse", 404),
        ("GET", "/callback/../healthz%00", 404),
    ],
)
async def test_doors_that_are_not_there_answer_shortly(
    peer: Peer, verb: str, path: str, status: int
) -> None:
    async with peer.http.request(verb, peer.both.service.address + path) as answer:
        said = await answer.text()
    assert answer.status == status
    assert len(said) < 100
    assert "Traceback" not in said


async def test_a_replay_is_acknowledged_and_counts_once(peer: Peer) -> None:
    await calm(peer.both)  # nothing of the tests before comes in between
    stored, before = await peer.stored(), await peer.counted()
    sealed = seal(text("帮助", 7001))

    assert [await peer.post(sealed) for _ in range(3)] == [(200, "")] * 3
    assert await peer.post(seal(text("帮助", 7001))) == (200, "")  # fresh nonce and ciphertext

    after = await peer.counted()
    assert after["stored"] == before.get("stored", 0) + 1
    assert after["duplicate"] == before.get("duplicate", 0) + 3
    assert await peer.stored() == stored + 1
    await calm(peer.both)
    answers = [m for m in peer.both.sim.messages("app:LiLei") if m.sender == "clew"]
    assert len(answers) == 1


async def test_a_stolen_signature_carries_no_other_body(peer: Peer) -> None:
    sealed = seal(text("我的线索", 7002))
    assert await peer.post(sealed) == (200, "")
    await calm(peer.both)
    stored, before = await peer.stored(), await peer.counted()

    changed = sealed.body.replace(b"<xml>", b"<xml><AgentID>9</AgentID>")
    assert await peer.post(sealed, changed) == (403, "")

    after = await peer.counted()
    assert after["replayed_signature"] == before.get("replayed_signature", 0) + 1
    assert await peer.stored() == stored
    assert await peer.post(sealed) == (200, "")


async def test_refusals_tell_the_log_no_secret_and_no_word_of_a_customer(
    peer: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    peer.both.service.parts.clock.advance(timedelta(minutes=2))
    for bad in CASES.values():
        sealed = bad.sealed()
        await peer.post(sealed, bad.body(sealed))
    logged = capsys.readouterr()
    assert "callback_refused" in logged.out + logged.err
    for word in (SECRET_WORDS, "13900001234", invented.CALLBACK_TOKEN, invented.CALLBACK_KEY):
        assert word not in logged.out + logged.err


async def test_the_service_is_well_after_all_that(peer: Peer) -> None:
    assert await peer.get("/healthz") == (200, '{"status": "alive"}')
    assert await peer.get("/readyz") == (200, '{"status": "ready"}')
    assert await peer.post(seal(text("帮助", 7003))) == (200, "")
