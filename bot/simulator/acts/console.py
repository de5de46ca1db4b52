"""What an administrator changes in the console: departments and the tag library (2.5, 2.6)."""

from __future__ import annotations

from bot.simulator import callbacks, payloads
from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.wire.xml import Field
from bot.simulator.world.people import ROOT_DEPARTMENT, Department
from bot.simulator.world.relations import Tag, TagGroup
from bot.simulator.world.world import World


class Console:
    """Changes by hand; each is reported, unlike the same change through the API."""

    def __init__(self, world: World) -> None:
        """Act in ``world``."""
        self._world = world

    def add_department(self, name: str, parentid: int = ROOT_DEPARTMENT) -> Department:
        """Create a department: create_party."""
        _check_name(name)
        departments = self._world.directory.departments
        if parentid not in departments:
            raise ActRefused(No.UNKNOWN_DEPARTMENT, str(parentid))
        made = Department(max(departments) + 1, name, parentid, order=len(departments))
        departments[made.id] = made
        body: list[Field] = [("Name", name), ("ParentId", parentid), ("Order", made.order)]
        self._tell_party("create_party", made.id, body)
        return made

    def rename_department(self, department_id: int, name: str) -> None:
        """Rename a department: update_party with the changed field only."""
        _check_name(name)
        self._department(department_id).name = name
        self._tell_party("update_party", department_id, [("Name", name)])

    def remove_department(self, department_id: int) -> None:
        """Delete an empty department: delete_party.

        Raises:
            ActRefused: it is the root, or still holds members or departments.
        """
        directory = self._world.directory
        self._department(department_id)
        below = directory.below(department_id)
        is_root = department_id == ROOT_DEPARTMENT
        if is_root or len(below) > 1 or directory.members_of(below):
            raise ActRefused(No.DEPARTMENT_IN_USE, str(department_id))
        del directory.departments[department_id]
        self._tell_party("delete_party", department_id)

    def add_tags(self, group_name: str, *names: str) -> TagGroup:
        """Create a group of tags: one event for the group, one for each tag."""
        world = self._world
        _check_name(group_name)
        tags = [
            Tag(world.ids.word("et"), name, order, world.now) for order, name in enumerate(names)
        ]
        group = TagGroup(world.ids.word("eg"), group_name, 0, world.now, tags)
        world.relations.tag_groups[group.id] = group
        self._tell_tag("create", group.id, "tag_group")
        for tag in tags:
            self._tell_tag("create", tag.id, "tag")
        return group

    def rename_tag(self, tag_id: str, name: str) -> None:
        """Rename a tag."""
        _check_name(name)
        self._tag(tag_id).name = name
        self._tell_tag("update", tag_id, "tag")

    def remove_tag(self, tag_id: str) -> None:
        """Delete a tag; the event cannot be looked up any more."""
        self._tag(tag_id)
        self._world.relations.remove_tags({tag_id})
        self._tell_tag("delete", tag_id, "tag")

    def shuffle_tags(self, group_id: str = "") -> None:
        """Change the order within a group, or of all groups when none is named."""
        groups = self._world.relations.tag_groups
        if group_id and group_id not in groups:
            raise ActRefused(No.UNKNOWN_TAG, group_id)
        for group in [groups[group_id]] if group_id else list(groups.values()):
            group.tags.reverse()
        body = payloads.filled(Id=group_id)
        self._tell("change_external_tag", [*body, ("ChangeType", "shuffle")])

    def _department(self, department_id: int) -> Department:
        found = self._world.directory.departments.get(department_id)
        if found is None:
            raise ActRefused(No.UNKNOWN_DEPARTMENT, str(department_id))
        return found

    def _tag(self, tag_id: str) -> Tag:
        found = self._world.relations.find_tag(tag_id)
        if found is None:
            raise ActRefused(No.UNKNOWN_TAG, tag_id)
        return found[1]

    def _tell_party(self, change: str, number: int, body: list[Field] | None = None) -> None:
        self._tell("change_contact", [("ChangeType", change), ("Id", number), *(body or [])])

    def _tell_tag(self, change: str, ident: str, kind: str) -> None:
        fields: list[Field] = [("Id", ident), ("TagType", kind), ("ChangeType", change)]
        self._tell("change_external_tag", fields)

    def _tell(self, event: str, fields: list[Field]) -> None:
        callbacks.tell_corp(self._world, payloads.corp_event(self._world, event, fields))


def _check_name(name: str) -> None:
    if not name.strip():
        raise ActRefused(No.EMPTY_NAME)
