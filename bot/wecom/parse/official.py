"""Official account (fact sheet 2.11)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.parse.arrival import MESSAGE, Arrival, Builder, Common
from bot.wecom.parse.content import FLAT, location, picture_checksums, reported_location
from bot.wecom.parse.fields import Fields
from handlers.updates import (
    MpCodeScanned,
    MpLocated,
    MpLocationPicked,
    MpMenuClicked,
    MpMenuViewed,
    MpMessage,
    MpMiniProgramOpened,
    MpPicturesPicked,
    MpScanned,
    MpServiceSessionChanged,
    MpSubscribed,
    MpSubscriptionChanged,
    MpTemplateResult,
    MpUnsubscribed,
    TemplateAnswer,
    Update,
)

_SCENE_PREFIX = "qrscene_"


class _Follower(Common):
    account: str
    openid: str


def _follower(arrival: Arrival, sequence: str = "") -> _Follower:
    openid = arrival.need_sender()
    return {**arrival.common(sequence), "account": arrival.account, "openid": openid}


def _message(arrival: Arrival) -> Update:
    content = FLAT[arrival.kind.removeprefix(MESSAGE)](arrival.fields)
    msgid = arrival.fields.need("MsgId")
    return MpMessage(content=content, msgid=msgid, **_follower(arrival, msgid))


def _subscribed(arrival: Arrival) -> Update:
    scene = arrival.fields.text("EventKey").removeprefix(_SCENE_PREFIX)
    ticket = arrival.fields.text("Ticket")
    return MpSubscribed(scene=scene, ticket=ticket, **_follower(arrival))


def _scanned(arrival: Arrival) -> Update:
    scene, ticket = arrival.fields.text("EventKey"), arrival.fields.text("Ticket")
    return MpScanned(scene=scene, ticket=ticket, **_follower(arrival))


def _unsubscribed(arrival: Arrival) -> Update:
    arrival.fields.drop("EventKey")
    return MpUnsubscribed(**_follower(arrival))


def _menu_clicked(arrival: Arrival) -> Update:
    return MpMenuClicked(key=arrival.fields.text("EventKey"), **_follower(arrival))


def _menu_viewed(arrival: Arrival) -> Update:
    url, menu_id = arrival.fields.text("EventKey"), arrival.fields.text("MenuId")
    return MpMenuViewed(url=url, menu_id=menu_id, **_follower(arrival))


def _mini_program_opened(arrival: Arrival) -> Update:
    key, menu_id = arrival.fields.text("EventKey"), arrival.fields.text("MenuId")
    return MpMiniProgramOpened(key=key, menu_id=menu_id, **_follower(arrival))


def _code_scanned(arrival: Arrival) -> Update:
    scan = arrival.fields.node("ScanCodeInfo")
    return MpCodeScanned(
        key=arrival.fields.text("EventKey"),
        scan_type=scan.text("ScanType"),
        result=scan.text("ScanResult"),
        is_waiting=arrival.kind == "scancode_waitmsg",
        **_follower(arrival),
    )


def _pictures_picked(arrival: Arrival) -> Update:
    pictures = arrival.fields.node("SendPicsInfo")
    return MpPicturesPicked(
        key=arrival.fields.text("EventKey"),
        origin=arrival.kind,
        count=pictures.whole("Count") or 0,
        checksums=picture_checksums(pictures),
        **_follower(arrival),
    )


def _location_picked(arrival: Arrival) -> Update:
    place = location(arrival.fields.node("SendLocationInfo"))
    key = arrival.fields.text("EventKey")
    return MpLocationPicked(key=key, location=place, **_follower(arrival))


def _located(arrival: Arrival) -> Update:
    place, precision = reported_location(arrival.fields), arrival.fields.number("Precision")
    return MpLocated(location=place, precision=precision, **_follower(arrival))


def _template_result(arrival: Arrival) -> Update:
    msgid, status = arrival.fields.need("MsgID"), arrival.fields.text("Status")
    return MpTemplateResult(msgid=msgid, status=status, **_follower(arrival))


def _answer(entry: Fields) -> TemplateAnswer:
    return TemplateAnswer(
        template_id=entry.text("TemplateId"),
        status=entry.text("SubscribeStatusString") or entry.text("ErrorStatus"),
        scene=entry.text("PopupScene"),
        msgid=entry.text("MsgID"),
        errcode=entry.whole("ErrorCode") or 0,
    )


def _subscription_changed(change: str) -> Builder:
    wrapper = f"SubscribeMsg{change.capitalize()}Event"

    def build(arrival: Arrival) -> Update:
        fields = arrival.fields
        # The entries stand in a structure of the event's name, or directly in the message.
        entries = (*fields.nodes("List"), *fields.node(wrapper).nodes("List"))
        answers = tuple(_answer(entry) for entry in entries)
        return MpSubscriptionChanged(change=change, answers=answers, **_follower(arrival))

    return build


def _service_session_changed(change: str) -> Builder:
    def build(arrival: Arrival) -> Update:
        return MpServiceSessionChanged(
            change=change,
            kf_account=arrival.fields.text("KfAccount"),
            from_account=arrival.fields.text("FromKfAccount"),
            to_account=arrival.fields.text("ToKfAccount"),
            **_follower(arrival),
        )

    return build


MESSAGES: Mapping[str, Builder] = {f"{MESSAGE}{kind}": _message for kind in FLAT}
EVENTS: Mapping[str, Builder] = {
    "subscribe": _subscribed,
    "scan": _scanned,
    "unsubscribe": _unsubscribed,
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
    "templatesendjobfinish": _template_result,
    "subscribe_msg_popup_event": _subscription_changed("popup"),
    "subscribe_msg_change_event": _subscription_changed("change"),
    "subscribe_msg_sent_event": _subscription_changed("sent"),
    "kf_create_session": _service_session_changed("create"),
    "kf_close_session": _service_session_changed("close"),
    "kf_switch_session": _service_session_changed("switch"),
}
