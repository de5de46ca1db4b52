"""Every family of fact sheet section 2, from an invented callback to its typed update."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.work import parse_message

import handlers.updates as u
from bot.wecom.parse import ParseError, parse, peek
from tests.unit.bot.wecom.samples import (
    CALLBACKS,
    EXPECTED,
    FILES,
    SOURCES,
    expected_type,
    load,
    payload_of,
    source_of,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_family_parses_into_its_type_and_loses_nothing(path: Path) -> None:
    update = parse(source_of(path), path.read_bytes())

    assert type(update) is expected_type(path.stem)
    assert not hasattr(update, "__dict__")
    assert update.source == source_of(path)
    assert update.at.tzinfo is UTC
    # MediaId16K and the like are kept: each name here is one Clew has no field for.
    assert set(update.extra) <= {"MediaId16K", "AuthType", "title"}


def test_every_concrete_update_has_a_sample() -> None:
    classes = {c for _, c in inspect.getmembers(u, inspect.isclass) if issubclass(c, u.Update)}
    bases = {base for c in classes for base in c.__mro__[1:]}

    assert classes - bases == set(EXPECTED.values())


@pytest.mark.parametrize("name", ["wecom.unheard_of", "mp.unheard_of", "kf.unheard_of"])
def test_unknown_kinds_keep_everything(name: str) -> None:
    update = load(name)

    assert update.kind == "solar_eclipse"
    assert "agnitude" in update.raw
    assert update.reason == ""


def test_a_known_kind_without_its_customer_is_kept_as_unknown() -> None:
    path = CALLBACKS / "wecom.edit_external_contact.xml"
    payload = re.sub(rb"\s*<ExternalUserID>.*?</ExternalUserID>", b"", path.read_bytes())
    update = parse("wecom:clew", payload)

    assert isinstance(update, u.Unknown)
    assert update.kind == "change_external_contact.edit_external_contact"
    assert update.reason == "missing ExternalUserID"
    assert update.subject == "LiLei"


def test_elements_nobody_knows_are_kept_under_their_own_name() -> None:
    payload = (CALLBACKS / "wecom.click.xml").read_bytes()
    payload = payload.replace(b"</xml>", b"<Mood>\xe5\xa5\xbd</Mood><Nest><A>1</A></Nest></xml>")

    assert parse("wecom:clew", payload).extra == {"Mood": "好", "Nest": '{"A":"1"}'}


def test_the_ticket_of_a_suite_travels_no_further() -> None:
    update = load("suite.suite_ticket")

    assert "TICKET-SECRET" not in repr([getattr(update, f.name) for f in fields(update)])


def test_secrets_and_words_do_not_show_in_logs() -> None:
    shown = " ".join(repr(load(path.stem)) for path in FILES)

    for secret in ("CODE-1", "CODE-KF", "ENC-token", "RC-xyz", "SECRET", "13800000000", "你好"):
        assert secret not in shown


#: What XML 1.0 can carry and a parser hands on unchanged.
LEGAL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=40)


TAMPERED = re.findall(
    r"\w+",
    """MsgType Event MsgId FromUserName CreateTime ExternalUserID ChangeType AgentID
    event msgtype msgid text send_time from tolist answer generation subject due_at
    timer_id subject_id payload kind body cmd quote mixed""",
)


@given(
    st.sampled_from([*SOURCES.values(), "fetch:external_contact", "fetch:nothing", "api", "x:"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | LEGAL,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LEGAL, inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(
        [
            "MsgType",
            "Event",
            "MsgId",
            "FromUserName",
            "CreateTime",
            "ExternalUserID",
            "event",
            "msgtype",
            "text",
            "send_time",
            "from",
            "tolist",
            "answer",
            "generation",
            "subject",
            "due_at",
            "timer_id",
            "subject_id",
            "payload",
            "kind",
            "body",
            "cmd",
            "quote",
            "mixed",
            "ChangeType",
            "AgentID",
        ]
    ),
    st.sampled_from(FILES),
)
def test_no_payload_raises_anything_but_a_parse_error(
    source: str, junk: Any, name: str, path: Path
) -> None:
    base = json.loads(path.read_text()) if path.suffix == ".json" else {}
    payload = json.dumps({**base, name: junk}).encode()
    try:
        update = parse(source, payload)
    except ParseError:
        with pytest.raises(ParseError):
            peek(source, payload)
    else:
        assert peek(source, payload).key == update.dedupe_key.encode()
        assert update.subject
        assert update.at.tzinfo is UTC


@given(st.sampled_from(list(SOURCES.values())), st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_a_parse_error(source: str, payload: bytes) -> None:
    for whole in (payload, b"<xml>" + payload + b"</xml>", b"{" + payload + b"}"):
        try:
            parse(source, whole)
        except ParseError as error:
            assert str(error)  # noqa: PT017 — both outcomes are right


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "0", "9" * 30])
def test_a_moment_that_makes_no_sense_falls_back_to_the_time_of_receipt(stamp: str) -> None:
    received = datetime(2026, 1, 2, tzinfo=UTC)
    payload = re.sub(rb"<CreateTime>\d+", f"<CreateTime>{stamp}".encode(), payload_of("wecom.text"))

    assert parse("wecom:clew", payload, received).at == received


def test_a_bot_message_states_no_time_and_takes_the_time_of_receipt() -> None:
    received = datetime(2026, 1, 2, tzinfo=UTC)

    assert parse("aibot:helper", payload_of("aibot.text"), received).at == received
    assert parse("aibot:helper", payload_of("aibot.enter_chat"), received).at < received


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if p.name.startswith("wecom.") and p.suffix == ".xml"],
    ids=lambda path: path.stem,
)
def test_wechatpy_reads_the_same_sender_and_time(path: Path) -> None:
    theirs = parse_message(path.read_text())._data
    ours = parse("wecom:clew", path.read_bytes())

    assert ours.at == datetime.fromtimestamp(int(theirs["CreateTime"]), UTC)
    if isinstance(ours, u.FromEmployee):
        assert ours.userid == theirs["FromUserName"]
    if isinstance(ours, u.EmployeeMessage):
        assert ours.msgid == theirs["MsgId"]


#: A new department that has no id.
NAMELESS = re.sub(r"<Id>.*?</Id>", "", payload_of("wecom.create_party").decode())


@pytest.mark.parametrize(
    ("source", "payload", "missing"),
    [
        (
            "wecom:clew",
            "<xml><MsgType>event</MsgType><Event>click</Event></xml>",
            "FromUserName",
        ),
        ("mp:gh", "<xml><MsgType>text</MsgType><MsgId>1</MsgId></xml>", "FromUserName"),
        ("wecom:clew", NAMELESS, "Id"),
        ("timer", '{"timer_id": 1, "kind": "x", "subject_id": 1}', "due_at"),
        (
            "timer",
            '{"timer_id": 1, "kind": "x", "subject_id": 1, "due_at": 9223372036854775807}',
            "year 10000",
        ),
        ("fetch:employee", '{"kind": "employee", "answer": {"name": "x"}}', "userid"),
    ],
)
def test_what_cannot_be_done_without_is_named(source: str, payload: str, missing: str) -> None:
    update = parse(source, payload.encode())

    assert isinstance(update, u.Unknown)
    assert missing in update.reason


@pytest.mark.parametrize("precision", ["", "near", "inf", "nan", "1e999"])
def test_a_number_that_is_none_reads_as_zero(precision: str) -> None:
    payload = payload_of("wecom.location_event").decode().replace("15.0", precision)

    assert parse("wecom:clew", payload.encode()).precision == 0.0  # type: ignore[attr-defined]
