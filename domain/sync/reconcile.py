"""Reconciliation 对账: what the platform says against what is kept, difference by difference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.person import RelationState


class DifferenceKind(StrEnum):
    """What differs; each has a sentence in the texts."""

    MISSING_EMPLOYEE = "missing_employee"
    EMPLOYEE_LEFT = "employee_left"
    #: A member whom we keep in a department that they are not in.
    EMPLOYEE_PLACE = "employee_place"
    MISSING_DEPARTMENT = "missing_department"
    DEPARTMENT_NAME = "department_name"
    DEPARTMENT_PARENT = "department_parent"
    MISSING_PERSON = "missing_person"
    MISSING_RELATION = "missing_relation"
    RELATION_GONE = "relation_gone"
    REMARK = "remark"
    TAGS = "tags"
    UNIONID = "unionid"
    PHONES = "phones"
    MISSING_GROUP = "missing_group"
    GROUP_GONE = "group_gone"
    GROUP_NAME = "group_name"
    GROUP_OWNER = "group_owner"
    GROUP_MEMBERS = "group_members"
    MISSING_TAG = "missing_tag"
    TAG_GONE = "tag_gone"
    TAG_NAME = "tag_name"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: ``about`` is the platform's id of whom or what, ``userid`` of which rep.

    It holds no remark and no name of a customer: it is printed.
    """

    kind: DifferenceKind
    about: str
    userid: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Follow:
    """A rep's view of one customer, on either side; ``state`` is what we keep.

    ``unionids`` and ``phones`` are of the person: listed is what the platform says here, kept
    all that we know. A phone is any word that stands for it on both sides.
    """

    remark: str = ""
    tag_ids: frozenset[str] = frozenset()
    state: RelationState = RelationState.FRIEND
    unionids: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Department:
    """A department on either side; a name that the platform does not tell is empty."""

    name: str
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Chat:
    """A customer group on either side."""

    name: str
    owner: str
    members: frozenset[str]


def compare_employees(listed: Iterable[str], kept: Mapping[str, bool]) -> list[Difference]:
    """Compare the corp's members with ours (userid → whether they may work)."""
    here = {userid.casefold(): userid for userid in listed}
    active = {userid.casefold(): userid for userid, is_active in kept.items() if is_active}
    missing = [
        Difference(DifferenceKind.MISSING_EMPLOYEE, here[folded])
        for folded in sorted(here.keys() - active.keys())
    ]
    left = [
        Difference(DifferenceKind.EMPLOYEE_LEFT, active[folded])
        for folded in sorted(active.keys() - here.keys())
    ]
    return missing + left


def compare_places(
    listed: Mapping[str, Collection[int]], kept: Mapping[str, int | None]
) -> list[Difference]:
    """Compare in which departments members are with the one in which we keep each.

    Whose departments are not told, or who is missing on either side, is passed over.
    """
    places = {userid.casefold(): place for userid, place in kept.items()}
    return [
        Difference(DifferenceKind.EMPLOYEE_PLACE, userid)
        for userid, departments in sorted(listed.items())
        if departments
        and userid.casefold() in places
        and places[userid.casefold()] not in departments
    ]


def compare_departments(
    listed: Mapping[int, Department], kept: Mapping[int, Department]
) -> list[Difference]:
    """Compare departments by number; one that is gone stays with us for what happened in it."""
    found: list[Difference] = []
    for number, theirs in sorted(listed.items()):
        ours = kept.get(number)
        if ours is None:
            found.append(Difference(DifferenceKind.MISSING_DEPARTMENT, str(number)))
            continue
        if theirs.name and theirs.name != ours.name:
            found.append(Difference(DifferenceKind.DEPARTMENT_NAME, str(number)))
        if (theirs.parent_id or 0) != (ours.parent_id or 0):
            found.append(Difference(DifferenceKind.DEPARTMENT_PARENT, str(number)))
    return found


def compare_relations(
    userid: str, listed: Collection[str], kept: Mapping[str, Follow], known: Collection[str]
) -> list[Difference]:
    """Compare whom a rep has: ``known`` are those listed of whom there is a person at all.

    Half-added customers are in no list; who deleted the rep still is. So a plain
    friendship that is not listed is gone, and of the rest nothing can be said.
    """
    there = (RelationState.FRIEND, RelationState.DELETED_BY_CUSTOMER, RelationState.HALF)
    found: list[Difference] = []
    for ident in sorted(set(listed)):
        follow = kept.get(ident)
        if ident not in known:
            found.append(Difference(DifferenceKind.MISSING_PERSON, ident, userid))
        elif follow is None or follow.state not in there:
            found.append(Difference(DifferenceKind.MISSING_RELATION, ident, userid))
    unlisted = sorted(kept.keys() - set(listed))
    gone = [ident for ident in unlisted if kept[ident].state is RelationState.FRIEND]
    return found + [Difference(DifferenceKind.RELATION_GONE, ident, userid) for ident in gone]


def compare_follow(userid: str, ident: str, listed: Follow, kept: Follow) -> list[Difference]:
    """Compare what a rep sees of a customer."""
    found: list[Difference] = []
    if listed.remark != kept.remark:
        found.append(Difference(DifferenceKind.REMARK, ident, userid))
    if listed.tag_ids != kept.tag_ids:
        count = len(listed.tag_ids ^ kept.tag_ids)
        found.append(Difference(DifferenceKind.TAGS, ident, userid, count))
    if listed.unionids - kept.unionids:
        found.append(Difference(DifferenceKind.UNIONID, ident, userid))
    if strange := listed.phones - kept.phones:
        found.append(Difference(DifferenceKind.PHONES, ident, userid, len(strange)))
    return found


def compare_chats(listed: Mapping[str, Chat], kept: Mapping[str, Chat]) -> list[Difference]:
    """Compare customer groups by chat id."""
    found: list[Difference] = []
    for chat_id in sorted(listed.keys() | kept.keys()):
        theirs, ours = listed.get(chat_id), kept.get(chat_id)
        if ours is None:
            found.append(Difference(DifferenceKind.MISSING_GROUP, chat_id))
        elif theirs is None:
            found.append(Difference(DifferenceKind.GROUP_GONE, chat_id))
        else:
            found += _compare_chat(chat_id, theirs, ours)
    return found


def _compare_chat(chat_id: str, theirs: Chat, ours: Chat) -> list[Difference]:
    found: list[Difference] = []
    if theirs.name != ours.name:
        found.append(Difference(DifferenceKind.GROUP_NAME, chat_id))
    if theirs.owner.casefold() != ours.owner.casefold():
        found.append(Difference(DifferenceKind.GROUP_OWNER, chat_id, theirs.owner))
    if moved := theirs.members ^ ours.members:
        found.append(Difference(DifferenceKind.GROUP_MEMBERS, chat_id, count=len(moved)))
    return found


def compare_tags(listed: Mapping[str, str], kept: Mapping[str, str]) -> list[Difference]:
    """Compare the corp's tag library (tag id → name) with what is kept of it."""
    found: list[Difference] = []
    for tag_id in sorted(listed.keys() | kept.keys()):
        if tag_id not in kept:
            found.append(Difference(DifferenceKind.MISSING_TAG, tag_id))
        elif tag_id not in listed:
            found.append(Difference(DifferenceKind.TAG_GONE, tag_id))
        elif listed[tag_id] != kept[tag_id]:
            found.append(Difference(DifferenceKind.TAG_NAME, tag_id))
    return found
