"""Fills a world from a seed file: the corp, its people, channels and groups."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import msgspec

from bot.simulator.config import SimulatorConfig
from bot.simulator.texts import load_texts
from bot.simulator.wire.courier import Courier
from bot.simulator.wire.envelopes import envelopes
from bot.simulator.world.acquisition import AcquisitionLink
from bot.simulator.world.ai_bot import AiBot
from bot.simulator.world.app_chat import AppChat
from bot.simulator.world.codes import Codes
from bot.simulator.world.groups import Group, GroupMember, Side
from bot.simulator.world.hub import Hub
from bot.simulator.world.ids import Ids
from bot.simulator.world.kf import KfAccount, KfDesk
from bot.simulator.world.media import MediaShelf
from bot.simulator.world.official import OfficialAccount
from bot.simulator.world.people import Customer, Customers, Department, Directory, Employee
from bot.simulator.world.relations import ContactWay, Relations, Tag, TagGroup
from bot.simulator.world.tokens import TokenOffice
from bot.simulator.world.windows import ConversationKind, Windows
from bot.simulator.world.world import World
from handlers.ports import Clock


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A table of the seed file; an unknown key is an error that names it."""


class CorpSeed(_Strict):
    """Names of the corp, of its app and of its AI bot."""

    name: str
    app: str
    bot: str = "bot"


class WaySeed(_Strict):
    """A contact way that exists from the start."""

    config_id: str
    title: str
    state: str
    users: list[str]


class TagSeed(_Strict):
    """A corp tag."""

    id: str
    name: str


class TagGroupSeed(_Strict):
    """A group of corp tags."""

    id: str
    name: str
    tags: list[TagSeed]


class KfSeed(_Strict):
    """A 微信客服 account."""

    open_kfid: str
    name: str
    servicers: list[str]


class OfficialSeed(_Strict):
    """The official account: its name and message templates (id → title)."""

    name: str
    templates: dict[str, str]


class GroupSeed(_Strict):
    """A customer group with its owner as only member."""

    chat_id: str
    name: str
    owner: str


class LinkSeed(_Strict):
    """An acquisition link that exists from the start."""

    link_id: str
    name: str
    users: list[str]


class Seed(_Strict):
    """The whole seed file."""

    corp: CorpSeed
    official: OfficialSeed
    departments: list[Department]
    employees: list[Employee]
    customers: list[Customer]
    contact_ways: list[WaySeed]
    tag_groups: list[TagGroupSeed]
    kf_accounts: list[KfSeed]
    groups: list[GroupSeed]
    acquisition_links: list[LinkSeed] = []


def read_seed(path: Path) -> Seed:
    """Read a seed file.

    Raises:
        msgspec.ValidationError: the file does not fit; the message names the key.
    """
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Seed)


def build_world(config: SimulatorConfig, clock: Clock) -> World:
    """Return a world as the seed file describes it, at the clock's present moment."""
    seed = read_seed(config.seed)
    hub, ids, limits = Hub(), Ids(config.run), config.limits
    world = World(
        config=config,
        corp_name=seed.corp.name,
        app_name=seed.corp.app,
        clock=clock,
        ids=ids,
        hub=hub,
        texts=load_texts(),
        courier=Courier(config.delivery, clock, envelopes(config, clock)),
        windows=Windows(hub, clock, ids),
        directory=Directory(seed.departments, seed.employees),
        customers=Customers(seed.customers),
        relations=Relations(ids),
        groups={},
        app=AppChat(ids, limits),
        kf=KfDesk(ids, limits),
        official=OfficialAccount(
            config.official.account, seed.official.name, limits, dict(seed.official.templates)
        ),
        tokens=TokenOffice(ids, limits.token_life),
        tickets=TokenOffice(ids, limits.token_life),
        media=MediaShelf(ids, limits.media_life),
        official_media=MediaShelf(ids, limits.media_life),
        login_codes=Codes(ids, "LC"),
    )
    _fill(world, seed)
    return world


def _fill(world: World, seed: Seed) -> None:
    now = world.now
    for way in seed.contact_ways:
        world.relations.ways[way.config_id] = _contact_way(way, now)
    for group in seed.tag_groups:
        tags = [Tag(tag.id, tag.name, order, now) for order, tag in enumerate(group.tags)]
        world.relations.tag_groups[group.id] = TagGroup(group.id, group.name, 0, now, tags)
    for link in seed.acquisition_links:
        made = AcquisitionLink(link.link_id, link.name, list(link.users), [], now)
        world.acquisition.links[link.link_id] = made
    for kf in seed.kf_accounts:
        world.kf.accounts[kf.open_kfid] = KfAccount(kf.open_kfid, kf.name, list(kf.servicers))
    for chat in seed.groups:
        open_group(world, chat.chat_id, chat.name, chat.owner)
    if world.config.bot is not None:
        bot = world.config.bot
        world.bot = AiBot(bot.bot_id, seed.corp.bot, world.ids, world.config.limits)
    for employee in world.directory.employees:
        open_app_window(world, employee)


def _contact_way(seed: WaySeed, now: datetime) -> ContactWay:
    return ContactWay(
        config_id=seed.config_id,
        type=1 if len(seed.users) == 1 else 2,
        scene=2,
        users=list(seed.users),
        created_at=now,
        state=seed.state,
        remark=seed.title,
        qr_code=f"/qr/{seed.config_id}",
    )


def open_group(world: World, chat_id: str, name: str, owner: str) -> Group:
    """Create a customer group with its owner, and its window."""
    now = world.now
    group = Group(chat_id, name, owner, now)
    employee = world.directory.find(owner)
    group.members[owner] = GroupMember(
        owner, Side.MEMBER, employee.name if employee else owner, now, join_scene=1
    )
    world.groups[chat_id] = group
    world.windows.open(f"group:{chat_id}", ConversationKind.GROUP, name, list(group.members))
    return group


def open_app_window(world: World, employee: Employee) -> None:
    """Open the windows between a member and the corp app, and the AI bot if there is one."""
    title = world.texts.line("conversation_app", app=world.app_name)
    world.windows.open(f"app:{employee.userid}", ConversationKind.APP, title, [employee.userid])
    if world.bot is not None:
        window = f"bot:{employee.userid}"
        world.windows.open(window, ConversationKind.BOT, world.bot.name, [employee.userid])
