from __future__ import annotations

from datetime import UTC, datetime

from bot.pulling import cursor_key, delivery_of
from domain.values import Priority

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def deep(levels: int) -> dict[str, object]:
    document: dict[str, object] = {"msgid": "m"}
    for _ in range(levels):
        document = {"x": document}
    return document


def test_a_message_is_stored_under_its_msgid_and_customer() -> None:
    document: dict[str, object] = {
        "msgid": "m1",
        "external_userid": "wm1",
        "msgtype": "text",
        "text": {"content": "你好"},
    }
    delivery = delivery_of("kf:wk1", document, NOW)
    assert (delivery.key, delivery.subject) == (b"kf:wk1:m1", "wm1")
    assert delivery.priority is Priority.CHAT
    assert "你好".encode() in delivery.payload


def test_a_session_with_a_welcome_code_goes_first() -> None:
    document: dict[str, object] = {
        "msgid": "m1",
        "msgtype": "event",
        "event": {"event_type": "enter_session", "welcome_code": "C", "external_userid": "wm1"},
    }
    assert delivery_of("kf:wk1", document, NOW).priority is Priority.WELCOME


def test_what_cannot_be_understood_is_stored_all_the_same() -> None:
    delivery = delivery_of("kf:wk1", deep(100), NOW)
    assert delivery.subject == "kf:wk1"
    assert delivery.key == delivery_of("kf:wk1", deep(100), NOW).key
    assert delivery.key != delivery_of("kf:wk1", deep(101), NOW).key


def test_accounts_have_cursors_of_their_own() -> None:
    assert cursor_key("wk1") != cursor_key("wk2")
