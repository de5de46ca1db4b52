from __future__ import annotations

import pytest

from bot.doctor.finding import Finding, broken
from bot.doctor.report import words
from bot.doctor.wire import Asked, is_refused, wire_finding
from bot.wecom.errors import (
    Family,
    NotSentError,
    OutcomeUnknownError,
    PlatformError,
    WireError,
    classify,
)
from tests.unit.bot.doctor_installation import TEXTS

ASKED = Asked("https://qyapi.example.com", "contact_secret", forbidden="contacts_forbidden")


def refusal(errcode: int, errmsg: str = "no") -> PlatformError:
    return PlatformError("/cgi-bin/x", errcode, errmsg, classify(errcode, Family.WECOM))


@pytest.mark.parametrize(
    ("errcode", "code", "said"),
    [
        (40001, "secret_refused", "CLEW_CONTACT_SECRET"),
        (40091, "secret_refused", "CLEW_CONTACT_SECRET"),
        (40125, "secret_refused", "CLEW_CONTACT_SECRET"),
        (40013, "id_refused", "CLEW_CORP_ID"),
        (40056, "agent_refused", "CLEW_APP_AGENT_ID"),
        (48002, "contacts_forbidden", "可调用接口的应用"),
        (301002, "contacts_forbidden", "可调用接口的应用"),
        (45009, "platform_refused", "调用次数"),
        (12345, "platform_refused", "12345"),
    ],
)
def test_each_refusal_names_what_to_put_right(errcode: int, code: str, said: str) -> None:
    finding = wire_finding(refusal(errcode), ASKED, TEXTS)
    assert finding.code == code
    assert said in words(finding, TEXTS)
    assert str(errcode) in words(finding, TEXTS)


@pytest.mark.parametrize(
    ("errcode", "code"),
    [(60020, "ip_refused"), (301042, "ip_refused"), (40164, "official_ip_refused")],
)
def test_a_refused_address_is_told_to_enter_it(errcode: int, code: str) -> None:
    error = refusal(errcode, "not allow to access from your ip, from ip: 203.0.113.7, more")
    finding = wire_finding(error, ASKED, TEXTS)
    assert finding.code == code
    assert "203.0.113.7" in words(finding, TEXTS)


@pytest.mark.parametrize("error", [NotSentError("/x", "gone"), OutcomeUnknownError("/x", "gone")])
def test_no_answer_means_that_the_platform_cannot_be_reached(error: WireError) -> None:
    assert wire_finding(error, ASKED, TEXTS) == broken(
        "platform_unreachable", host="qyapi.example.com", reason="gone"
    )


async def test_a_call_may_be_meant_to_be_refused() -> None:
    async def call(error: Exception | None) -> None:
        if error is not None:
            raise error

    expected = frozenset({81013})
    assert await is_refused(call(refusal(81013)), expected)
    assert not await is_refused(call(None), expected)
    with pytest.raises(PlatformError, match="40056"):
        await is_refused(call(refusal(40056)), expected)


def test_findings_about_the_same_thing_are_equal() -> None:
    first: Finding = wire_finding(refusal(60020, "from ip: 203.0.113.7 a"), ASKED, TEXTS)
    assert first == wire_finding(refusal(60020, "from ip: 203.0.113.7 b"), Asked("http://y"), TEXTS)
