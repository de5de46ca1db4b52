from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.merging import join, may_have_arrived
from bot.trouble import met
from bot.wecom.error_codes import Reaction
from domain.messages import Endpoint, Menu, Push, Text
from storage.outbox import ClaimedPush

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
UNKNOWN = met(None, Reaction.OUTCOME_UNKNOWN, "timeout", NOW).written()
REFUSED = met(None, Reaction.NOT_SENT, "refused", NOW).written()


def row(number: int, content: str, merge_key: str = "a", **changes: Any) -> ClaimedPush:
    push = Push(Endpoint.APP_MESSAGE, "1", "LiLei", Text(content), str(number), merge_key=merge_key)
    fields: dict[str, Any] = {
        "id": number,
        "push": push,
        "attempts": 1,
        "lease_token": "T",
        "created_at": NOW,
        "is_outcome_unknown": False,
    }
    return ClaimedPush(**(fields | changes))


def test_texts_of_one_key_are_joined_in_order() -> None:
    joined = join(row(1, "一"), [row(2, "二"), row(3, "x", "b"), row(4, "三")])
    assert joined is not None
    assert joined.into.push.body == Text("一\n\n二\n\n三")
    assert joined.into.id == 1
    assert [other.id for other in joined.others] == [2, 4]


def test_without_a_key_nothing_is_joined() -> None:
    assert join(row(1, "一", ""), [row(2, "二", "")]) is None


def test_alone_there_is_nothing_to_join() -> None:
    assert join(row(1, "一"), [row(2, "二", "b")]) is None


def test_what_may_have_arrived_is_left_as_it_was_sent() -> None:
    assert join(row(1, "一", error=UNKNOWN), [row(2, "二")]) is None
    assert join(row(1, "一"), [row(2, "二", is_outcome_unknown=True)]) is None
    assert join(row(1, "一", error=REFUSED), [row(2, "二")]) is not None


def test_only_texts_are_joined() -> None:
    menu = Menu("?", (("a", "b"),))
    push = Push(Endpoint.KF_MESSAGE, "1", "wm1", menu, "m", merge_key="a")
    assert join(row(1, "", push=push), [row(2, "二")]) is None
    assert join(row(2, "二"), [row(1, "", push=push)]) is None


def test_the_whole_stays_below_the_limit_and_a_shorter_one_may_still_fit() -> None:
    joined = join(row(1, "一" * 400), [row(2, "二" * 400), row(3, "三" * 100)])
    assert joined is not None
    assert [other.id for other in joined.others] == [3]


def test_a_row_that_certainly_did_not_arrive_is_known_as_such() -> None:
    assert not may_have_arrived(row(1, "一"))
    assert not may_have_arrived(row(1, "一", error=REFUSED))
    assert may_have_arrived(row(1, "一", error=UNKNOWN))
