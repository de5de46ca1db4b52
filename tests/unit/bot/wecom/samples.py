"""Invented callbacks of every family, and the type that each must become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import handlers.updates as u
from bot.wecom.parse import Peek, parse, peek
from domain.values import ContactKey, IdentityKind

CALLBACKS = Path(__file__).parents[3] / "fixtures" / "callbacks"


FILES = sorted(CALLBACKS.iterdir())


CUSTOMER = "wmExampleAAAAAAAAAAAAAAAAAAAAA01"


OPENID = "oExampleAAAAAAAAAAAAAAAAAAA1"


FOLLOWER = f"gh_example00001:{OPENID}"


UNIONID = "unExampleUnionId00000000001"


CHAT = "wrExampleChat0000000000000000001"


SOURCES = {
    "wecom": "wecom:clew",
    "suite": "suite:clew",
    "mp": "mp:gh_example00001",
    "kf": "kf:wkExample01",
    "aibot": "aibot:helper",
    "archive": "archive:wwexample00000001",
    "timer": "timer",
}


#: Type expected of each file: exact stem, or the longest prefix that ends in ``*``.
EXPECTED: dict[str, type[u.Update]] = {
    "wecom.text*": u.EmployeeMessage,
    "wecom.image": u.EmployeeMessage,
    "wecom.voice": u.EmployeeMessage,
    "wecom.video": u.EmployeeMessage,
    "wecom.location": u.EmployeeMessage,
    "wecom.link": u.EmployeeMessage,
    "wecom.file": u.Unknown,
    "wecom.subscribe": u.EmployeeSubscribed,
    "wecom.unsubscribe": u.EmployeeUnsubscribed,
    "wecom.enter_agent": u.AgentEntered,
    "wecom.location_event": u.EmployeeLocated,
    "wecom.click": u.MenuClicked,
    "wecom.view": u.MenuViewed,
    "wecom.view_miniprogram": u.MiniProgramOpened,
    "wecom.scancode_*": u.CodeScanned,
    "wecom.pic_*": u.PicturesPicked,
    "wecom.location_select": u.LocationPicked,
    "wecom.template_card_event*": u.CardClicked,
    "wecom.template_card_menu_event": u.CardMenuClicked,
    "wecom.taskcard_click": u.TaskCardClicked,
    "wecom.batch_job_result": u.BatchJobFinished,
    "wecom.open_approval_change": u.ApprovalChanged,
    "wecom.sys_approval_change": u.ApprovalChanged,
    "wecom.share_*": u.Ignored,
    "wecom.switch_workbench_mode": u.Ignored,
    "wecom.living_status_change": u.Ignored,
    "wecom.close_inactive_agent": u.Ignored,
    "wecom.reopen_inactive_agent": u.Ignored,
    "wecom.add_schedule": u.Ignored,
    "wecom.modify_*": u.Ignored,
    "wecom.delete_schedule": u.Ignored,
    "wecom.delete_calendar": u.Ignored,
    "wecom.book_meeting_room": u.Ignored,
    "wecom.cancel_meeting_room": u.Ignored,
    "wecom.unheard_of": u.Unknown,
    "wecom.add_*": u.CustomerAdded,
    "wecom.edit_external_contact": u.CustomerEdited,
    "wecom.del_external_contact*": u.CustomerDeletedByRep,
    "wecom.del_follow_user": u.CustomerDeletedRep,
    "wecom.transfer_fail": u.TransferFailed,
    "wecom.msg_audit_approved": u.ArchiveApproved,
    "wecom.chat_create": u.GroupCreated,
    "wecom.chat_dismiss": u.GroupDismissed,
    "wecom.chat_add_*": u.GroupMembersJoined,
    "wecom.chat_del_member": u.GroupMembersLeft,
    "wecom.chat_change_*": u.GroupChanged,
    "wecom.tag_*": u.CorpTagChanged,
    "wecom.create_user": u.EmployeeCreated,
    "wecom.update_user": u.EmployeeChanged,
    "wecom.delete_user": u.EmployeeDeleted,
    "wecom.create_party": u.DepartmentCreated,
    "wecom.update_party": u.DepartmentChanged,
    "wecom.delete_party": u.DepartmentDeleted,
    "wecom.update_tag": u.DirectoryTagChanged,
    "wecom.kf_msg_or_event": u.KfNotified,
    "wecom.kf_account_auth_change": u.KfAccountsChanged,
    "wecom.acquisition_balance_*": u.AcquisitionAccountChanged,
    "wecom.acquisition_quota_expire_soon": u.AcquisitionAccountChanged,
    "wecom.acquisition_link_unavailable": u.AcquisitionLinkChanged,
    "wecom.acquisition_delete_link": u.AcquisitionLinkChanged,
    "wecom.acquisition_open_profile": u.AcquisitionProfileOpened,
    "wecom.acquisition_friend_request": u.AcquisitionFriendRequested,
    "wecom.acquisition_customer_start_chat": u.AcquisitionChatStarted,
    "wecom.acquisition_message_from_customer": u.AcquisitionMessageReceived,
    "wecom.msgaudit_notify": u.ArchiveNotified,
    "suite.add_external_contact": u.CustomerAdded,
    "suite.chat_create": u.GroupCreated,
    "suite.tag_create": u.CorpTagChanged,
    "suite.create_user": u.EmployeeCreated,
    "suite.service_balance_low": u.AcquisitionAccountChanged,
    "suite.change_price": u.AcquisitionAccountChanged,
    "suite.approve_special_auth": u.AcquisitionAccountChanged,
    "suite.cancel_special_auth": u.AcquisitionAccountChanged,
    "suite.suite_ticket": u.Ignored,
    "suite.create_auth": u.Ignored,
    "suite.text": u.EmployeeMessage,
    "kf.*": u.KfMessage,
    "kf.hologram": u.Unknown,
    "kf.unheard_of": u.Unknown,
    "kf.enter_session*": u.KfSessionEntered,
    "kf.msg_send_fail": u.KfSendFailed,
    "kf.servicer_status_change": u.KfServicerChanged,
    "kf.session_status_*": u.KfSessionChanged,
    "kf.user_recall_msg": u.KfRecalled,
    "kf.servicer_recall_msg": u.KfRecalled,
    "kf.reject_customer_msg_switch_change": u.KfRejectionSwitched,
    "archive.*": u.ArchivedMessage,
    "aibot.text*": u.BotMessage,
    "aibot.image": u.BotMessage,
    "aibot.mixed": u.BotMessage,
    "aibot.voice": u.BotMessage,
    "aibot.file": u.BotMessage,
    "aibot.video": u.BotMessage,
    "aibot.frame_text": u.BotMessage,
    "aibot.stream": u.BotStreamPolled,
    "aibot.enter_chat": u.BotChatEntered,
    "aibot.template_card_event*": u.BotCardClicked,
    "aibot.frame_card": u.BotCardClicked,
    "aibot.feedback_event": u.BotFeedbackGiven,
    "aibot.disconnected_event": u.BotDisconnected,
    "aibot.unheard_of": u.Unknown,
    "mp.text*": u.MpMessage,
    "mp.image": u.MpMessage,
    "mp.voice": u.MpMessage,
    "mp.video": u.MpMessage,
    "mp.shortvideo": u.MpMessage,
    "mp.location": u.MpMessage,
    "mp.link": u.MpMessage,
    "mp.subscribe": u.MpSubscribed,
    "mp.subscribe_scene": u.MpSubscribed,
    "mp.scan": u.MpScanned,
    "mp.unsubscribe": u.MpUnsubscribed,
    "mp.click": u.MpMenuClicked,
    "mp.view": u.MpMenuViewed,
    "mp.view_miniprogram": u.MpMiniProgramOpened,
    "mp.location_event": u.MpLocated,
    "mp.template_*": u.MpTemplateResult,
    "mp.scancode_*": u.MpCodeScanned,
    "mp.pic_*": u.MpPicturesPicked,
    "mp.location_select": u.MpLocationPicked,
    "mp.subscribe_msg_*": u.MpSubscriptionChanged,
    "mp.kf_*": u.MpServiceSessionChanged,
    "mp.mass_send_result": u.Ignored,
    "mp.user_get_card": u.Ignored,
    "mp.verify_expired": u.Ignored,
    "mp.unheard_of": u.Unknown,
    "fetch.external_contact": u.ExternalContactFetched,
    "fetch.external_contact_refused": u.FetchRefused,
    "fetch.group_chat": u.GroupChatFetched,
    "fetch.kf_customer": u.KfCustomersFetched,
    "fetch.employee": u.EmployeeFetched,
    "fetch.mp_user": u.MpUserFetched,
    "fetch.dedup_hook": u.DedupHookAnswered,
    "timer.reminder": u.TimerFired,
}


def expected_type(stem: str) -> type[u.Update]:
    if stem in EXPECTED:
        return EXPECTED[stem]
    matching = [p for p in EXPECTED if p.endswith("*") and stem.startswith(p[:-1])]
    return EXPECTED[max(matching, key=len)]


def source_of(path: Path) -> str:
    family = path.name.partition(".")[0]
    if family == "fetch":
        return f"fetch:{json.loads(path.read_text())['kind']}"
    return SOURCES[family]


def load(name: str) -> Any:
    path = next(path for path in FILES if path.stem == name)
    return parse(source_of(path), path.read_bytes())


def peeked(name: str) -> Peek:
    path = next(path for path in FILES if path.stem == name)
    return peek(source_of(path), path.read_bytes())


def external(value: str) -> ContactKey:
    return ContactKey(IdentityKind.EXTERNAL_USERID, value)


def payload_of(name: str) -> bytes:
    return next(path for path in FILES if path.stem == name).read_bytes()
