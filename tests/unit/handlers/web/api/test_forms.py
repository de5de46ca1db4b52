"""What a call hands in, read: an unknown channel is a fault and not a lead of nowhere."""

from __future__ import annotations

import pytest

from config.texts import load_texts
from domain.access import ApiKey, Scope
from domain.intake.form import Call
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
