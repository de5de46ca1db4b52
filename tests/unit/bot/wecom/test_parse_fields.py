"""What the fields of an update say, and whom it concerns."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import handlers.updates as u
from domain.values import ContactKey, IdentityKind
from tests.unit.bot.wecom.samples import (
    CUSTOMER,
    FOLLOWER,
    UNIONID,
    external,
    load,
)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("wecom.text", "content", u.Text("你好，我的线索")),
        ("wecom.text", "text", "你好，我的线索"),
        ("wecom.text", "agent_id", "1000002"),
        ("wecom.text", "msgid", "7000000000000000001"),
        ("wecom.text", "sequence", 7000000000000000001),
        ("wecom.text", "at", datetime(2023, 11, 14, 22, 13, 21, tzinfo=UTC)),
        ("wecom.text_json", "text", "漏斗"),
        ("wecom.image", "content", u.Image("MEDIA-1", "https://pictures.example/1.jpg")),
        ("wecom.voice", "content", u.Voice("MEDIA-2", "amr")),
        ("wecom.video", "content", u.Video("MEDIA-3", "MEDIA-4")),
        ("wecom.location", "content", u.Location(31.2304, 121.4737, "上海市黄浦区", scale=15)),
        ("wecom.link", "text", ""),
        ("wecom.location_event", "precision", 15.0),
        ("wecom.location_event", "location", u.Location(31.2304, 121.4737)),
        ("wecom.click", "key", "my_leads"),
        ("wecom.view", "url", "https://crm.example/board"),
        ("wecom.scancode_push", "is_waiting", False),
        ("wecom.scancode_waitmsg", "is_waiting", True),
        ("wecom.scancode_waitmsg", "result", "L20931"),
        ("wecom.pic_sysphoto", "checksums", ("1b5f7c23b5bf75682a53e7b6d163e185",)),
        ("wecom.pic_weixin", "count", 2),
        ("wecom.pic_weixin", "origin", "pic_weixin"),
        ("wecom.template_card_event", "task_id", "lead-L20931-1"),
        ("wecom.template_card_event", "key", "claim:L20931"),
        ("wecom.template_card_event", "response_code", "RC-xyz"),
        ("wecom.template_card_event", "selected", {"reason": ("price",)}),
        (
            "wecom.template_card_event_many",
            "selected",
            {"reason": ("price", "far"), "when": ("tomorrow",)},
        ),
        ("wecom.template_card_event_json", "selected", {"reason": ("price",)}),
        ("wecom.batch_job_result", "job_id", "JOB-1"),
        ("wecom.add_external_contact", "state", "expo2024_b7"),
        ("wecom.add_external_contact", "welcome_code", "CODE-1"),
        ("wecom.add_external_contact", "is_half", False),
        ("wecom.add_external_contact_bare", "welcome_code", ""),
        ("wecom.add_half_external_contact", "is_half", True),
        ("wecom.del_external_contact", "by_transfer", False),
        ("wecom.del_external_contact_transfer", "by_transfer", True),
        ("wecom.transfer_fail", "reason", "customer_refused"),
        ("wecom.chat_add_member", "members", (CUSTOMER, "HanMei")),
        ("wecom.chat_add_member", "join_scene", 3),
        ("wecom.chat_add_member", "version", "9a2"),
        ("wecom.chat_add_one_member", "members", (CUSTOMER,)),
        ("wecom.chat_add_one_member", "join_scene", 0),
        ("wecom.chat_del_member", "quit_scene", 1),
        ("wecom.chat_change_name", "detail", "change_name"),
        ("wecom.tag_create", "change", u.TagChange.CREATED),
        ("wecom.tag_update", "strategy_id", "7"),
        ("wecom.tag_group_delete", "is_group", True),
        ("wecom.tag_shuffle", "tag_id", ""),
        ("wecom.update_user", "new_userid", "HanMeimei"),
        ("wecom.update_party", "name", None),
        ("wecom.update_party", "parent_id", 3),
        ("wecom.update_tag", "added_userids", ("LiLei", "HanMei")),
        ("wecom.update_tag", "removed_departments", (4,)),
        ("wecom.kf_msg_or_event", "token", "ENC-token"),
        ("wecom.kf_account_auth_change", "added", ("wkExample01", "wkExample02")),
        ("wecom.kf_account_auth_change", "removed", ("wkExample03",)),
        ("wecom.acquisition_balance_low", "change", "balance_low"),
        ("wecom.acquisition_customer_start_chat", "chat_key", "CHAT-KEY"),
        ("suite.add_external_contact", "welcome_code", "CODE-5"),
        ("suite.service_balance_low", "change", "service_balance_low"),
        ("kf.text", "text", "数学班多少钱"),
        ("kf.text", "origin", u.KfOrigin.CUSTOMER),
        ("kf.text_menu", "menu_id", "trial"),
        ("kf.image", "menu_id", ""),
        ("kf.text_servicer", "servicer_userid", "HanMei"),
        ("kf.location", "content", u.Location(31.2304, 121.4737, "上海市黄浦区", "人民广场")),
        ("kf.business_card", "content", u.BusinessCard("HanMei")),
        ("kf.enter_session", "scene_param", "video_7"),
        ("kf.enter_session", "welcome_code", "CODE-KF"),
        ("kf.enter_session_inner", "external_userid", CUSTOMER),
        ("kf.enter_session_inner", "open_kfid", "wkExample01"),
        ("kf.enter_session_inner", "video_channel", '{"nickname":"示例号","scene":1}'),
        ("kf.msg_send_fail", "fail_type", 6),
        ("kf.servicer_status_change", "is_on_duty", True),
        ("kf.session_status_change", "change", u.KfSessionChange.TRANSFERRED),
        ("kf.session_status_end", "msg_code", "MSG-CODE"),
        ("kf.user_recall_msg", "by_customer", True),
        ("kf.servicer_recall_msg", "by_customer", False),
        ("kf.reject_customer_msg_switch_change", "is_rejecting", True),
        ("archive.text", "text", "您好，我是李雷"),
        ("archive.text", "is_external", True),
        ("archive.text", "at", datetime(2023, 11, 14, 22, 15, 27, 321000, tzinfo=UTC)),
        ("archive.recall", "recalled_msgid", "0000000000000001_1700000000_external"),
        ("archive.switch", "sender", "LiLei"),
        ("archive.file", "content", u.File("SDK-4", "报价.pdf")),
        ("aibot.text", "text", "今日待办"),
        ("aibot.text", "chat_id", ""),
        ("aibot.text_group", "quote", u.Text("昨天的数字")),
        ("aibot.text_group", "corp_id", "wwother0000000001"),
        ("aibot.mixed", "text", "看这张图"),
        ("aibot.voice", "text", "帮我查一下张三"),
        ("aibot.stream", "stream_id", "S1"),
        ("aibot.template_card_event", "selected", {"reason": ("price",)}),
        ("aibot.template_card_event_flat", "task_id", "lead-L20931-3"),
        ("aibot.frame_card", "req_id", "REQ-1"),
        ("aibot.frame_text", "text", "帮助"),
        ("mp.text", "text", "想了解三年级数学"),
        ("mp.text_menu", "menu_id", "trial"),
        ("mp.voice", "text", "我想报名"),
        ("mp.subscribe", "scene", ""),
        ("mp.subscribe_scene", "scene", "expo2024_b7"),
        ("mp.scan", "scene", "expo2024_b7"),
        ("mp.view", "menu_id", "100001"),
        ("mp.template_result", "is_delivered", True),
        ("mp.template_blocked", "is_delivered", False),
        ("mp.template_result", "msgid", "200163836"),
        ("mp.kf_switch_session", "to_account", "test2@example"),
        (
            "mp.subscribe_msg_popup",
            "answers",
            (u.TemplateAnswer("TPL-1", "accept", "2"), u.TemplateAnswer("TPL-2", "reject", "2")),
        ),
        (
            "mp.subscribe_msg_sent",
            "answers",
            (u.TemplateAnswer("TPL-1", "success", msgid="1864323726461255680"),),
        ),
        ("fetch.external_contact", "generation", 1_700_000_900_000_000),
        ("fetch.external_contact", "is_wecom", True),
        ("fetch.external_contact", "at", datetime(2023, 11, 14, 22, 28, 20, tzinfo=UTC)),
        ("fetch.external_contact_refused", "errcode", 84061),
        ("fetch.external_contact_refused", "kind", "external_contact"),
        ("fetch.group_chat", "name", "数学体验群"),
        ("fetch.kf_customer", "invalid", ("wmGone",)),
        ("fetch.mp_user", "qr_scene", "expo2024_b7"),
        ("fetch.mp_user", "tag_ids", (128, 2)),
        ("timer.reminder", "timer_id", 42),
        ("timer.reminder", "due_at", datetime(2023, 11, 14, 22, 30, tzinfo=UTC)),
        ("timer.reminder", "payload", {"reminder_id": "9"}),
    ],
)
def test_fields_say_what_the_wire_said(name: str, field: str, value: object) -> None:
    assert getattr(load(name), field) == value


@pytest.mark.parametrize(
    ("name", "keys", "userids"),
    [
        ("wecom.text", (), ("LiLei",)),
        ("wecom.add_external_contact", (external(CUSTOMER),), ("LiLei",)),
        ("wecom.chat_add_member", (external(CUSTOMER),), ("HanMei",)),
        ("wecom.update_user", (), ("HanMei", "HanMeimei")),
        ("wecom.update_tag", (), ("LiLei", "HanMei", "Tom")),
        ("wecom.open_approval_change", (), ("LiLei",)),
        ("wecom.kf_msg_or_event", (), ()),
        ("kf.text", (external(CUSTOMER),), ()),
        ("kf.text_servicer", (external(CUSTOMER),), ("HanMei",)),
        ("kf.session_status_change", (external(CUSTOMER),), ("HanMei", "Tom")),
        ("kf.session_status_end", (external(CUSTOMER),), ("Tom",)),
        ("kf.servicer_recall_msg", (external(CUSTOMER),), ("HanMei",)),
        ("kf.user_recall_msg", (external(CUSTOMER),), ()),
        ("kf.reject_customer_msg_switch_change", (external(CUSTOMER),), ("HanMei",)),
        ("kf.servicer_status_change", (), ("HanMei",)),
        ("archive.text", (external(CUSTOMER),), ("LiLei",)),
        ("archive.text_from_customer", (external(CUSTOMER),), ("LiLei",)),
        ("aibot.text", (), ("LiLei",)),
        ("mp.text", (ContactKey(IdentityKind.OPENID, FOLLOWER),), ()),
        (
            "fetch.external_contact",
            (external(CUSTOMER), ContactKey(IdentityKind.UNIONID, UNIONID)),
            ("LiLei", "HanMei"),
        ),
        ("fetch.group_chat", (external(CUSTOMER),), ("LiLei",)),
        (
            "fetch.kf_customer",
            (external(CUSTOMER), ContactKey(IdentityKind.UNIONID, UNIONID)),
            (),
        ),
        ("fetch.employee", (), ("HanMei",)),
        (
            "fetch.mp_user",
            (
                ContactKey(IdentityKind.OPENID, FOLLOWER),
                ContactKey(IdentityKind.UNIONID, UNIONID),
            ),
            (),
        ),
    ],
)
def test_an_update_names_whom_it_concerns(
    name: str, keys: tuple[ContactKey, ...], userids: tuple[str, ...]
) -> None:
    update = load(name)

    assert update.contact_keys() == keys
    assert update.userids() == userids


def test_a_profile_reads_both_forms_of_its_lists() -> None:
    created, fetched = load("wecom.create_user").profile, load("fetch.employee").profile

    assert created.departments == (1, 2, 3)
    assert created.leads == (True, False, False)
    assert created.direct_leaders == ("LiLei", "Tom")
    assert created.attributes == {"爱好": "旅游", "主页": "https://corp.example/h"}
    assert fetched.departments == (1, 2)
    assert fetched.leads == (True, False)
    assert fetched.attributes == {"爱好": "旅游"}
    assert fetched.mobile is None


def test_a_change_of_profile_carries_changed_fields_only() -> None:
    profile = load("wecom.update_user").profile

    assert profile.position == "主管"
    assert profile.attributes == {"爱好": "读书"}
    assert profile.name is None
    assert profile.departments is None
    assert profile.status is None


def test_approvals_of_both_kinds_read_alike() -> None:
    own, system = load("wecom.open_approval_change"), load("wecom.sys_approval_change")

    assert (own.number, own.is_own, own.status) == ("refund-77", True, 1)
    assert [len(node.approvers) for node in own.nodes] == [1, 2]
    assert own.nodes[0].approvers[0].userid == "HanMei"
    assert own.nodes[0].approvers[0].speech == "同意"
    assert own.nodes[1].approvers[0].decided_at is None
    assert (system.number, system.is_own, system.change) == ("202311140001", False, 2)
    assert [a.userid for a in system.nodes[0].approvers] == ["HanMei", "Tom"]
    assert own.notified == system.notified == ("Lucy",)
    assert own.applicant == system.applicant == "LiLei"


def test_a_fetched_customer_comes_with_everyone_who_has_them() -> None:
    contact = load("fetch.external_contact")
    first = contact.followers[0]

    assert (contact.name, contact.corp_name) == ("张三", "示例科技")
    assert first.remark_mobiles == ("13800000000", "13900000000")
    assert first.tags == (
        u.FollowerTag("高", "意向", "etExampleTag1"),
        u.FollowerTag("我的客户", kind=2),
    )
    assert first.created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert contact.followers[1].state == ""


def test_group_members_say_which_side_they_are_on() -> None:
    inside, outside = load("fetch.group_chat").members

    assert (inside.is_outside, outside.is_outside) == (False, True)
    assert (outside.join_scene, outside.invited_by, outside.nickname) == (3, "LiLei", "张妈妈")


def test_repeated_picture_lists_and_one_list_of_many_are_the_same() -> None:
    assert load("wecom.pic_weixin").checksums == load("wecom.pic_photo_or_album").checksums
