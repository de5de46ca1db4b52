"""微信客服: the notice to pull, and the items of a pulled page (fact sheet 2.7)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.parse.arrival import Arrival, Builder, Common
from bot.wecom.parse.content import kf_content
from bot.wecom.parse.fields import Fields, as_json
from domain.values import UserId
from handlers.updates import (
    KfAccountsChanged,
    KfMessage,
    KfNotified,
    KfOrigin,
    KfRecalled,
    KfRejectionSwitched,
    KfSendFailed,
    KfServicerChanged,
    KfSessionChange,
    KfSessionChanged,
    KfSessionEntered,
    Update,
)

_ORIGINS = {3: KfOrigin.CUSTOMER, 4: KfOrigin.SYSTEM, 5: KfOrigin.SERVICER}
_SESSION_CHANGES = {
    1: KfSessionChange.TAKEN_FROM_POOL,
    2: KfSessionChange.TRANSFERRED,
    3: KfSessionChange.ENDED,
    4: KfSessionChange.TAKEN_AGAIN,
}


def _notified(arrival: Arrival) -> Update:
    token, open_kfid = arrival.fields.text("Token"), arrival.fields.need("OpenKfId")
    return KfNotified(token=token, open_kfid=open_kfid, **arrival.common())


def _accounts_changed(arrival: Arrival) -> Update:
    fields = arrival.fields
    return KfAccountsChanged(
        added=fields.texts("AuthAddOpenKfId"),
        removed=fields.texts("AuthDelOpenKfId"),
        **arrival.common(),
    )


NOTICES: Mapping[str, Builder] = {
    "kf_msg_or_event": _notified,
    "kf_account_auth_change": _accounts_changed,
}


class _Item(Common):
    msgid: str
    open_kfid: str
    external_userid: str


def build_item(arrival: Arrival) -> Update:
    """Return the update of one ``msg_list`` item."""
    kind = arrival.fields.see("msgtype")
    if kind == "event":
        return _event(arrival)
    content = kf_content(kind, arrival.fields)
    if content is None:
        return arrival.unknown()
    origin = arrival.fields.whole("origin") or 0
    servicer = arrival.fields.userid("servicer_userid")
    return KfMessage(
        origin=_ORIGINS.get(origin, KfOrigin.OTHER),
        content=content,
        servicer_userid=servicer,
        **_item(arrival, Fields({})),
    )


def _item(arrival: Arrival, event: Fields) -> _Item:
    fields = arrival.fields
    msgid = fields.need("msgid")
    # Of an event the outer ids may be missing: they stand inside too.
    inner, outer = event.text("open_kfid"), fields.text("open_kfid")
    inner_customer, customer = event.text("external_userid"), fields.text("external_userid")
    fields.drop("msgtype", "origin")
    common = arrival.common()
    common["extra"] = {**common["extra"], **event.rest()}
    return {
        **common,
        "msgid": msgid,
        "open_kfid": outer or inner or arrival.account,
        "external_userid": customer or inner_customer,
    }


def _event(arrival: Arrival) -> Update:
    event = arrival.fields.node("event")
    builder = _EVENTS.get(event.text("event_type"))
    return builder(arrival, event) if builder else arrival.unknown()


def _entered(arrival: Arrival, event: Fields) -> Update:
    channel = event.take("wechat_channels")
    return KfSessionEntered(
        scene=event.text("scene"),
        scene_param=event.text("scene_param"),
        welcome_code=event.text("welcome_code"),
        video_channel=as_json(channel) if channel else "",
        **_item(arrival, event),
    )


def _send_failed(arrival: Arrival, event: Fields) -> Update:
    return KfSendFailed(
        fail_msgid=event.need("fail_msgid"),
        fail_type=event.whole("fail_type") or 0,
        **_item(arrival, event),
    )


def _servicer_changed(arrival: Arrival, event: Fields) -> Update:
    return KfServicerChanged(
        servicer_userid=UserId(event.need("servicer_userid")),
        is_on_duty=event.whole("status") == 1,
        **_item(arrival, event),
    )


def _session_changed(arrival: Arrival, event: Fields) -> Update:
    change = event.whole("change_type") or 0
    return KfSessionChanged(
        change=_SESSION_CHANGES.get(change, KfSessionChange.OTHER),
        old_servicer=event.userid("old_servicer_userid"),
        new_servicer=event.userid("new_servicer_userid"),
        msg_code=event.text("msg_code"),
        **_item(arrival, event),
    )


def _customer_recalled(arrival: Arrival, event: Fields) -> Update:
    recalled = event.need("recall_msgid")
    return KfRecalled(recalled_msgid=recalled, by_customer=True, **_item(arrival, event))


def _servicer_recalled(arrival: Arrival, event: Fields) -> Update:
    return KfRecalled(
        recalled_msgid=event.need("recall_msgid"),
        by_customer=False,
        servicer_userid=event.userid("servicer_userid"),
        **_item(arrival, event),
    )


def _rejection_switched(arrival: Arrival, event: Fields) -> Update:
    return KfRejectionSwitched(
        servicer_userid=event.userid("servicer_userid"),
        is_rejecting=event.whole("reject_switch") == 1,
        **_item(arrival, event),
    )


_EVENTS = {
    "enter_session": _entered,
    "msg_send_fail": _send_failed,
    "servicer_status_change": _servicer_changed,
    "session_status_change": _session_changed,
    "user_recall_msg": _customer_recalled,
    "servicer_recall_msg": _servicer_recalled,
    "reject_customer_msg_switch_change": _rejection_switched,
}
