"""获客助手: links, their customers, the quota (fact sheet 3.7)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Nothing, Strict
from bot.simulator.api.refusal import BAD_CHAT_KEY, BAD_LINK, Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.acquisition import AcquisitionLink
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
#: ``chat_status`` of a customer who has not written yet, and of one who has.
SILENT, CHATTING = 0, 1
#: How long bought quota lasts; the stand-in never lets it expire by itself.
QUOTA_DAYS = 365


class Range(Strict):
    """Who receives a link's customers."""

    user_list: list[str] = msgspec.field(default_factory=list)
    department_list: list[int] = msgspec.field(default_factory=list)


class CreateLink(Strict):
    """Body of create_link."""

    link_name: Annotated[str, Meta(min_length=1, max_length=30)]
    range: Range
    skip_verify: bool = True


class UpdateLink(Strict):
    """Body of update_link; None leaves as it is."""

    link_id: str
    link_name: Annotated[str, Meta(min_length=1, max_length=30)] | None = None
    range: Range | None = None
    skip_verify: bool | None = None


class OneLink(Strict):
    """Body of get and delete_link."""

    link_id: str


class Paged(Strict):
    """Body of list_link."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 100
    cursor: str = ""


class CustomersQuery(Strict):
    """Body of customer."""

    link_id: str
    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000
    cursor: str = ""


class ChatKey(Strict):
    """Body of get_chat_info."""

    chat_key: str


def create(ask: Ask[CreateLink]) -> Answer:
    """Create a link."""
    body, world = ask.body, ask.world
    _check_range(world, body.range)
    link = AcquisitionLink(
        link_id=world.ids.word("cal"),
        name=body.link_name,
        users=list(body.range.user_list),
        departments=list(body.range.department_list),
        skip_verify=body.skip_verify,
        created_at=world.now,
    )
    world.acquisition.links[link.link_id] = link
    world.hub.publish("link", link=link.as_json())
    return {"link": _wire(link)}


def get_list(ask: Ask[Paged]) -> Answer:
    """Return the ids of all links."""
    ids = list(ask.world.acquisition.links)
    page, cursor = lookups.page(ids, ask.body.cursor, ask.body.limit)
    return {"link_id_list": page, "next_cursor": cursor}


def get(ask: Ask[OneLink]) -> Answer:
    """Return a link and who receives its customers."""
    link = _link(ask.world, ask.body.link_id)
    who = {"user_list": link.users, "department_list": link.departments}
    return {"link": _wire(link), "range": who}


def update(ask: Ask[UpdateLink]) -> Answer:
    """Change a link; no callback follows."""
    body, link = ask.body, _link(ask.world, ask.body.link_id)
    if body.range is not None:
        _check_range(ask.world, body.range)
        link.users, link.departments = list(body.range.user_list), list(body.range.department_list)
    link.name = body.link_name or link.name
    link.skip_verify = link.skip_verify if body.skip_verify is None else body.skip_verify
    ask.world.hub.publish("link", link=link.as_json())
    return {}


def delete(ask: Ask[OneLink]) -> Answer:
    """Delete a link; no callback follows."""
    _link(ask.world, ask.body.link_id)
    del ask.world.acquisition.links[ask.body.link_id]
    ask.world.hub.publish("link_removed", link_id=ask.body.link_id)
    return {}


def customers(ask: Ask[CustomersQuery]) -> Answer:
    """Return who came through a link."""
    _link(ask.world, ask.body.link_id)
    listed = [
        {
            "external_userid": one.external_userid,
            "userid": one.userid,
            "chat_status": CHATTING if one.messages else SILENT,
            "state": one.state,
        }
        for one in ask.world.acquisition.of_link(ask.body.link_id)
    ]
    page, cursor = lookups.page(listed, ask.body.cursor, ask.body.limit)
    return {"customer_list": page, "next_cursor": cursor}


def chat_info(ask: Ask[ChatKey]) -> Answer:
    """Return what a ChatKey of an event stands for."""
    for one in ask.world.acquisition.customers:
        if one.chat_key == ask.body.chat_key:
            info = {"recv_msg_cnt": one.messages, "link_id": one.link_id, "state": one.state}
            ids = {"userid": one.userid, "external_userid": one.external_userid}
            return {**ids, "chat_info": info}
    raise Refused(BAD_CHAT_KEY, "invalid chat_key")


def quota(ask: Ask[Nothing]) -> Answer:
    """Return the bought quota and what is left of it."""
    office = ask.world.acquisition
    day = unix(ask.world.now) + QUOTA_DAYS * 86400
    listed = [{"expire_date": day, "balance": office.balance}] if office.balance else []
    return {"total": office.total, "balance": office.balance, "quota_list": listed}


def _check_range(world: World, who: Range) -> None:
    for userid in who.user_list:
        lookups.employee(world, userid)
    if any(number not in world.directory.departments for number in who.department_list):
        raise Refused(Code.BAD_DEPARTMENT, "department not found")
    if not who.user_list and not who.department_list:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: range")


def _link(world: World, link_id: str) -> AcquisitionLink:
    found = world.acquisition.links.get(link_id)
    if found is None:
        raise Refused(BAD_LINK, "invalid link_id")
    return found


def _wire(link: AcquisitionLink) -> dict[str, object]:
    return {
        "link_id": link.link_id,
        "link_name": link.name,
        "url": link.url,
        "create_time": unix(link.created_at),
        "skip_verify": link.skip_verify,
    }


TOP = "/cgi-bin/externalcontact"
BASE = f"{TOP}/customer_acquisition"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/create_link", CreateLink, create, CALLERS),
    Endpoint("POST", f"{BASE}/list_link", Paged, get_list, CALLERS),
    Endpoint("POST", f"{BASE}/get", OneLink, get, CALLERS),
    Endpoint("POST", f"{BASE}/update_link", UpdateLink, update, CALLERS),
    Endpoint("POST", f"{BASE}/delete_link", OneLink, delete, CALLERS),
    Endpoint("POST", f"{BASE}/customer", CustomersQuery, customers, CALLERS),
    Endpoint("POST", f"{BASE}/get_chat_info", ChatKey, chat_info, CALLERS),
    Endpoint("GET", f"{TOP}/customer_acquisition_quota", Nothing, quota, CALLERS),
)
