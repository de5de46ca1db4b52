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


class EditTag(Strict):
    """Body of edit_corp_tag; ``id`` of a tag or of a group, None leaves as it is."""

    id: str
    name: Name | None = None
    order: int | None = None
    agentid: int | None = None


class DeleteTag(Strict):
    """Body of del_corp_tag: tags, whole groups, or both."""

    tag_id: tuple[str, ...] = ()
    group_id: tuple[str, ...] = ()
    agentid: int | None = None


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
    library = ask.world.relations.tag_groups.values()
    if sum(len(g.tags) for g in library) + len(ask.body.tag) > ask.world.config.limits.corp_tags:
        raise Refused(Code.TOO_MANY_CORP_TAGS, "too many corp tags")
    ids, now, agentid = ask.world.ids, ask.world.now, ask.body.agentid
    created = [Tag(ids.word("et"), t.name, t.order, now, agentid) for t in ask.body.tag]
    group.tags.extend(created)
    ask.world.relations.tag_groups[group.id] = group
    return {"tag_group": _wire(group, created)}


def edit(ask: Ask[EditTag]) -> Answer:
    """Rename or move a tag or group; 81011 unless the same app made it."""
    body, relations = ask.body, ask.world.relations
    found = relations.find_tag(body.id)
    target = found[1] if found else relations.tag_groups.get(body.id)
    if target is None:
        raise Refused(Code.TAG_MISSING, "invalid tagid")
    _check_maker(target, body.agentid)
    siblings = found[0].tags if found else list(relations.tag_groups.values())
    if any(one.name == body.name for one in siblings if one is not target):
        raise Refused(Code.TAG_EXISTS, "tag name has been used")
    target.name = target.name if body.name is None else body.name
    target.order = target.order if body.order is None else body.order
    return {}


def delete(ask: Ask[DeleteTag]) -> Answer:
    """Delete tags and groups; they vanish from every customer, and no callback follows."""
    body, relations = ask.body, ask.world.relations
    groups = [relations.tag_groups.get(group_id) for group_id in body.group_id]
    tags = [relations.find_tag(tag_id) for tag_id in body.tag_id]
    doomed = [tag for group in groups if group for tag in group.tags]
    doomed += [pair[1] for pair in tags if pair]
    if not doomed or None in groups or None in tags:
        raise Refused(Code.TAG_MISSING, "invalid tagid")
    for tag in doomed:
        _check_maker(tag, body.agentid)
    relations.remove_tags({tag.id for tag in doomed})
    return {}


def _check_maker(target: Tag | TagGroup, agentid: int | None) -> None:
    if target.agentid != agentid:
        raise Refused(Code.TAG_OF_ANOTHER, "tag can only be edited by its creator")


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
    return named or TagGroup(
        world.ids.word("eg"), body.group_name, body.order, world.now, agentid=body.agentid
    )


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
    Endpoint("POST", f"{BASE}/edit_corp_tag", EditTag, edit, CALLERS),
    Endpoint("POST", f"{BASE}/del_corp_tag", DeleteTag, delete, CALLERS),
)
