"""Answers to fetches (fact sheet 3.7–3.10) and fired timers: our own JSON around wire data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.wecom.parse.arrival import Arrival, Common
from bot.wecom.parse.directory import profile
from bot.wecom.parse.fields import Fields, MissingField, as_json
from bot.wecom.parse.identity import asked_about
from domain.values import UserId
from handlers.updates import (
    DedupHookAnswered,
    EmployeeFetched,
    ExternalContactFetched,
    Follower,
    FollowerTag,
    GroupChatFetched,
    GroupMember,
    KfCustomer,
    KfCustomersFetched,
    MpUserFetched,
    TimerFired,
    Update,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: ``external_contact.type``: 1 uses WeChat, 2 uses WeCom.
_USES_WECOM = 2
#: ``member_list.type`` of somebody outside the corp.
_OUTSIDE = 2


def _moment(microseconds: int) -> datetime:
    """Return the moment that storage writes as µs since 1970 UTC."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        name = "a moment before the year 10000"
        raise MissingField(name) from None


class AnswerFields(Common):
    """The fields that every answer to a fetch has."""

    asked: str
    account: str
    generation: int


def answer_fields(arrival: Arrival) -> AnswerFields:
    """Return the common fields; call it last, when all other fields were taken."""
    fields = arrival.fields
    generation, account = fields.whole("generation") or 0, fields.text("account")
    asked = asked_about(arrival.kind, account, fields.text("subject"))
    fields.drop("kind")
    common = arrival.common(generation)
    common["at"] = _moment(generation)
    return {**common, "asked": asked, "account": account, "generation": generation}


def external_contact(arrival: Arrival, answer: Fields) -> Update:
    """Return a customer with the reps who have them."""
    who = answer.node("external_contact")
    followers = tuple(follower(seen) for seen in answer.nodes("follow_user"))
    return contact(who, followers, answer_fields(arrival))


def contact(
    contact: Fields, followers: tuple[Follower, ...], common: AnswerFields
) -> ExternalContactFetched:
    """Return a customer with those reps who have them.

    Raises:
        MissingField: it has no id.
    """
    return ExternalContactFetched(
        external_userid=contact.need("external_userid"),
        name=contact.text("name"),
        unionid=contact.text("unionid"),
        corp_name=contact.text("corp_name"),
        corp_full_name=contact.text("corp_full_name"),
        position=contact.text("position"),
        avatar=contact.text("avatar"),
        gender=contact.whole("gender") or 0,
        is_wecom=contact.whole("type") == _USES_WECOM,
        followers=followers,
        **common,
    )


def follower(follower: Fields) -> Follower:
    """Return one rep's view of a customer; a page of customers has bare ids of tags.

    Raises:
        MissingField: it does not name the rep.
    """
    bare = tuple(FollowerTag(name="", tag_id=tag_id) for tag_id in follower.texts("tag_id"))
    return Follower(
        userid=UserId(follower.need("userid")),
        remark=follower.text("remark"),
        description=follower.text("description"),
        created_at=follower.moment("createtime"),
        tags=tuple(_tag(tag) for tag in follower.nodes("tags")) + bare,
        remark_corp_name=follower.text("remark_corp_name"),
        remark_mobiles=follower.texts("remark_mobiles"),
        state=follower.text("state"),
        add_way=follower.whole("add_way") or 0,
        oper_userid=follower.text("oper_userid"),
    )


def _tag(tag: Fields) -> FollowerTag:
    return FollowerTag(
        name=tag.text("tag_name"),
        group=tag.text("group_name"),
        tag_id=tag.text("tag_id"),
        kind=tag.whole("type") or 1,
    )


def group_chat(arrival: Arrival, answer: Fields) -> Update:
    """Return a customer group with all its members."""
    chat = answer.node("group_chat")
    return GroupChatFetched(
        chat_id=chat.need("chat_id"),
        name=chat.text("name"),
        owner=UserId(chat.text("owner")),
        notice=chat.text("notice"),
        created_at=chat.moment("create_time"),
        members=tuple(_member(member) for member in chat.nodes("member_list")),
        admins=tuple(UserId(admin.text("userid")) for admin in chat.nodes("admin_list")),
        version=chat.text("member_version"),
        **answer_fields(arrival),
    )


def _member(member: Fields) -> GroupMember:
    return GroupMember(
        userid=member.need("userid"),
        is_outside=member.whole("type") == _OUTSIDE,
        name=member.text("name"),
        unionid=member.text("unionid"),
        nickname=member.text("group_nickname"),
        joined_at=member.moment("join_time"),
        join_scene=member.whole("join_scene") or 0,
        invited_by=member.node("invitor").text("userid"),
        state=member.text("state"),
    )


def kf_customers(arrival: Arrival, answer: Fields) -> Update:
    """Return 微信客服 customers."""
    return KfCustomersFetched(
        customers=tuple(_kf_customer(found) for found in answer.nodes("customer_list")),
        invalid=answer.texts("invalid_external_userid"),
        **answer_fields(arrival),
    )


def _kf_customer(customer: Fields) -> KfCustomer:
    return KfCustomer(
        external_userid=customer.need("external_userid"),
        nickname=customer.text("nickname"),
        avatar=customer.text("avatar"),
        gender=customer.whole("gender") or 0,
        unionid=customer.text("unionid"),
    )


def employee(arrival: Arrival, answer: Fields) -> Update:
    """Return a member's details."""
    userid = UserId(answer.need("userid"))
    return EmployeeFetched(userid=userid, profile=profile(answer), **answer_fields(arrival))


def mp_user(arrival: Arrival, answer: Fields) -> Update:
    """Return a follower of an official account."""
    number = answer.text("qr_scene")
    return MpUserFetched(
        openid=answer.need("openid"),
        is_subscribed=answer.whole("subscribe") == 1,
        subscribed_at=answer.moment("subscribe_time"),
        unionid=answer.text("unionid"),
        remark=answer.text("remark"),
        tag_ids=tuple(int(tag) for tag in answer.texts("tagid_list") if tag.isdecimal()),
        subscribe_scene=answer.text("subscribe_scene"),
        qr_scene=answer.text("qr_scene_str") or (number if number != "0" else ""),
        **answer_fields(arrival),
    )


def build_timer(arrival: Arrival) -> Update:
    """Return a timer that came due; its event time is the moment it was set for."""
    fields = arrival.fields
    timer_id, subject_id = fields.whole("timer_id"), fields.whole("subject_id")
    due_at = fields.whole("due_at")
    if timer_id is None or subject_id is None or due_at is None:
        name = "timer_id, subject_id or due_at"
        raise MissingField(name)
    payload = fields.node("payload").document
    kind = fields.need("kind")
    common = arrival.common(timer_id)
    common["at"] = _moment(due_at)
    return TimerFired(
        timer_id=timer_id,
        kind=kind,
        subject_id=subject_id,
        due_at=_moment(due_at),
        payload={name: as_json(value) for name, value in payload.items()},
        **common,
    )


def dedup_hook(arrival: Arrival, answer: Fields) -> Update:
    """Return what the customer's own system said of a duplicate."""
    return DedupHookAnswered(then=answer.text("then"), **answer_fields(arrival))
