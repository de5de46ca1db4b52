"""The corp's tag library (fact sheet 3.7)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from bot.simulator.api.gateway import Answer, Ask, Endpoint, Strict
from bot.simulator.api.refusal import Code, Refused
from bot.simulator.config import Right
from bot.simulator.moments import unix
from bot.simulator.world.relations import Tag, TagGroup
from bot.simulator.world.world import World

CALLERS = frozenset({Right.CUSTOMERS})
Name = Annotated[str, Meta(min_length=1, max_length=30)]


class Wanted(Strict):
    """Body of get_corp_tag_list; both empty = all."""

    tag_id: tuple[str, ...] = ()
    group_id: tuple[str, ...] = ()


class NewTag(Strict):
    """A tag to create."""

    name: Name
    order: int = 0


class AddTag(Strict):
    """Body of add_corp_tag; ``group_id`` of an old group or ``group_name`` of any."""

    tag: Annotated[list[NewTag], Meta(min_length=1)]
    group_id: str = ""
    group_name: Annotated[str, Meta(max_length=30)] = ""
    order: int = 0
    agentid: int | None = None


def get_list(ask: Ask[Wanted]) -> Answer:
    """Return groups with their tags; group_id wins over tag_id."""
    body = ask.body
    groups = []
    for group in ask.world.relations.tag_groups.values():
        tags = group.tags
        if body.group_id:
            tags = tags if group.id in body.group_id else []
        elif body.tag_id:
            tags = [tag for tag in tags if tag.id in body.tag_id]
        if tags or not (body.group_id or body.tag_id):
            groups.append(_wire(group, tags))
    return {"tag_group": groups}


def add(ask: Ask[AddTag]) -> Answer:
    """Create tags; an existing name in the group is refused with 40071."""
    group = _group(ask.world, ask.body)
    names = [tag.name for tag in group.tags] + [tag.name for tag in ask.body.tag]
    if len(names) != len(set(names)):
        raise Refused(Code.TAG_EXISTS, "tag name has been used")
    ids, now = ask.world.ids, ask.world.now
    created = [Tag(ids.word("et"), tag.name, tag.order, now) for tag in ask.body.tag]
    group.tags.extend(created)
    ask.world.relations.tag_groups[group.id] = group
    return {"tag_group": _wire(group, created)}


def _group(world: World, body: AddTag) -> TagGroup:
    groups = world.relations.tag_groups
    if body.group_id:
        found = groups.get(body.group_id)
        if found is None:
            raise Refused(Code.TAG_MISSING, "invalid group_id")
        return found
    if not body.group_name:
        raise Refused(Code.BAD_PARAMETER, "invalid request parameter: group_name")
    named = next((g for g in groups.values() if g.name == body.group_name), None)
    return named or TagGroup(world.ids.word("eg"), body.group_name, body.order, world.now)


def _wire(group: TagGroup, tags: list[Tag]) -> dict[str, object]:
    return {
        "group_id": group.id,
        "group_name": group.name,
        "create_time": unix(group.created_at),
        "order": group.order,
        "deleted": False,
        "tag": [
            {
                "id": tag.id,
                "name": tag.name,
                "create_time": unix(tag.created_at),
                "order": tag.order,
                "deleted": False,
            }
            for tag in tags
        ],
    }


BASE = "/cgi-bin/externalcontact"
ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint("POST", f"{BASE}/get_corp_tag_list", Wanted, get_list, CALLERS),
    Endpoint("POST", f"{BASE}/add_corp_tag", AddTag, add, CALLERS),
)
