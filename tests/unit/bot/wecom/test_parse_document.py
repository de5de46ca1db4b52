"""Payloads as documents: every shape read, every malformed one refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom.parse import ParseError, parse, peek
from bot.wecom.parse.document import read_document
from tests.unit.bot.wecom.samples import (
    CALLBACKS,
)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not_xml"),
        (b"hello", "not_xml"),
        (b"<xml>", "not_xml"),
        (b"<xml><A>1</B></xml>", "not_xml"),
        (b"<a/>", "not_xml"),
        (b"{", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": ' + b"[" * 100_000, "not_json"),
        (b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}", "too_deep"),
        (b"<xml>" + b"<a>" * 60 + b"</a>" * 60 + b"</xml>", "too_deep"),
        (b'<!DOCTYPE xml [<!ENTITY a "ha">]><xml><A>&a;</A></xml>', "forbidden_xml"),
        (b'<!DOCTYPE xml SYSTEM "http://evil.example/x"><xml><A>1</A></xml>', "forbidden_xml"),
        (b'<?xml version="1.0" encoding="klingon"?><!-- --><xml/>', "not_xml"),
    ],
)
def test_what_is_neither_xml_nor_json_is_refused(payload: bytes, reason: str) -> None:
    for act in (parse, peek):
        with pytest.raises(ParseError) as refused:
            act("wecom:clew", payload)
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("payload", "document"),
    [
        ("<xml></xml>", {}),
        ("<xml/>", {}),
        ("<xml><A></A><B><![CDATA[]]></B></xml>", {"A": "", "B": ""}),
        ("<xml><A>1</A><A>2</A><A>3</A></xml>", {"A": ["1", "2", "3"]}),
        ("<xml><A><![CDATA[a]]]]><![CDATA[>b]]></A></xml>", {"A": "a]]>b"}),
        ("<xml><A><![CDATA[a]b]]></A></xml>", {"A": "a]b"}),
        ("<xml><A>1 &lt; 2</A></xml>", {"A": "1 < 2"}),
        ('<?xml version="1.0" encoding="UTF-8"?>\n<xml><A>1</A></xml>', {"A": "1"}),
        ("<xml><!-- note --><A>1</A></xml>", {"A": "1"}),
        ("<xml><A><B>1</B><B>2</B></A></xml>", {"A": {"B": ["1", "2"]}}),
        ("<xml><A><![CDATA[bell\x07]]></A></xml>", {"A": "bell\x07"}),
        ("<xml><A>x</A  ></xml>", {"A": "x"}),
        ('<xml v="1"><A>x</A></xml>', {"A": "x"}),
    ],
)
def test_reads_every_shape_of_document(payload: str, document: dict[str, object]) -> None:
    assert read_document(payload.encode()) == document


def test_a_message_with_a_broken_character_is_still_a_message() -> None:
    payload = (CALLBACKS / "wecom.text.xml").read_bytes().replace("你好".encode(), b"\xe4\xbd")

    assert parse("wecom:clew", payload).text == "\ufffd，我的线索"  # type: ignore[attr-defined]


def _xml(names: dict[str, str]) -> bytes:
    elements = "".join(
        f"<{n}><![CDATA[{v.replace(']]>', ']]]]><![CDATA[>')}]]></{n}>" for n, v in names.items()
    )
    return f"<xml>{elements}</xml>".encode()


#: What XML 1.0 can carry and a parser hands on unchanged.
LEGAL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=40)


@given(st.dictionaries(st.from_regex(r"[A-Za-z]\w{0,8}", fullmatch=True), LEGAL, max_size=6))
def test_any_text_survives_the_way_through_xml(names: dict[str, str]) -> None:
    names = {name: text for name, text in names.items() if name.isascii()}

    assert read_document(_xml(names)) == names
