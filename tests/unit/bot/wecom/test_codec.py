"""The cipher against known answers, against wechatpy, and against whatever a stranger sends."""

from __future__ import annotations

import base64
import contextlib
import json
import string
import struct
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto as MpOracle
from wechatpy.work.crypto import WeChatCrypto as WorkOracle

from bot.wecom.codec import Codec, CodecError, Signature
from bot.wecom.codec_errors import (
    BadCiphertext,
    BadLength,
    BadPadding,
    BadSecret,
    BadSignature,
    WrongReceiver,
)
from tests.shared import DATA

TOKEN = "exampleToken01"
KEY = "LeadBotExampleKey0LeadBotExampleKey1LeadBot"
CORP = "wwexample00000001"
STAMP, NONCE = 1700000001, "998877"

# The self-made known answer of fact sheet 1.4.
KNOWN_PLAINTEXT = (
    "<xml><ToUserName><![CDATA[wwexample00000001]]></ToUserName>"
    "<FromUserName><![CDATA[LiLei]]></FromUserName><CreateTime>1700000000</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>"
    "<MsgId>7000000000000000001</MsgId><AgentID>1000002</AgentID></xml>"
).encode()
KNOWN_ENCRYPT = (
    "Mj/PMvvwLMPqlxfoLMVCyu9qyCR7hTs0fWF6vT7hrciKMkNV1ESdVwwoMG25EDY+L2fOYrFbxA1TskyshkRMECuUNONL"
    "uNaOG/i3Mf4oD/YXUBmsFQKkdNdpTqEnN2mnUZxRsMP4WyF+IoNkersI8TRaCo0AiGl1nb4AXivQWtE0Tc2g6UvUeUoG"
    "8j79d7d/rZWEKj7o0eRM4uOCQJCZOyUmQGNTWZjMUotkebggrgkRw6JjLdElKFsyMNEG4gPlOKvRnZw4BcDNqIujKYf1"
    "BniOlVeXhtNvG8717ZkRL/xY3X18hOMqYqfEgJ1Pq+Vjg1DGDccBT/2nyJ8Y9qKf6iOSEKEj51RxXYZ+aIklmkj7Tk+v"
    "5mkRpBtnEx/4L+bhQX8wN7G1EO8Gk8viJYnsbHDZ5ol4rfIYn+ieo21iM6M="
)
KNOWN_SIGNATURE = "c545c9ec8b4a70d3a0a1dba0172227a9166ff69c"


def vectors(*operations: str) -> list[Any]:
    path = DATA / "wecom_vectors" / "vectors.json"
    found = json.loads(path.read_text())["vectors"] if path.exists() else []
    return [pytest.param(v, id=v["id"]) for v in found if v["op"] in operations]


def codec_of(vector: dict[str, Any]) -> Codec:
    return Codec(vector["token"], vector["encodingAESKey"], vector["receiveid"])


def signature_of(vector: dict[str, Any]) -> Signature:
    return Signature(vector["msg_signature"], vector["timestamp"], vector["nonce"])


def envelope_of(vector: dict[str, Any]) -> bytes:
    if vector.get("format") == "json":
        return json.dumps({"tousername": "x", "encrypt": vector["ciphertext"]}).encode()
    body = f"<xml><Encrypt><![CDATA[{vector['ciphertext']}]]></Encrypt></xml>"
    return vector.get("post_body", body).encode()


@pytest.fixture(scope="module")
def codec() -> Codec:
    return Codec(TOKEN, KEY, CORP)


def encrypted(content: bytes) -> str:
    """Encrypt raw content under the test key, with no layout of its own."""
    key = base64.b64decode(KEY + "=")
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(content) + encryptor.finalize()).decode()


def signed(codec: Codec, encrypt: str) -> Signature:
    """Sign any text as the platform would: what is tested lies behind the signature."""
    value = codec._sign(str(STAMP), NONCE, encrypt.encode(errors="surrogatepass"))
    return Signature(value.decode(), str(STAMP), NONCE)


