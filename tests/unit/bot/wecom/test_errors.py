from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import config
from bot.wecom.client.clients import AccountMissingError
from bot.wecom.error_codes import CODES, OFFICIAL_CODES, Pause, Reaction
from bot.wecom.errors import (
    Family,
    NotSentError,
    OutcomeUnknownError,
    PlatformError,
    classify,
    credentials_refused,
    egress_address,
    scrub,
)

CONFIG = Path(config.__file__).parent
#: Every code that the fact sheet's table of reactions names (section 4.2).
NAMED = (
    *(-1, 0, 6000, 40001, 40014, 42001, 42007, 41001, 40013, 40056, 40058, 40063, 40008, 44004),
    *(47001, 40003, 60111, 46004, 40007, 40029, 40163, 84014, 40033, 40050, 86001, 86003, 86008),
    *(40068, 40071, 40126, 81011, 40096, 40098, 41054, 40099, 40093, 42012, 41044, 41045, 41048),
    *(41063, 41064, 41065, 41050, 41051, 41053, 42014, 43012, 43004, 45001, 45002, 45007, 45008),
    *(45009, 45011, 45033, 45015, 45047, 45029, 48001, 48002, 48004, 48006, 48009, 50001, 50002),
    *(50003, 301002, 60011, 60021, 84074, 60020, 301042, 40164, 81013, 82001, 82002, 82003, 84061),
    *(84084, 610004, 93000, 93004, 93008, 95001, 95002, 95013, 95016, 95007, 301052, 301059),
    701008,
)


@pytest.mark.parametrize("code", NAMED)
def test_every_code_of_the_fact_sheet_has_a_reaction(code: int) -> None:
    assert code in CODES


@pytest.mark.parametrize(
    ("code", "family", "reaction"),
    [
        (0, Family.WECOM, Reaction.OK),
        (-1, Family.WECOM, Reaction.RETRY_LATER),
        (40014, Family.WECOM, Reaction.REFRESH_CREDENTIALS),
        (40001, Family.OFFICIAL, Reaction.REFRESH_CREDENTIALS),
        (45033, Family.WECOM, Reaction.SLOW_DOWN),
        (60020, Family.WECOM, Reaction.OPERATOR),
        (40164, Family.OFFICIAL, Reaction.OPERATOR),
        (41050, Family.WECOM, Reaction.DROP),
        (84061, Family.WECOM, Reaction.RELATION_GONE),
        (95001, Family.WECOM, Reaction.WAIT_FOR_CUSTOMER),
        (43004, Family.WECOM, Reaction.PERMANENT),
        (43004, Family.OFFICIAL, Reaction.RELATION_GONE),
        (987654, Family.WECOM, Reaction.PERMANENT),
    ],
)
def test_a_code_asks_for_its_reaction(code: int, family: Family, reaction: Reaction) -> None:
    assert classify(code, family).reaction is reaction


@pytest.mark.parametrize(
    ("code", "family", "pause"),
    [
        (45033, Family.WECOM, Pause.MOMENT),
        (45009, Family.WECOM, Pause.MINUTE),
        (45011, Family.OFFICIAL, Pause.MINUTE),
        (45009, Family.OFFICIAL, Pause.DAY),
    ],
)
def test_too_many_calls_rest_as_long_as_the_window(code: int, family: Family, pause: Pause) -> None:
    assert classify(code, family).pause is pause


def test_only_slowing_down_has_a_pause() -> None:
    for verdict in [*CODES.values(), *OFFICIAL_CODES.values()]:
        assert (verdict.pause is not Pause.NONE) == (verdict.reaction is Reaction.SLOW_DOWN)


def test_an_unknown_code_says_so() -> None:
    assert classify(987654, Family.WECOM).advice == "unknown_code"


def test_words_of_the_platform_lose_addresses_tokens_hints_and_phones() -> None:
    words = (
        "not allow to access from your ip, hint: [1700000000123456], from ip: 203.0.113.9, "
        "access_token=abcdefghijklmnopqrstuvwxyz0123456789 mobile 13812345678"
    )
    bare = scrub(words)
    for secret in ("203.0.113.9", "1700000000123456", "abcdefghijkl", "13812345678"):
        assert secret not in bare


def test_long_words_of_the_platform_are_cut() -> None:
    assert len(scrub("word " * 200)) == 200


def test_a_refused_address_is_told_to_the_operator_alone() -> None:
    verdict = classify(60020, Family.WECOM)
    error = PlatformError("/cgi-bin/message/send", 60020, "from ip: 203.0.113.9", verdict)
    assert error.refused_address == "203.0.113.9"
    assert "203.0.113.9" not in str(error)


def test_other_errors_hold_no_address() -> None:
    verdict = classify(-1, Family.WECOM)
    assert PlatformError("/x", -1, "busy 203.0.113.9", verdict).refused_address == ""
    assert egress_address("no address here") == ""


def test_a_token_refused_when_fresh_is_for_the_operator() -> None:
    error = PlatformError("/x", 40014, "invalid", classify(40014, Family.WECOM))
    assert credentials_refused(error).reaction is Reaction.OPERATOR


def test_not_sent_and_unknown_are_told_apart() -> None:
    assert NotSentError("/x", "refused").reaction is Reaction.NOT_SENT
    assert OutcomeUnknownError("/x", "timeout").reaction is Reaction.OUTCOME_UNKNOWN
    assert str(NotSentError("/x", "refused")) == "/x: refused"


def test_every_advice_has_its_words() -> None:
    texts = tomllib.loads((CONFIG / "texts.zh.toml").read_text(encoding="utf-8"))["wire_errors"]
    advices = {verdict.advice for verdict in [*CODES.values(), *OFFICIAL_CODES.values()]}
    advices |= {NotSentError.advice, OutcomeUnknownError.advice, AccountMissingError.advice}
    assert sorted(advices - set(texts)) == []
