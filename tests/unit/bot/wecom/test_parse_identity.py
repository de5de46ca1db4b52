"""Key, subject and priority of what arrives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import handlers.updates as u
from bot.wecom.parse import parse, peek
from domain.values import Priority
from tests.unit.bot.wecom.samples import (
    CALLBACKS,
    CHAT,
    CUSTOMER,
    FILES,
    FOLLOWER,
    peeked,
    source_of,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_seen_on_arrival_agrees_with_the_update(path: Path) -> None:
    payload = path.read_bytes()
    update, arrival = parse(source_of(path), payload), peek(source_of(path), payload)

    assert arrival.key == update.dedupe_key.encode()
    assert arrival.subject == update.subject
    assert arrival.subject not in {"", "sys"}


def test_no_two_samples_share_a_key() -> None:
    keys = [peek(source_of(path), path.read_bytes()).key for path in FILES]

    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("name", "subject", "priority"),
    [
        ("wecom.text", "LiLei", Priority.CHAT),
        ("wecom.template_card_event", "LiLei", Priority.CHAT),
        ("wecom.enter_agent", "LiLei", Priority.NORMAL),
        ("wecom.add_external_contact", CUSTOMER, Priority.WELCOME),
        ("wecom.add_external_contact_json", CUSTOMER, Priority.WELCOME),
        ("wecom.add_external_contact_bare", CUSTOMER, Priority.NORMAL),
        ("wecom.msg_audit_approved", CUSTOMER, Priority.WELCOME),
        ("wecom.edit_external_contact", CUSTOMER, Priority.NORMAL),
        ("wecom.chat_add_member", CHAT, Priority.NORMAL),
        ("wecom.kf_msg_or_event", "wkExample01", Priority.WELCOME),
        ("wecom.create_user", "HanMei", Priority.NORMAL),
        ("wecom.tag_create", "wecom:clew", Priority.NORMAL),
        ("suite.add_external_contact", CUSTOMER, Priority.WELCOME),
        ("kf.text", CUSTOMER, Priority.CHAT),
        ("kf.enter_session", CUSTOMER, Priority.WELCOME),
        ("kf.enter_session_inner", CUSTOMER, Priority.NORMAL),
        ("kf.servicer_status_change", "wkExample01", Priority.NORMAL),
        ("mp.text", FOLLOWER, Priority.CHAT),
        ("mp.scan", FOLLOWER, Priority.CHAT),
        ("mp.subscribe_scene", FOLLOWER, Priority.CHAT),
        ("mp.unsubscribe", FOLLOWER, Priority.NORMAL),
        ("mp.template_result", FOLLOWER, Priority.NORMAL),
        ("aibot.text", "LiLei", Priority.CHAT),
        ("aibot.text_group", "wrExampleChat0000000000000000002", Priority.CHAT),
        ("archive.text_room", CHAT, Priority.NORMAL),
        ("fetch.external_contact", CUSTOMER, Priority.NORMAL),
        ("fetch.mp_user", FOLLOWER, Priority.NORMAL),
        ("timer.reminder", "reminder:7", Priority.NORMAL),
    ],
)
def test_the_inbox_learns_subject_and_priority(name: str, subject: str, priority: Priority) -> None:
    assert peeked(name).subject == subject
    assert peeked(name).priority is priority


def test_one_event_at_two_apps_has_one_key() -> None:
    payload = (CALLBACKS / "wecom.msgaudit_notify.xml").read_bytes()
    other_app = payload.replace(b"2000004", b"2000005")
    as_json = {"ToUserName": "ww", "FromUserName": "sys", "MsgType": "event", "Event": "x"}
    here, there = ({**as_json, "AgentID": agent} for agent in (1, 2))

    assert peek("wecom:clew", payload).key == peek("wecom:other", other_app).key
    assert (
        peek("wecom:clew", json.dumps(here).encode()).key
        == peek("wecom:other", json.dumps(there).encode()).key
    )


def test_what_a_member_does_in_two_apps_are_two_things() -> None:
    payload = (CALLBACKS / "wecom.enter_agent.xml").read_bytes()

    assert peek("wecom:a", payload).key != peek("wecom:a", payload.replace(b"1000002", b"7")).key


def test_two_customers_added_in_one_second_are_two_things() -> None:
    payload = (CALLBACKS / "wecom.add_external_contact.xml").read_bytes()
    other = payload.replace(CUSTOMER.encode(), CUSTOMER.encode()[:-1] + b"9")

    assert peek("wecom:clew", payload).key != peek("wecom:clew", other).key


def test_message_ids_never_collide_across_families_corps_and_accounts() -> None:
    body = "<xml><ToUserName>{to}</ToUserName><FromUserName>a</FromUserName>{rest}</xml>"
    text = "<MsgType>text</MsgType><Content>hi</Content><MsgId>1</MsgId>"
    event = "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID>"
    arrivals = [
        ("wecom:clew", body.format(to="ww1", rest=text)),
        ("wecom:clew", body.format(to="ww2", rest=text)),
        ("suite:clew", body.format(to="ww1", rest=text)),
        ("mp:gh_1", body.format(to="gh_1", rest=text)),
        ("mp:gh_2", body.format(to="gh_2", rest=text)),
        ("mp:gh_1", body.format(to="gh_1", rest=event)),
        ("kf:wk1", '{"msgid": "1", "msgtype": "text"}'),
        ("kf:wk2", '{"msgid": "1", "msgtype": "text"}'),
        ("aibot:b", '{"msgid": "1", "msgtype": "text"}'),
        ("archive:ww1", '{"msgid": "1", "msgtype": "text"}'),
        ("timer", '{"timer_id": 1, "kind": "x", "subject_id": 1, "due_at": 1, "payload": {}}'),
        ("fetch:employee", '{"kind": "employee", "subject": "1"}'),
    ]

    assert len({peek(source, payload.encode()).key for source, payload in arrivals}) == 12


def test_a_message_of_two_deliveries_has_one_key_whatever_else_differs() -> None:
    payload = (CALLBACKS / "wecom.text.xml").read_bytes()

    assert peek("wecom:clew", payload).key == peek("wecom:clew", payload.replace(b"\n", b"")).key


@pytest.mark.parametrize("msgid", ["", "0"])
def test_an_empty_message_id_is_no_id(msgid: str) -> None:
    body = "<xml><ToUserName>ww</ToUserName><FromUserName>{}</FromUserName>"
    body += f"<MsgType>text</MsgType><Content>hi</Content><MsgId>{msgid}</MsgId></xml>"

    first, second = (peek("wecom:clew", body.format(who).encode()) for who in "ab")

    assert first.key != second.key


def test_a_customer_cannot_forge_fields_by_typing_them() -> None:
    typed = (
        "<Content><![CDATA[</Content><MsgId>1</MsgId><WelcomeCode>X</WelcomeCode>"
        "<FromUserName>boss</FromUserName><Event>click</Event> ]] > &amp; <!DOCTYPE x>]]></Content>"
    )
    head = "<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName>"
    tail = "<MsgType>text</MsgType><MsgId>77</MsgId></xml>"
    for payload in (head + typed + tail, head + tail.replace("</xml>", typed + "</xml>")):
        update = parse("mp:gh", payload.encode())

        assert isinstance(update, u.MpMessage)
        assert update.openid == "o1"
        assert update.msgid == "77"
        assert update.text.endswith("<!DOCTYPE x>")
        assert peek("mp:gh", payload.encode()).key == b"mp:gh:77"
