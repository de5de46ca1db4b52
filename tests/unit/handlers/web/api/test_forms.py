"""What a call hands in, read: an unknown channel is a fault and not a lead of nowhere."""

from __future__ import annotations

import pytest

from config.texts import load_texts
from domain.access import ApiKey, Scope
from domain.intake.form import Call
from domain.lead import LeadKind
from handlers.web.api.document import Faults
from handlers.web.api.forms import Reader
from handlers.web.api.schemas import ActivationIn, LeadIn
from tests.factories import NOW
from tests.unit.handlers.company import CONTEXT

TEXTS = load_texts()
KEY = ApiKey("ck_1", "官网", "site", frozenset({Scope.LEADS_WRITE}), 60, NOW, b"s")


def reader() -> Reader:
    return Reader(CONTEXT, KEY, NOW, "r1", Faults(TEXTS))


@pytest.mark.parametrize("channel", ["", "sem", " expo ", "展会"])
def test_a_channel_of_the_table_is_taken(channel: str) -> None:
    read = reader()
    assert read.lead(LeadIn(uid="u1", channel=channel)).channel == channel.strip()
    assert read.faults.found == []


@pytest.mark.parametrize("channel", ["nowhere", "展会2", "sem;drop"])
def test_an_unknown_channel_is_named(channel: str) -> None:
    read = reader()
    read.lead(LeadIn(uid="u1", channel=channel))
    read.call(ActivationIn(uid="u1", channel=channel), Call.ACTIVATION)
    said = TEXTS.get("api.fault.unknown_channel", channel=channel)
    assert [(f.path, f.code, f.message) for f in read.faults.found] == [
        ("channel", "unknown_channel", said)
    ] * 2


def test_the_place_of_a_fault_in_a_batch_is_named() -> None:
    read = Reader(CONTEXT, KEY, NOW, "r1", Faults(TEXTS), "leads[3]")
    read.lead(LeadIn(uid="u1", channel="nowhere"))
    assert [fault.path for fault in read.faults.found] == ["leads[3].channel"]


@pytest.mark.parametrize(
    ("given", "keys", "made_up"),
    [
        (LeadIn(phone="13800138000"), [], ["phone_fake"]),
        (LeadIn(phone="139 0000 1234", email="a@test.com"), ["+8613900001234"], ["email_fake"]),
        (LeadIn(wechat="Li_Lei", phone="13900001234"), ["+8613900001234", "li_lei"], []),
        (LeadIn(wechat="无", phone="13900001234", uid="undefined"), ["+8613900001234"], []),
        (LeadIn(wechat="lilei_88", phone="-", email="无"), ["lilei_88"], []),
        (LeadIn(wechat="微信同号", phone="13900001234"), ["+8613900001234"] * 2, []),
        (LeadIn(phone="13926410003/13926410004"), ["+8613926410003", "+8613926410004"], []),
        (LeadIn(phone="1392641、13926410004"), ["+8613926410004"], ["phone_wrong_length"]),
    ],
)
def test_what_is_made_up_is_left_out_of_the_keys(
    given: LeadIn, keys: list[str], made_up: list[str]
) -> None:
    read = reader()
    form = read.lead(given)
    assert [one.key.value for one in form.keys] == keys
    assert [one.code for one in form.made_up] == made_up
    assert read.faults.found == []


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        (LeadIn(phone="1390000123"), "phone", "phone_wrong_length"),
        (LeadIn(phone="13900001234", email="a@"), "email", "email_invalid"),
        (LeadIn(phone="13900001234", wechat="小雨"), "wechat", "wechat_invalid"),
        (LeadIn(name="张三"), "$", "no_identity"),
        (LeadIn(uid="null", wechat="同手机号"), "$", "no_identity"),
    ],
)
def test_what_nobody_can_be_reached_by_is_a_fault(given: LeadIn, path: str, code: str) -> None:
    read = reader()
    read.lead(given)
    assert [(fault.path, fault.code) for fault in read.faults.found] == [(path, code)]


def test_only_the_first_of_several_phones_is_vouched_for() -> None:
    form = reader().lead(LeadIn(phone="13926410003/13926410004", phone_verified=True))
    assert [key.is_verified for key in form.keys] == [True, False]


def test_a_lead_is_to_be_sold_to_unless_it_says_otherwise() -> None:
    assert reader().lead(LeadIn(uid="u1")).kind is LeadKind.SALES
    assert reader().lead(LeadIn(uid="u1", kind="service")).kind is LeadKind.SERVICE