def fields_of(xml: str | bytes) -> dict[str, str]:
    root = ET.fromstring(xml)  # noqa: S314 — written by us or by the oracle
    return {element.tag: element.text or "" for element in root}


def in_xml(encrypt: str) -> bytes:
    return f"<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>".encode()


def test_all_shared_vectors_are_present(shared_data: Any) -> None:
    kinds = vectors("verify_url"), vectors("decrypt"), vectors("encrypt")

    assert shared_data.is_dir()
    assert [len(kind) for kind in kinds] == [8, 7, 3]
    assert sum("expect" in p.values[0] for kind in kinds for p in kind) == 3


@pytest.mark.parametrize("vector", vectors("verify_url", "decrypt"))
def test_opens_or_refuses_each_known_callback(vector: dict[str, Any]) -> None:
    expected = {"signature_error": BadSignature, "receiveid_error": WrongReceiver}

    def act() -> bytes:
        if vector["op"] == "verify_url":
            return codec_of(vector).verify_url(signature_of(vector), vector["ciphertext"])
        return codec_of(vector).open(signature_of(vector), envelope_of(vector))

    if "expect" in vector:
        with pytest.raises(expected[vector["expect"]]):
            act()
    else:
        plaintext = act().decode()
        assert plaintext == vector["expected_plaintext"]
        for name, value in vector.get("expected_fields", {}).items():
            assert fields_of(plaintext)[name] == value


@pytest.mark.parametrize("vector", vectors("encrypt"))
def test_seals_each_known_answer(vector: dict[str, Any]) -> None:
    stamp = int(vector.get("timestamp", STAMP))
    sealed = codec_of(vector).seal_xml(
        vector["plaintext"].encode(),
        timestamp=stamp,
        nonce=vector.get("nonce", NONCE),
        random16=vector["random16"].encode(),
    )

    assert sealed.encrypt == vector["expected_ciphertext"]
    if "expected_msg_signature" in vector:
        assert sealed.signature.value == vector["expected_msg_signature"]
        assert fields_of(sealed.body) == fields_of(vector["expected_envelope"])


def test_seals_and_opens_the_known_answer_of_the_fact_sheet(codec: Codec) -> None:
    sealed = codec.seal_xml(
        KNOWN_PLAINTEXT, timestamp=STAMP, nonce=NONCE, random16=b"0123456789abcdef"
    )

    assert sealed.encrypt == KNOWN_ENCRYPT
    assert sealed.signature.value == KNOWN_SIGNATURE
    assert codec.open(sealed.signature, sealed.body) == KNOWN_PLAINTEXT


@given(st.binary(max_size=2000), st.integers(0, 2**33), st.text(max_size=20))
def test_opens_what_it_sealed(plaintext: bytes, stamp: int, nonce: str) -> None:
    codec = Codec(TOKEN, KEY, CORP)
    for sealed in (
        codec.seal_json(plaintext, timestamp=stamp, nonce=nonce),
        codec.seal_xml(plaintext, timestamp=stamp, nonce=NONCE),
    ):
        assert codec.open(sealed.signature, sealed.body) == plaintext
        assert codec.verify_url(sealed.signature, sealed.encrypt) == plaintext


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.sampled_from([CORP, "", "wx1"]))
def test_wechatpy_opens_what_we_seal_and_we_open_what_it_seals(text: str, receiver: str) -> None:
    ours = Codec(TOKEN, KEY, receiver)
    for oracle in (WorkOracle(TOKEN, KEY, receiver), MpOracle(TOKEN, KEY, receiver)):
        sealed = ours.seal_xml(text.encode(), timestamp=STAMP, nonce=NONCE)
        value = sealed.signature.value
        theirs = oracle.encrypt_message(text, NONCE, str(STAMP))
        stamp = Signature(fields_of(theirs)["MsgSignature"], str(STAMP), NONCE)

        assert oracle.decrypt_message(sealed.body.decode(), value, str(STAMP), NONCE) == text
        assert ours.open(stamp, theirs.encode()) == text.encode()


