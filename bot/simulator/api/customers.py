"""Customers of members: details, remarks, tags on them (fact sheet 3.7)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Nothing, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.people import Customer
from bot.simulator.world.relations import Follow
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
#: Followers on a page of externalcontact/get.
FOLLOWERS_PAGE = 500


class CustomerQuery(Strict):
    """Query of externalcontact/get."""

    external_userid: str
    cursor: str = ""


class MemberQuery(Strict):
    """Query of externalcontact/list."""

    userid: str


class Batch(Strict):
    """Body of batch/get_by_user."""

    userid_list: Annotated[list[str], Meta(min_length=1, max_length=100)]
    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Remark(Strict):
    """Body of remark."""

    userid: str
    external_userid: str
    remark: Annotated[str, Meta(max_length=20)] | None = None
    description: Annotated[str, Meta(max_length=150)] | None = None
    remark_company: Annotated[str, Meta(max_length=20)] | None = None
    remark_mobiles: list[str] | None = None
    remark_pic_mediaid: str | None = None


class MarkTag(Strict):
    """Body of mark_tag."""

    userid: str
    external_userid: str
    add_tag: tuple[str, ...] = ()
    remove_tag: tuple[str, ...] = ()


class Unionid(Strict):
    """Body of unionid_to_external_userid."""

    unionid: str
    openid: str = ""


def get(ask: Ask[CustomerQuery]) -> Answer:
    """Return a customer and the members who follow them; a one-sided deletion still shows."""
    world = ask.world
    found = lookups.customer(world, ask.body.external_userid)
    follows = [f for f in world.relations.of_customer(found.external_userid) if not f.is_half]
    if not follows:
        raise Refused(Code.NO_RELATION, "not external contact")
    start = _page_start(ask.body.cursor)
    page = follows[start : start + FOLLOWERS_PAGE]
    end = start + len(page)
    return {
        "external_contact": _contact(found),
        "follow_user": [_follow_user(f) | {"tags": _tags(world, f)} for f in page],
        "next_cursor": str(end) if end < len(follows) else "",
    }


def get_list(ask: Ask[MemberQuery]) -> Answer:
    """Return ids of a member's customers; 84061 when there is none."""
    employee = lookups.employee(ask.world, ask.body.userid)
    follows = ask.world.relations.of_member(employee.userid)
    if not follows:
        raise Refused(Code.NO_RELATION, "not external contact")
    return {"external_userid": [f.external_userid for f in follows if not f.is_half]}


def batch_get_by_user(ask: Ask[Batch]) -> Answer:
    """Return customers of several members page by page; an empty next_cursor is the end."""
    world = ask.world
    members = [lookups.employee(world, userid) for userid in ask.body.userid_list]
    follows = [f for m in members for f in world.relations.of_member(m.userid) if not f.is_half]
    start = _page_start(ask.body.cursor)
    page = follows[start : start + ask.body.limit]
    end = start + len(page)
    entries = [
        {
            "external_contact": _contact(lookups.customer(world, f.external_userid)),
            "follow_info": _follow_user(f) | {"tag_id": list(f.tag_ids)},
        }
        for f in page
    ]
    cursor = str(end) if end < len(follows) else ""
    return {"external_contact_list": entries, "next_cursor": cursor}


def follow_user_list(ask: Ask[Nothing]) -> Answer:
    """Return the members who may follow customers."""
    return {"follow_user": [e.userid for e in ask.world.directory.employees]}


def remark(ask: Ask[Remark]) -> Answer:
    """Change what the member sees of the customer; an empty phone list wipes phones."""
    body = ask.body
    follow = lookups.follow(ask.world, body.userid, body.external_userid)
    if body.remark is not None:
        follow.remark = body.remark
    if body.description is not None:
        follow.description = body.description
    if body.remark_company is not None:
        follow.company = body.remark_company
    if body.remark_mobiles is not None:
        follow.mobiles = list(body.remark_mobiles)
    return {}


def mark_tag(ask: Ask[MarkTag]) -> Answer:
    """Put corp tags on a member's customer and take others off; no callback follows."""
    body, relations = ask.body, ask.world.relations
    follow = lookups.follow(ask.world, body.userid, body.external_userid)
    if not body.add_tag + body.remove_tag:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: no tag")
    for tag_id in body.add_tag + body.remove_tag:
        if relations.find_tag(tag_id) is None:
            raise Refused(Code.TAG_MISSING, "invalid tagid")
    kept = [t for t in follow.tag_ids if t not in body.remove_tag]
    follow.tag_ids = kept + [t for t in body.add_tag if t not in kept]
    return {}


def unionid_to_external_userid(ask: Ask[Unionid]) -> Answer:
    """Return the customer of an open-platform account, or nothing."""
    found = ask.world.customers.by_unionid(ask.body.unionid)
    return {"external_userid": found.external_userid} if found else {}


def _page_start(cursor: str) -> int:
    if cursor and not cursor.isdigit():
        raise Refused(Code.BAD_PARAMETER, "invalid cursor")
    return int(cursor or 0)


def _contact(customer: Customer) -> dict[str, object]:
    contact: dict[str, object] = {
        "external_userid": customer.external_userid,
        "name": customer.name,
        "avatar": "",
        "type": 1,
        "gender": customer.gender,
    }
    if customer.unionid:
        contact["unionid"] = customer.unionid
    return contact


def _follow_user(follow: Follow) -> dict[str, object]:
    info: dict[str, object] = {
        "userid": follow.userid,
        "remark": follow.remark,
        "description": follow.description,
        "createtime": unix(follow.created_at),
        "remark_corp_name": follow.company,
        "remark_mobiles": list(follow.mobiles),
        "oper_userid": follow.external_userid,
        "add_way": follow.add_way,
    }
    if follow.state:
        info["state"] = follow.state
    return info


def _tags(world: World, follow: Follow) -> list[dict[str, object]]:
    found = (world.relations.find_tag(tag_id) for tag_id in follow.tag_ids)
    return [
        {"group_name": group.name, "tag_name": tag.name, "tag_id": tag.id, "type": 1}
        for group, tag in (pair for pair in found if pair is not None)
    ]


BASE = "/cgi-bin/externalcontact"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("GET", f"{BASE}/get", CustomerQuery, get, CALLERS),
    Endpoint("GET", f"{BASE}/list", MemberQuery, get_list, CALLERS),
    Endpoint("GET", f"{BASE}/get_follow_user_list", Nothing, follow_user_list, CALLERS),
    Endpoint("POST", f"{BASE}/batch/get_by_user", Batch, batch_get_by_user, CALLERS),
    Endpoint("POST", f"{BASE}/remark", Remark, remark, CALLERS, is_narrow=True),
    Endpoint("POST", f"{BASE}/mark_tag", MarkTag, mark_tag, CALLERS),
    Endpoint(
        "POST", f"{BASE}/unionid_to_external_userid", Unionid, unionid_to_external_userid, CALLERS
    ),
)
