"""Finding what a request names, or refusing in the platform's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bot.simulator.api.refusal import BAD_OPEN_KFID, Code, Refused
from bot.simulator.world.kf import KfAccount
from bot.simulator.world.people import Customer, Employee
from bot.simulator.world.relations import Follow
from bot.simulator.world.world import World

T = TypeVar("T")

#: Longest text content in bytes (fact sheet 3.2, 3.8).
MAX_TEXT = 2048


def employee(world: World, userid: str) -> Employee:
    """Return the member, or refuse with 60111."""
    found = world.directory.find(userid)
    if found is None:
        raise Refused(Code.UNKNOWN_USERID, "userid not found")
    return found


def customer(world: World, external_userid: str) -> Customer:
    """Return the customer, or refuse with 40096."""
    found = world.customers.find(external_userid)
    if found is None:
        raise Refused(Code.BAD_EXTERNAL_USERID, "invalid external userid")
    return found


def follow(world: World, userid: str, external_userid: str) -> Follow:
    """Return the relation of a known member and customer, or refuse with 84061."""
    employee(world, userid)
    customer(world, external_userid)
    found = world.relations.find(userid, external_userid)
    if found is None or found.is_half:
        raise Refused(Code.NO_RELATION, "not external contact")
    return found


def kf_account(world: World, open_kfid: str) -> KfAccount:
    """Return the 微信客服 account, or refuse."""
    found = world.kf.accounts.get(open_kfid)
    if found is None:
        raise Refused(BAD_OPEN_KFID, "invalid open_kfid")
    return found


def check_agent(world: World, agentid: int) -> None:
    """Refuse with 40056 unless it is the app's agentid."""
    if agentid != world.config.corp.agentid:
        raise Refused(Code.BAD_AGENTID, "invalid agentid")


def check_text(content: str, *, longest: int = MAX_TEXT) -> None:
    """Refuse an empty text (44004) and one of more than ``longest`` bytes (45002)."""
    if not content:
        raise Refused(Code.EMPTY_TEXT, "content size out of limit, empty")
    if len(content.encode()) > longest:
        raise Refused(Code.TEXT_TOO_LONG, "content size out of limit")


def cut_text(content: str) -> str:
    """Return the text as an app message shows it: cut behind 2048 bytes (fact sheet 3.2)."""
    return content.encode()[:MAX_TEXT].decode(errors="ignore")


def check_media(world: World, media_id: str) -> None:
    """Refuse with 40007 when the corp has no living medium of this id."""
    if world.media.find(media_id, world.now) is None:
        raise Refused(Code.BAD_MEDIA_ID, "invalid media_id")


def page(items: Sequence[T], cursor: str, limit: int) -> tuple[list[T], str]:
    """Return what follows ``cursor`` and the next one, "" at the end; odd ones are 40058."""
    if cursor and not cursor.isdigit():
        raise Refused(Code.BAD_PARAMETER, "invalid cursor")
    start = int(cursor or 0)
    found = list(items[start : start + limit])
    end = start + len(found)
    return found, str(end) if end < len(items) else ""
