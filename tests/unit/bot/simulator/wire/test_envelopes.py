"""Envelopes in every mode (fact sheet 1.2, 1.3, 1.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from bot.simulator import demo
from bot.simulator.config import BodyMode
from bot.simulator.wire.envelopes import CorpEnvelope, OfficialEnvelope, Request
from bot.wecom.codec import Codec, Signature

if TYPE_CHECKING:
    from bot.clock import DrivenClock

CONFIG = demo.demo_config("http://clew.example")
PLAIN = b"<xml><ToUserName><![CDATA[gh_x]]></ToUserName><N>1</N></xml>"


def elements(body: bytes) -> dict[str, str]:
    root = ET.fromstring(body)  # noqa: S314 - our own
    return {child.tag: child.text or "" for child in root}


def signature(request: Request, name: str = "msg_signature") -> Signature:
    params = request.params
    return Signature(params[name], params["timestamp"], params["nonce"])


def test_corp_callback_is_sealed_afresh_each_time(clock: DrivenClock) -> None:
    envelope = CorpEnvelope(CONFIG.corp, clock)
    first, second = envelope.seal(PLAIN, ""), envelope.seal(PLAIN, "")
    assert first.url == "http://clew.example/callback/wecom/clew"
    assert first.body != second.body
    assert first.params["nonce"] != second.params["nonce"]
    assert first.params["timestamp"] == str(int(clock.now().timestamp()))
    assert elements(first.body).keys() == {"ToUserName", "AgentID", "Encrypt"}
    codec = Codec(demo.CALLBACK_TOKEN, demo.CALLBACK_KEY, demo.CORPID)
    assert [codec.open(signature(r), r.body) for r in (first, second)] == [PLAIN, PLAIN]


def test_corp_check_decrypts_to_its_echo(clock: DrivenClock) -> None:
    request = CorpEnvelope(CONFIG.corp, clock).verification("12345")
    codec = Codec(demo.CALLBACK_TOKEN, demo.CALLBACK_KEY, demo.CORPID)
    assert codec.verify_url(signature(request), request.params["echostr"]) == b"12345"


@pytest.mark.parametrize(
    ("mode", "tags"),
    [
        (BodyMode.PLAIN, {"ToUserName", "N"}),
        (BodyMode.COMPAT, {"ToUserName", "N", "Encrypt"}),
        (BodyMode.ENCRYPTED, {"ToUserName", "Encrypt"}),
    ],
)
def test_official_callback_is_written_as_its_mode_says(
    clock: DrivenClock, mode: BodyMode, tags: set[str]
) -> None:
    envelope = OfficialEnvelope(replace(CONFIG.official, mode=mode), clock)
    request = envelope.seal(PLAIN, "oSomebody")
    assert elements(request.body).keys() == tags
    assert request.params["openid"] == "oSomebody"
    codec = Codec(demo.MP_TOKEN, demo.MP_KEY, demo.MP_APPID)
    codec.check_plain(signature(request, "signature"))
    assert ("encrypt_type" in request.params) == (mode is not BodyMode.PLAIN)
    if mode is not BodyMode.PLAIN:
        assert codec.open(signature(request), request.body) == PLAIN


def test_official_check_carries_its_echo_openly(clock: DrivenClock) -> None:
    request = OfficialEnvelope(CONFIG.official, clock).verification("12345")
    assert request.params["echostr"] == "12345"
    codec = Codec(demo.MP_TOKEN, demo.MP_KEY, demo.MP_APPID)
    codec.check_plain(signature(request, "signature"))
