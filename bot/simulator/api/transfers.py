"""Handing customers and groups over to another member (fact sheet 3.7)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator.acts.handovers import offer_transfer
from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.groups import Group
from bot.simulator.world.transfers import Transfer, TransferStatus
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
#: Transfers on a page of transfer_result.
RESULTS_PAGE = 1000
Customers = Annotated[list[str], Meta(min_length=1, max_length=100)]


class Handover(Strict):
    """Body of resigned/transfer_customer."""

    handover_userid: str
    takeover_userid: str
    external_userid: Customers


class OnJobHandover(Handover):
    """Body of transfer_customer."""

    transfer_success_msg: Annotated[str, Meta(max_length=200)] = ""


class ResultQuery(Strict):
    """Body of transfer_result."""

    handover_userid: str
    takeover_userid: str
    cursor: str = ""


class Unassigned(Strict):
    """Body of get_unassigned_list."""

    cursor: str = ""
    page_size: Annotated[int, Meta(ge=1, le=1000)] = 1000


class GroupHandover(Strict):
    """Body of groupchat/transfer and groupchat/onjob_transfer."""

    chat_id_list: Customers
    new_owner: str


def transfer_customer(ask: Ask[OnJobHandover]) -> Answer:
    """Begin to hand over a present member's customers; each has its own errcode."""
    if ask.world.directory.leaver(ask.body.handover_userid):
        raise Refused(Code.TRANSFER_MISUSED, "handover user has resigned")
    handover = lookups.employee(ask.world, ask.body.handover_userid).userid
    return _begin(ask.world, handover, ask.body, ask.body.transfer_success_msg, is_resigned=False)


def transfer_of_leaver(ask: Ask[Handover]) -> Answer:
    """Begin to hand over a former member's customers."""
    leaver = ask.world.directory.leaver(ask.body.handover_userid)
    if leaver is None:
        lookups.employee(ask.world, ask.body.handover_userid)
        raise Refused(Code.TRANSFER_MISUSED, "handover user has not resigned")
    return _begin(ask.world, leaver.userid, ask.body, "", is_resigned=True)


def transfer_result(ask: Ask[ResultQuery]) -> Answer:
    """Return how each customer's transfer stands; several transfers of one: the newest."""
    body = ask.body
    newest = {
        transfer.external_userid: transfer
        for transfer in ask.world.transfers.between(body.handover_userid, body.takeover_userid)
    }
    page, cursor = lookups.page(list(newest.values()), body.cursor, RESULTS_PAGE)
    customers = [
        {
            "external_userid": transfer.external_userid,
            "status": transfer.status.value,
            "takeover_time": _takeover_time(transfer),
        }
        for transfer in page
    ]
    return {"customer": customers, "next_cursor": cursor}


def unassigned_list(ask: Ask[Unassigned]) -> Answer:
    """Return the customers whom former members still have."""
    world = ask.world
    info = [
        {
            "handover_userid": leaver.userid,
            "external_userid": follow.external_userid,
            "dimission_time": unix(leaver.left_at or world.now),
        }
        for leaver in world.directory.leavers
        for follow in world.relations.of_member(leaver.userid)
    ]
    page, cursor = lookups.page(info, ask.body.cursor, ask.body.page_size)
    return {"info": page, "is_last": not cursor, "next_cursor": cursor}


def transfer_groups_of_leaver(ask: Ask[GroupHandover]) -> Answer:
    """Give groups of former members to a new owner at once; no callback follows."""
    return _give_groups(ask.world, ask.body, is_resigned=True)


def transfer_groups(ask: Ask[GroupHandover]) -> Answer:
    """Give groups of present members to a new owner at once; no callback follows."""
    return _give_groups(ask.world, ask.body, is_resigned=False)


def _begin(
    world: World, handover: str, body: Handover, message: str, *, is_resigned: bool
) -> Answer:
    takeover = lookups.employee(world, body.takeover_userid).userid
    due_at = world.now + world.config.limits.transfer_after
    answers = []
    for customer in body.external_userid:
        transfer = Transfer(handover, takeover, customer, due_at, is_resigned)
        errcode = _obstacle(world, transfer)
        answers.append({"external_userid": customer, "errcode": int(errcode)})
        if errcode is Code.OK:
            world.transfers.all.append(transfer)
            offer_transfer(world, transfer, message)
    return {"customer": answers}


def _obstacle(world: World, transfer: Transfer) -> Code:
    limits, customer = world.config.limits, transfer.external_userid
    follow = world.relations.find(transfer.handover, customer)
    since = world.now - limits.transfer_again_after
    if transfer.handover == transfer.takeover:
        return Code.TRANSFER_TO_SAME
    if world.customers.find(customer) is None:
        return Code.BAD_EXTERNAL_USERID
    if follow is None or follow.is_half:
        return Code.TRANSFER_NOT_FOLLOWED
    if world.transfers.waiting(customer):
        return Code.TRANSFER_UNDER_WAY
    was_moved = world.transfers.done_since(customer, since) >= limits.transfers_in_span
    return Code.TRANSFERRED_LATELY if was_moved and not transfer.is_resigned else Code.OK


def _takeover_time(transfer: Transfer) -> int:
    is_done = transfer.status is TransferStatus.DONE and transfer.decided_at is not None
    return unix(transfer.decided_at) if is_done and transfer.decided_at else 0


def _give_groups(world: World, body: GroupHandover, *, is_resigned: bool) -> Answer:
    owner = lookups.employee(world, body.new_owner)
    failed = []
    for chat_id in body.chat_id_list:
        group = world.groups.get(chat_id)
        errcode = _group_obstacle(world, group, is_resigned=is_resigned)
        if group is None or errcode is not Code.OK:
            failed.append({"chat_id": chat_id, "errcode": int(errcode), "errmsg": errcode.name})
            continue
        group.owner, group.was_inherited = owner.userid, is_resigned
    return {"failed_chat_list": failed}


def _group_obstacle(world: World, group: Group | None, *, is_resigned: bool) -> Code:
    if group is None:
        return Code.BAD_CHAT
    has_left = world.directory.find(group.owner) is None
    return Code.OK if has_left == is_resigned else Code.TRANSFER_MISUSED


BASE = "/cgi-bin/externalcontact"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/transfer_customer", OnJobHandover, transfer_customer, CALLERS),
    Endpoint("POST", f"{BASE}/transfer_result", ResultQuery, transfer_result, CALLERS),
    Endpoint("POST", f"{BASE}/get_unassigned_list", Unassigned, unassigned_list, CALLERS),
    Endpoint("POST", f"{BASE}/resigned/transfer_customer", Handover, transfer_of_leaver, CALLERS),
    Endpoint(
        "POST", f"{BASE}/groupchat/transfer", GroupHandover, transfer_groups_of_leaver, CALLERS
    ),
    Endpoint("POST", f"{BASE}/groupchat/onjob_transfer", GroupHandover, transfer_groups, CALLERS),
)
