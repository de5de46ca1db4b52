"""A stand-in full of customers, groups and tags that nobody told Clew about."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.demo import Place, demo_environment
from bot.simulator.world.groups import Group, GroupMember, Side
from bot.simulator.world.people import Customer
from bot.simulator.world.relations import Follow

if TYPE_CHECKING:
    from aiohttp.test_utils import TestServer

    from bot.simulator.world.world import World

LI, HAN = "LiLei", "HanMeimei"


def environment(data: Path, server: TestServer) -> dict[str, str]:
    """Return the variables of a command that has ``data`` and talks to the stand-in."""
    return demo_environment(Place(data), str(server.make_url("")).rstrip("/"))


def fill(world: World, count: int, since: datetime) -> list[str]:
    """Let two reps have ``count`` customers between them, every tenth both; return their ids."""
    ids = [f"wmListed{number:020}" for number in range(count)]
    for number, ident in enumerate(ids):
        world.customers.add(
            Customer(ident, f"客户{number}", f"openid-{number:020}", unionid=f"union-{number:020}")
        )
        made = follow(world, LI if number % 2 else HAN, ident, since + timedelta(seconds=number))
        if number % 7 == 0:
            made.tag_ids.append(tag_of(world))
        if number % 10 == 0:
            follow(world, LI, ident, since + timedelta(days=1))
    return ids


def tag_of(world: World) -> str:
    """Return the id of the first tag in the corp's library."""
    return next(iter(world.relations.tag_groups.values())).tags[0].id


def follow(world: World, userid: str, ident: str, at: datetime, state: str = "expo2026") -> Follow:
    """Let a rep have a customer without any callback."""
    made = Follow(userid, ident, at, state=state, remark=f"备注{ident[-4:]}")
    world.relations.add(made)
    return made


def group(world: World, chat_id: str, outsiders: list[str], at: datetime) -> Group:
    """Let there be a customer group without any callback."""
    made = Group(chat_id, f"群{chat_id[-2:]}", LI, at)
    made.members[LI] = GroupMember(LI, Side.MEMBER, "李雷", at, 1)
    for ident in outsiders:
        name = world.customers.all[ident].name
        made.members[ident] = GroupMember(ident, Side.EXTERNAL, name, at, 3)
    world.groups[chat_id] = made
    return made
