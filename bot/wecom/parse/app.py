"""What members do in the corp app (fact sheet 2.1, 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from bot.wecom.parse.arrival import MESSAGE, Arrival, Builder, Common
from bot.wecom.parse.content import (
    FLAT,
    location,
    picture_checksums,
    reported_location,
    selections,
)
from domain.values import UserId
from handlers.updates import (
    AgentEntered,
    CardClicked,
    CardMenuClicked,
    CodeScanned,
    EmployeeLocated,
    EmployeeMessage,
    EmployeeSubscribed,
    EmployeeUnsubscribed,
    LocationPicked,
    MenuClicked,
    MenuViewed,
    MiniProgramOpened,
    PicturesPicked,
    TaskCardClicked,
    Update,
)


class _Member(Common):
    userid: UserId
    agent_id: str


class _Card(TypedDict):
    task_id: str
    key: str
    card_type: str
    response_code: str


def _member(arrival: Arrival, sequence: str = "") -> _Member:
    userid = UserId(arrival.need_sender())
    agent_id = arrival.fields.text("AgentID")
    arrival.fields.drop("AppType")
    return {
        **arrival.common(sequence),
        "userid": userid,
        "agent_id": agent_id,
    }


def _message(arrival: Arrival) -> Update:
    content = FLAT[arrival.kind.removeprefix(MESSAGE)](arrival.fields)
    msgid = arrival.fields.need("MsgId")
    return EmployeeMessage(content=content, msgid=msgid, **_member(arrival, msgid))


def _card(arrival: Arrival) -> _Card:
    fields = arrival.fields
    return {
        "task_id": fields.need("TaskId"),
        "key": fields.text("EventKey"),
        "card_type": fields.text("CardType"),
        "response_code": fields.text("ResponseCode"),
    }


def _card_clicked(arrival: Arrival) -> Update:
    card, selected = _card(arrival), selections(arrival.fields)
    return CardClicked(**card, selected=selected, **_member(arrival))


def _card_menu_clicked(arrival: Arrival) -> Update:
    card = _card(arrival)
    return CardMenuClicked(**card, **_member(arrival))


def _task_card_clicked(arrival: Arrival) -> Update:
    task_id, key = arrival.fields.need("TaskId"), arrival.fields.text("EventKey")
    return TaskCardClicked(task_id=task_id, key=key, **_member(arrival))


def _menu_clicked(arrival: Arrival) -> Update:
    return MenuClicked(key=arrival.fields.text("EventKey"), **_member(arrival))


def _menu_viewed(arrival: Arrival) -> Update:
    return MenuViewed(url=arrival.fields.text("EventKey"), **_member(arrival))


def _mini_program_opened(arrival: Arrival) -> Update:
    return MiniProgramOpened(key=arrival.fields.text("EventKey"), **_member(arrival))


def _code_scanned(arrival: Arrival) -> Update:
    scan = arrival.fields.node("ScanCodeInfo")
    return CodeScanned(
        key=arrival.fields.text("EventKey"),
        scan_type=scan.text("ScanType"),
        result=scan.text("ScanResult"),
        is_waiting=arrival.kind == "scancode_waitmsg",
        **_member(arrival),
    )


def _pictures_picked(arrival: Arrival) -> Update:
    pictures = arrival.fields.node("SendPicsInfo")
    return PicturesPicked(
        key=arrival.fields.text("EventKey"),
        origin=arrival.kind,
        count=pictures.whole("Count") or 0,
        checksums=picture_checksums(pictures),
        **_member(arrival),
    )


def _location_picked(arrival: Arrival) -> Update:
    place = location(arrival.fields.node("SendLocationInfo"))
    key = arrival.fields.text("EventKey")
    return LocationPicked(key=key, location=place, **_member(arrival))


def _located(arrival: Arrival) -> Update:
    place, precision = reported_location(arrival.fields), arrival.fields.number("Precision")
    return EmployeeLocated(location=place, precision=precision, **_member(arrival))


def _entered(arrival: Arrival) -> Update:
    return AgentEntered(key=arrival.fields.text("EventKey"), **_member(arrival))


def _subscribed(arrival: Arrival) -> Update:
    arrival.fields.drop("EventKey")
    return EmployeeSubscribed(**_member(arrival))


def _unsubscribed(arrival: Arrival) -> Update:
    arrival.fields.drop("EventKey")
    return EmployeeUnsubscribed(**_member(arrival))


MESSAGES: Mapping[str, Builder] = {
    f"{MESSAGE}{kind}": _message for kind in FLAT if kind != "shortvideo"
}
EVENTS: Mapping[str, Builder] = {
    "template_card_event": _card_clicked,
    "template_card_menu_event": _card_menu_clicked,
    "taskcard_click": _task_card_clicked,
    "click": _menu_clicked,
    "view": _menu_viewed,
    "view_miniprogram": _mini_program_opened,
    "scancode_push": _code_scanned,
    "scancode_waitmsg": _code_scanned,
    "pic_sysphoto": _pictures_picked,
    "pic_photo_or_album": _pictures_picked,
    "pic_weixin": _pictures_picked,
    "location_select": _location_picked,
    "location": _located,
    "enter_agent": _entered,
    "subscribe": _subscribed,
    "unsubscribe": _unsubscribed,
}
