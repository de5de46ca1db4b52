"""Passive replies (fact sheet 1.5)."""

from __future__ import annotations

import pytest

from bot.simulator import demo
from bot.simulator.wire.replies import BadReply, read_reply
from bot.wecom.codec import Codec

CODEC = Codec(demo.CALLBACK_TOKEN, demo.CALLBACK_KEY, demo.CORPID)
TEXT = "<xml><MsgType>text</MsgType><Content><![CDATA[好的]]></Content></xml>".encode()
BUTTON = (
    "<xml><MsgType>update_button</MsgType><Button>"
    "<ReplaceName><![CDATA[已处理]]></ReplaceName></Button></xml>"
).encode()


def sealed(plaintext: bytes) -> bytes:
    return CODEC.seal_xml(plaintext, timestamp=1700000000, nonce="n1").body


@pytest.mark.parametrize("body", [b"", b"success", b" success\n"])
def test_acknowledgement_is_no_reply(body: bytes) -> None:
    assert read_reply(body, CODEC, may_be_plain=False) is None


def test_sealed_reply_is_read() -> None:
    reply = read_reply(sealed(TEXT), CODEC, may_be_plain=False)
    assert reply == {"MsgType": "text", "Content": "好的"}
    button = read_reply(sealed(BUTTON), CODEC, may_be_plain=False)
    assert button is not None
    assert button["ReplaceName"] == "已处理"


def test_plain_reply_is_read_where_it_may_be() -> None:
    assert read_reply(TEXT, CODEC, may_be_plain=True) == {"MsgType": "text", "Content": "好的"}
    with pytest.raises(BadReply, match="must be encrypted"):
        read_reply(TEXT, CODEC, may_be_plain=False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok":true}',
        b"<xml><Encrypt>AAAA</Encrypt></xml>",
        sealed(TEXT).replace(b"1700000000", b"1700000001"),
        sealed(b"not xml"),
    ],
)
def test_anything_else_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReply):
        read_reply(body, CODEC, may_be_plain=True)