@pytest.mark.parametrize("vector", vectors("verify_url"))
def test_wechatpy_agrees_on_every_url_check(vector: dict[str, Any]) -> None:
    oracle = WorkOracle(vector["token"], vector["encodingAESKey"], vector["receiveid"])
    query = (vector["msg_signature"], vector["timestamp"], vector["nonce"], vector["ciphertext"])

    if "expect" in vector:
        with pytest.raises(Exception, match="signature"):
            oracle.check_signature(*query)
    else:
        ours = codec_of(vector).verify_url(signature_of(vector), vector["ciphertext"])
        assert oracle.check_signature(*query) == ours.decode()


def test_url_check_survives_plus_signs_that_became_blanks(codec: Codec) -> None:
    echo = codec.seal_xml(b"echo", timestamp=STAMP, nonce=NONCE, random16=b"++++blanks++++++")
    with_plus = next(
        sealed
        for i in range(1000)
        if "+" in (sealed := codec.seal_xml(b"%d" % i, timestamp=STAMP, nonce=NONCE)).encrypt
    )

    assert codec.verify_url(echo.signature, echo.encrypt) == b"echo"
    assert codec.verify_url(with_plus.signature, with_plus.encrypt.replace("+", " ")).isdigit()


GOOD = b"0123456789abcdef" + struct.pack(">I", 4) + b"text" + CORP.encode()


def padded(content: bytes, block: int = 32) -> bytes:
    pad = block - len(content) % block
    return content + bytes([pad]) * pad


@pytest.mark.parametrize(
    ("encrypt", "error"),
    [
        ("", BadCiphertext),
        ("QUJD", BadCiphertext),
        ("QUJ", BadCiphertext),
        ("QU=JD", BadCiphertext),
        ("!!!!", BadCiphertext),
        ("密文密文", BadCiphertext),
        (encrypted(padded(GOOD))[:-4], BadCiphertext),
        (encrypted(padded(GOOD) + GOOD[:16]), BadPadding),
        (encrypted(padded(GOOD)[:-16] + b"\x00" * 16), BadPadding),
        (encrypted(padded(GOOD)[:-16] + b"\x21" * 16), BadPadding),
        (encrypted(padded(GOOD)[:-1] + b"\x08"), BadPadding),
        (encrypted(b"\x20" * 32), BadLength),
        (encrypted(padded(b"short")), BadLength),
        (encrypted(padded(GOOD[:16] + b"\xff\xff\xff\xff" + GOOD[20:])), BadLength),
        (encrypted(padded(GOOD[:16] + struct.pack(">I", 200) + GOOD[20:])), BadLength),
        (encrypted(padded(GOOD[:16] + struct.pack(">I", 5) + GOOD[20:])), WrongReceiver),
        (encrypted(padded(GOOD + b"x")), WrongReceiver),
        (encrypted(padded(GOOD[: -len(CORP)])), WrongReceiver),
    ],
)
def test_refuses_signed_but_malformed_ciphertext(
    codec: Codec, encrypt: str, error: type[CodecError]
) -> None:
    with pytest.raises(error):
        codec.open(signed(codec, encrypt), in_xml(encrypt))


def test_accepts_padding_of_a_whole_block(codec: Codec) -> None:
    content = b"0123456789abcdef" + struct.pack(">I", 27) + b"x" * 27 + CORP.encode()
    encrypt = encrypted(padded(content))

    assert len(content) % 32 == 0
    assert codec.open(signed(codec, encrypt), in_xml(encrypt)) == b"x" * 27


