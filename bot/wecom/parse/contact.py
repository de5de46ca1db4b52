"""Customers, customer groups, corp tags and acquisition links (fact sheet 2.3–2.5, 2.8)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.parse.arrival import Arrival, Builder, Common
from domain.values import UserId
from handlers.updates import (
    AcquisitionAccountChanged,
    AcquisitionChatStarted,
    AcquisitionFriendRequested,
    AcquisitionLinkChanged,
    AcquisitionMessageReceived,
    AcquisitionProfileOpened,
    ArchiveApproved,
    CorpTagChanged,
    CustomerAdded,
    CustomerDeletedByRep,
    CustomerDeletedRep,
    CustomerEdited,
    GroupChanged,
    GroupCreated,
    GroupDismissed,
    GroupMembersJoined,
    GroupMembersLeft,
    TagChange,
    TransferFailed,
    Update,
)


class _Pair(Common):
    userid: UserId
    external_userid: str


def _pair(arrival: Arrival) -> _Pair:
    external_userid = arrival.fields.need("ExternalUserID")
    userid = UserId(arrival.fields.need("UserID"))
    return {**arrival.common(), "userid": userid, "external_userid": external_userid}


def _added(arrival: Arrival) -> Update:
    return CustomerAdded(
        state=arrival.fields.text("State"),
        welcome_code=arrival.fields.text("WelcomeCode"),
        is_half=arrival.kind.endswith("add_half_external_contact"),
        **_pair(arrival),
    )


def _edited(arrival: Arrival) -> Update:
    return CustomerEdited(**_pair(arrival))


def _deleted_by_rep(arrival: Arrival) -> Update:
    by_transfer = arrival.fields.text("Source") == "DELETE_BY_TRANSFER"
    return CustomerDeletedByRep(by_transfer=by_transfer, **_pair(arrival))


def _deleted_rep(arrival: Arrival) -> Update:
    return CustomerDeletedRep(**_pair(arrival))


def _transfer_failed(arrival: Arrival) -> Update:
    return TransferFailed(reason=arrival.fields.text("FailReason"), **_pair(arrival))


def _archive_approved(arrival: Arrival) -> Update:
    return ArchiveApproved(welcome_code=arrival.fields.text("WelcomeCode"), **_pair(arrival))


def _group_created(arrival: Arrival) -> Update:
    return GroupCreated(chat_id=arrival.fields.need("ChatId"), **arrival.common())


def _group_dismissed(arrival: Arrival) -> Update:
    return GroupDismissed(chat_id=arrival.fields.need("ChatId"), **arrival.common())


def _group_updated(arrival: Arrival) -> Update:
    fields = arrival.fields
    detail = fields.text("UpdateDetail").lower()
    builder = _GROUP_DETAILS.get(detail)
    return builder(arrival) if builder else arrival.unknown(f"UpdateDetail={detail}")


def _joined(arrival: Arrival) -> Update:
    fields = arrival.fields
    fields.drop("QuitScene")
    return GroupMembersJoined(
        chat_id=fields.need("ChatId"),
        join_scene=fields.whole("JoinScene"),
        members=fields.node("MemChangeList").texts("Item"),
        count=fields.whole("MemChangeCnt") or 0,
        last_version=fields.text("LastMemVer"),
        version=fields.text("CurMemVer"),
        **arrival.common(),
    )


def _left(arrival: Arrival) -> Update:
    fields = arrival.fields
    fields.drop("JoinScene")
    return GroupMembersLeft(
        chat_id=fields.need("ChatId"),
        quit_scene=fields.whole("QuitScene"),
        members=fields.node("MemChangeList").texts("Item"),
        count=fields.whole("MemChangeCnt") or 0,
        last_version=fields.text("LastMemVer"),
        version=fields.text("CurMemVer"),
        **arrival.common(),
    )


def _group_changed(detail: str) -> Builder:
    def build(arrival: Arrival) -> Update:
        # Present with meaningless values here (fact sheet 2.4).
        arrival.fields.drop("JoinScene", "QuitScene", "MemChangeCnt")
        chat_id = arrival.fields.need("ChatId")
        return GroupChanged(chat_id=chat_id, detail=detail, **arrival.common())

    return build


_GROUP_DETAILS: Mapping[str, Builder] = {
    "add_member": _joined,
    "del_member": _left,
    **{d: _group_changed(d) for d in ("change_owner", "change_name", "change_notice")},
}


def _tag_changed(arrival: Arrival) -> Update:
    return CorpTagChanged(
        change=TagChange(arrival.kind.rpartition(".")[2]),
        tag_id=arrival.fields.text("Id"),
        is_group=arrival.fields.text("TagType") == "tag_group",
        strategy_id=arrival.fields.text("StrategyId"),
        **arrival.common(),
    )


def _account_changed(arrival: Arrival) -> Update:
    change = arrival.kind.rpartition(".")[2]
    return AcquisitionAccountChanged(change=change, **arrival.common())


def _link_changed(arrival: Arrival) -> Update:
    change, link_id = arrival.kind.rpartition(".")[2], arrival.fields.need("LinkId")
    return AcquisitionLinkChanged(change=change, link_id=link_id, **arrival.common())


def _profile_opened(arrival: Arrival) -> Update:
    link_id, state = arrival.fields.need("LinkId"), arrival.fields.text("State")
    return AcquisitionProfileOpened(link_id=link_id, state=state, **arrival.common())


def _friend_requested(arrival: Arrival) -> Update:
    link_id, state = arrival.fields.need("LinkId"), arrival.fields.text("State")
    return AcquisitionFriendRequested(link_id=link_id, state=state, **arrival.common())


def _chat_started(arrival: Arrival) -> Update:
    return AcquisitionChatStarted(
        link_id=arrival.fields.text("LinkId"),
        state=arrival.fields.text("State"),
        chat_key=arrival.fields.text("ChatKey"),
        **_pair(arrival),
    )


def _customer_wrote(arrival: Arrival) -> Update:
    return AcquisitionMessageReceived(
        link_id=arrival.fields.text("LinkId"),
        state=arrival.fields.text("State"),
        chat_key=arrival.fields.text("ChatKey"),
        **_pair(arrival),
    )


_CUSTOMER: Mapping[str, Builder] = {
    "add_external_contact": _added,
    "add_half_external_contact": _added,
    "edit_external_contact": _edited,
    "del_external_contact": _deleted_by_rep,
    "del_follow_user": _deleted_rep,
    "transfer_fail": _transfer_failed,
    "msg_audit_approved": _archive_approved,
}
_GROUP: Mapping[str, Builder] = {
    "create": _group_created,
    "update": _group_updated,
    "dismiss": _group_dismissed,
}
_ACQUISITION: Mapping[str, Builder] = {
    "balance_low": _account_changed,
    "balance_exhausted": _account_changed,
    "balance_increased": _account_changed,
    "quota_expire_soon": _account_changed,
    "service_balance_low": _account_changed,
    "service_balance_exhausted": _account_changed,
    "service_balance_increased": _account_changed,
    "change_price": _account_changed,
    "approve_special_auth": _account_changed,
    "cancel_special_auth": _account_changed,
    "link_unavailable": _link_changed,
    "delete_link": _link_changed,
    "open_profile": _profile_opened,
    "friend_request": _friend_requested,
    "customer_start_chat": _chat_started,
    "message_from_customer": _customer_wrote,
}

EVENTS: Mapping[str, Builder] = {
    **{f"change_external_contact.{change}": b for change, b in _CUSTOMER.items()},
    **{f"change_external_chat.{change}": b for change, b in _GROUP.items()},
    **{f"change_external_tag.{change}": _tag_changed for change in TagChange},
    **{f"customer_acquisition.{change}": b for change, b in _ACQUISITION.items()},
    # Suites are told these under a name of their own.
    "change_price": _account_changed,
    "approve_special_auth": _account_changed,
    "cancel_special_auth": _account_changed,
}
