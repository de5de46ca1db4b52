"""Menus of the app and of the official account (fact sheet 3.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from bot.simulator.api import lookups
from bot.simulator.api.gateway import Answer, Ask, Endpoint, Nothing, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right

APP_ONLY = frozenset({Right.APP})
OFFICIAL_ONLY = frozenset({Right.OFFICIAL})
MAX_NAME = 16
MAX_SUB_NAME = 40
MAX_KEY = 128
MAX_URL = 1024

ButtonType = Literal[
    "click",
    "view",
    "view_miniprogram",
    "miniprogram",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
]


class SubButton(Strict):
    """A button of the second level."""

    name: str
    type: ButtonType
    key: str = ""
    url: str = ""
    appid: str = ""
    pagepath: str = ""


class Button(Strict):
    """A button of the first level: with ``sub_button`` it only opens them."""

    name: str
    type: ButtonType | Literal[""] = ""
    key: str = ""
    url: str = ""
    appid: str = ""
    pagepath: str = ""
    sub_button: Annotated[tuple[SubButton, ...], Meta(max_length=5)] = ()


class Menu(Strict):
    """Body of menu/create."""

    button: Annotated[list[Button], Meta(min_length=1, max_length=3)]


class AgentQuery(Strict):
    """Query of menu/get and menu/delete."""

    agentid: int


def create(ask: Ask[Menu]) -> Answer:
    """Replace the app's menu."""
    _check_agent(ask)
    ask.world.app.menu = _checked(ask)
    ask.world.tell_menus()
    return {}


def get(ask: Ask[AgentQuery]) -> Answer:
    """Return the app's menu, or refuse with 46003."""
    lookups.check_agent(ask.world, ask.body.agentid)
    if ask.world.app.menu is None:
        raise Refused(Code.NO_MENU, "menu not exist")
    return ask.world.app.menu


def delete(ask: Ask[AgentQuery]) -> Answer:
    """Remove the app's menu."""
    lookups.check_agent(ask.world, ask.body.agentid)
    ask.world.app.menu = None
    ask.world.tell_menus()
    return {}


def official_create(ask: Ask[Menu]) -> Answer:
    """Replace the official account's menu."""
    ask.world.official.menu = _checked(ask)
    ask.world.tell_menus()
    return {}


def official_get(ask: Ask[Nothing]) -> Answer:
    """Return the official account's menu, or refuse with 46003."""
    if ask.world.official.menu is None:
        raise Refused(Code.NO_MENU, "menu no exist")
    return {"menu": ask.world.official.menu}


def official_delete(ask: Ask[Nothing]) -> Answer:
    """Remove the official account's menu."""
    ask.world.official.menu = None
    ask.world.tell_menus()
    return {}


def buttons(menu: Mapping[str, object] | None) -> Iterator[Mapping[str, object]]:
    """Return every button of a kept menu that can be tapped."""
    tree = (menu or {}).get("button")
    for button in tree if isinstance(tree, list) else []:
        subs = button.get("sub_button")
        yield from subs or [button]


def _check_agent(ask: Ask[Menu]) -> None:
    agentid = ask.query.get("agentid", "")
    if not agentid.isdigit():
        raise Refused(Code.BAD_AGENTID, "invalid agentid")
    lookups.check_agent(ask.world, int(agentid))


def _checked(ask: Ask[Menu]) -> dict[str, object]:
    for button in ask.body.button:
        _check(button.name, MAX_NAME)
        for sub in button.sub_button:
            _check(sub.name, MAX_SUB_NAME)
            _check_action(sub)
        if not button.sub_button:
            _check_action(button)
    menu: dict[str, object] = msgspec.json.decode(ask.raw)
    return menu


def _check(text: str, longest: int) -> None:
    if not 1 <= len(text.encode()) <= longest:
        raise Refused(Code.BAD_MENU, "invalid button name size")


def _check_action(button: Button | SubButton) -> None:
    match button.type:
        case "":
            raise Refused(Code.BAD_PARAMETER, "invalid request parameter: button type")
        case "view":
            _check(button.url, MAX_URL)
        case "view_miniprogram" | "miniprogram":
            _check(button.appid, MAX_KEY)
        case _:
            _check(button.key, MAX_KEY)


ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/menu/create", Menu, create, APP_ONLY),
    Endpoint("GET", "/cgi-bin/menu/get", AgentQuery, get, APP_ONLY),
    Endpoint("GET", "/cgi-bin/menu/delete", AgentQuery, delete, APP_ONLY),
)
OFFICIAL_ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", "/cgi-bin/menu/create", Menu, official_create, OFFICIAL_ONLY),
    Endpoint("GET", "/cgi-bin/menu/get", Nothing, official_get, OFFICIAL_ONLY),
    Endpoint("GET", "/cgi-bin/menu/delete", Nothing, official_delete, OFFICIAL_ONLY),
)