@pytest.mark.parametrize(
    "forged",
    [
        Signature("", str(STAMP), NONCE),
        Signature(KNOWN_SIGNATURE.upper(), str(STAMP), NONCE),
        Signature(KNOWN_SIGNATURE, str(STAMP + 1), NONCE),
        Signature(KNOWN_SIGNATURE, str(STAMP), NONCE + "0"),
        Signature("签名", "时间", "随机"),
        Signature("\ud800", "\udfff", "\ud800"),
    ],
)
def test_refuses_every_wrong_signature(codec: Codec, forged: Signature) -> None:
    with pytest.raises(BadSignature):
        codec.open(forged, in_xml(KNOWN_ENCRYPT))
    with pytest.raises(BadSignature):
        codec.verify_url(forged, KNOWN_ENCRYPT)
    with pytest.raises(BadSignature):
        codec.check_plain(forged)


@given(st.binary(max_size=400), st.text(max_size=20), st.text(max_size=20))
def test_a_stranger_can_cause_nothing_but_a_codec_error(
    body: bytes, value: str, nonce: str
) -> None:
    codec = Codec(TOKEN, KEY, CORP)
    signature = Signature(value, str(STAMP), nonce)

    for act in (
        lambda: codec.open(signature, body),
        lambda: codec.open(signature, b"<xml>" + body + b"</xml>"),
        lambda: codec.open(signature, b'{"encrypt": "' + body + b'"}'),
        lambda: codec.verify_url(signature, body.decode(errors="surrogateescape")),
        lambda: codec.check_plain(signature),
    ):
        with pytest.raises(CodecError):
            act()


@given(st.binary(max_size=200), st.booleans())
def test_any_signed_content_opens_or_is_a_codec_error(content: bytes, is_padded: bool) -> None:
    codec = Codec(TOKEN, KEY, CORP)
    whole = content if is_padded else content + b"\x00" * (-len(content) % 16)
    encrypt = encrypted(padded(content) if is_padded else whole)
    with contextlib.suppress(CodecError):
        assert codec.open(signed(codec, encrypt), in_xml(encrypt)) in content


def test_check_plain_signs_token_timestamp_and_nonce(codec: Codec) -> None:
    from wechatpy.utils import check_signature  # noqa: PLC0415 — the oracle of this one test

    signature = codec.sign_plain(timestamp=STAMP, nonce=NONCE)

    codec.check_plain(signature)
    check_signature(TOKEN, signature.value, signature.timestamp, signature.nonce)


@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("", KEY),
        ("x" * 33, KEY),
        ("white space", KEY),
        (TOKEN, ""),
        (TOKEN, KEY[:-1]),
        (TOKEN, KEY + "A"),
        (TOKEN, KEY[:-1] + "="),
    ],
)
def test_refuses_settings_that_the_platform_cannot_have_issued(token: str, key: str) -> None:
    with pytest.raises(BadSecret) as refused:
        Codec(token, key, CORP)
    assert "EncodingAESKey" in str(refused.value)


@pytest.mark.parametrize("last", string.ascii_uppercase)
def test_two_meaningless_bits_of_the_last_key_character_do_no_harm(last: str) -> None:
    codec = Codec(TOKEN, KEY[:-1] + last, CORP)
    sealed = codec.seal_xml(b"text", timestamp=STAMP, nonce=NONCE)

    assert codec.open(sealed.signature, sealed.body) == b"text"


def test_neither_codec_nor_its_errors_show_a_secret(codec: Codec) -> None:
    with pytest.raises(BadSignature) as refused:
        codec.open(Signature("0" * 40, str(STAMP), NONCE), in_xml(KNOWN_ENCRYPT))

    shown = f"{codec!r} {refused.value!r}"
    assert TOKEN not in shown
    assert KEY not in shown
    assert KNOWN_ENCRYPT[:16] not in shown


def test_every_error_has_its_own_stable_reason() -> None:
    reasons = [error.reason for error in CodecError.__subclasses__()]

    assert len(set(reasons)) == len(reasons)
    assert all(set(reason) <= set(string.ascii_lowercase + "_") for reason in reasons)
