"""The outer form of a callback: every shape found, everything else refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom.codec_errors import BadEnvelope, CodecError, ForbiddenXml
from bot.wecom.envelope import encrypted_text


@pytest.mark.parametrize(
    "envelope",
    [
        "<xml><ToUserName><![CDATA[ww]]></ToUserName><AgentID></AgentID>{cdata}</xml>",
        "<xml>{cdata}<AgentID><![CDATA[1000002]]></AgentID></xml>",
        "\n <xml>\n <ToUserName>ww</ToUserName>\n {plain}\n</xml>\n",
        '<?xml version="1.0" encoding="UTF-8"?><xml>{cdata}</xml>',
        "<xml><!-- <Encrypt>AAAA</Encrypt> -->{cdata}</xml>",
        "<xml><Note><Encrypt>AAAA</Encrypt></Note>{cdata}</xml>",
        "<xml><Content><![CDATA[a]b <Encrypt>AAAA</Encrypt>]]></Content>{cdata}</xml>",
        "<xml><Label>3 &lt; 4</Label>{plain}</xml>",
        "<xml>\n<Encrypt>\nQUJD\n</Encrypt>\n</xml>",
    ],
)
def test_finds_the_encrypted_text_in_every_shape_of_xml(envelope: str) -> None:
    body = envelope.format(
        cdata="<Encrypt><![CDATA[QUJD]]></Encrypt>", plain="<Encrypt>QUJD</Encrypt>"
    )

    assert encrypted_text(body.encode()) == b"QUJD"


@pytest.mark.parametrize("name", ["encrypt", "Encrypt", "ENCRYPT"])
def test_json_names_ignore_case(name: str) -> None:
    body = {"tousername": "ww", name: "QUJD", "agentid": 1000002, "more": {"encrypt": "no"}}

    assert encrypted_text(json.dumps(body).encode()) == b"QUJD"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", BadEnvelope),
        (b"not xml", BadEnvelope),
        (b"\xff\xfe\x00", BadEnvelope),
        (b"<xml></xml>", BadEnvelope),
        (b"<xml><Encrypt>QUJD</xml>", BadEnvelope),
        (b"<xml><Encrypt>QUJD</Encrypt><Encrypt>QUJD</Encrypt></xml>", BadEnvelope),
        (b"<root><Encrypt>QUJD</Encrypt></root>", BadEnvelope),
        (b'<?xml version="1.0" encoding="klingon"?><xml/>', BadEnvelope),
        (b'<?xml version="1.0" encoding="gb18030"?><xml/>', BadEnvelope),
        (b"<xml>" * 40_000, BadEnvelope),
        (b"{", BadEnvelope),
        (b"{}", BadEnvelope),
        (b'{"encrypt": 5}', BadEnvelope),
        (b'{"encrypt": null}', BadEnvelope),
        (b'{"encrypt": "\\ud800"}', BadEnvelope),
        (b'{"encrypt": "QUJD", "Encrypt": "QUJD"}', BadEnvelope),
        (b'{"encrypt": "\xff"}', BadEnvelope),
        (b'{"a": ' + b"[" * 100_000, BadEnvelope),
        (b"<!DOCTYPE xml><xml><Encrypt>QUJD</Encrypt></xml>", ForbiddenXml),
        (b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>', ForbiddenXml),
        (b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml>&b;</xml>', ForbiddenXml),
        (b"<xml><Encrypt>&a;</Encrypt></xml>", BadEnvelope),
    ],
)
def test_refuses_bodies_that_are_no_envelope(body: bytes, error: type[CodecError]) -> None:
    with pytest.raises(error):
        encrypted_text(body)


@given(st.text(st.characters(codec="ascii", exclude_characters="]<&"), max_size=20))
def test_the_fast_path_and_expat_find_the_same_text(other: str) -> None:
    flat = f"<xml><A><![CDATA[{other}]]></A><Encrypt><![CDATA[QUJD]]></Encrypt></xml>"
    for body in (flat, f"<!-- to expat -->{flat}"):
        if other.isprintable():
            assert encrypted_text(body.encode()) == b"QUJD"
