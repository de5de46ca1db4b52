"""Typed updates by themselves: whom they concern, where they queue, what they hide."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

import handlers.updates as u
from domain.values import ContactKey, IdentityKind, UserId
from tests.factories import NOW

CUSTOMER = "wmclewtest0000000000000000000001"
COMMON: dict[str, Any] = {"source": "wecom:clew", "at": NOW, "dedupe_key": "wecom:ww:1"}


def external(value: str = CUSTOMER) -> ContactKey:
    return ContactKey(IdentityKind.EXTERNAL_USERID, value)


@pytest.mark.parametrize(
    ("member", "is_external"),
    [
        (CUSTOMER, True),
        ("woclewtest0000000000000000000001", True),
        ("LiLei", False),
        ("wmary", False),
        ("wolfgang.li", False),
        ("", False),
    ],
)
def test_outside_ids_are_told_from_userids(member: str, is_external: bool) -> None:
    assert u.looks_external(member) is is_external


def test_an_update_without_anybody_queues_at_its_door() -> None:
    update = u.ArchiveNotified(**COMMON)

    assert update.contact_keys() == ()
    assert update.userids() == ()
    assert update.subject == "wecom:clew"


def test_an_employees_update_queues_with_the_employee() -> None:
    update = u.MenuClicked(userid=UserId("LiLei"), key="my_leads", **COMMON)

    assert update.subject == "LiLei"
    assert update.userids() == ("LiLei",)


def test_a_customers_update_queues_with_the_customer() -> None:
    update = u.CustomerAdded(userid=UserId("LiLei"), external_userid=CUSTOMER, **COMMON)

    assert update.subject == CUSTOMER
    assert update.contact_keys() == (external(),)


def test_a_group_queues_by_itself_and_sorts_its_members() -> None:
    update = u.GroupMembersJoined(chat_id="wr1", members=(CUSTOMER, "HanMei"), **COMMON)

    assert update.subject == "wr1"
    assert update.contact_keys() == (external(),)
    assert update.userids() == ("HanMei",)


def test_openids_are_per_account() -> None:
    first, second = (u.MpUnsubscribed(account=a, openid="o1", **COMMON) for a in ("gh1", "gh2"))

    assert first.contact_keys() == (ContactKey(IdentityKind.OPENID, "gh1:o1"),)
    assert first.subject != second.subject


def test_an_archived_chat_queues_by_room_then_customer_then_sender() -> None:
    def message(sender: str, *receivers: str, room_id: str = "") -> u.ArchivedMessage:
        content = u.Text("hi")
        return u.ArchivedMessage(
            msgid="1",
            action="send",
            sender=sender,
            receivers=receivers,
            content=content,
            room_id=room_id,
            **COMMON,
        )

    assert message("LiLei", CUSTOMER, room_id="wr1").subject == "wr1"
    assert message("LiLei", CUSTOMER).subject == CUSTOMER
    assert message("LiLei", "HanMei").subject == "LiLei"
    assert message("").subject == "wecom:clew"


def test_a_kf_event_without_customer_queues_at_its_account() -> None:
    update = u.KfServicerChanged(
        msgid="1", open_kfid="wk1", servicer_userid=UserId("HanMei"), is_on_duty=True, **COMMON
    )

    assert update.subject == "wk1"
    assert update.contact_keys() == ()


def test_fetched_customers_lead_to_both_their_identities() -> None:
    customers = (u.KfCustomer(CUSTOMER, unionid="un1"), u.KfCustomer("wmother0000000001"))
    update = u.KfCustomersFetched(
        asked=CUSTOMER, account="wk1", generation=1, customers=customers, **COMMON
    )

    assert update.subject == CUSTOMER
    assert update.contact_keys() == (
        external(),
        ContactKey(IdentityKind.UNIONID, "un1"),
        external("wmother0000000001"),
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (u.Text("数学班多少钱"), "数学班多少钱"),
        (u.Voice(text="我想报名"), "我想报名"),
        (u.Image("MEDIA"), ""),
        (u.Mixed((u.Text("看图"), u.Image(), u.Text("价格"))), "看图\n价格"),
        (u.Mixed(()), ""),
        (u.Other("note", "{}"), ""),
    ],
)
def test_words_are_found_in_every_content(content: u.Content, text: str) -> None:
    assert u.text_of(content) == text


def test_a_tapped_answer_is_told_from_a_typed_one() -> None:
    def message(content: u.Content) -> u.MpMessage:
        return u.MpMessage(account="gh", openid="o", msgid="1", content=content, **COMMON)

    assert message(u.Text("试听", "trial")).menu_id == "trial"
    assert message(u.Text("试听")).menu_id == ""
    assert message(u.Image("MEDIA")).menu_id == ""


UPDATES = [c for _, c in inspect.getmembers(u, inspect.isclass) if issubclass(c, u.Update)]


@pytest.mark.parametrize("update", UPDATES, ids=lambda c: c.__name__)
def test_every_update_is_frozen_slotted_and_explained(update: type[u.Update]) -> None:
    assert update.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(update)
    assert update.__doc__
    assert not update.__doc__.startswith(f"{update.__name__}(")


@pytest.mark.parametrize("update", UPDATES, ids=lambda c: c.__name__)
def test_what_is_secret_or_said_never_shows_in_a_repr(update: type[u.Update]) -> None:
    hidden = {
        "extra",
        "raw",
        "token",
        "ticket",
        "welcome_code",
        "response_code",
        "response_url",
        "msg_code",
        "chat_key",
        "result",
        "feedback",
        "notice",
    }
    shown = {field.name for field in dataclasses.fields(update) if field.repr}

    assert not shown & hidden


def test_the_topic_names_are_all_exported() -> None:
    assert set(u.__all__) >= {c.__name__ for c in UPDATES}
    assert sorted(u.__all__) == sorted(set(u.__all__))
