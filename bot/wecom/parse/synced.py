"""Pages of a synchronisation: our own JSON around lists of the platform (fact sheet 3.7, 3.9).

An entry that lacks its id is left out: it must not cost the others of its page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.wecom.parse.arrival import Arrival, Common
from bot.wecom.parse.fetched import AnswerFields, answer_fields, contact, follower
from bot.wecom.parse.fields import Fields, MissingField
from domain.sync.part import PartKind
from domain.values import UserId
from handlers.updates import Update
from handlers.updates.fetched import ExternalContactFetched
from handlers.updates.sync import (
    CustomersListed,
    DepartmentsListed,
    FollowersListed,
    GroupsListed,
    ListedDepartment,
    ListedMember,
    ListedTag,
    MembersListed,
    SyncRefused,
    TagsListed,
)


class _PageFields(AnswerFields):
    part_id: int
    cursor: str
    next_cursor: str


def build_page(arrival: Arrival, answer: Fields) -> Update:
    """Return a page; ``account`` of the fetch names the kind of its part.

    Raises:
        MissingField: it does not say of which part.
    """
    build = _BUILDERS.get(arrival.fields.see("account"))
    if build is None:
        name = "account"
        raise MissingField(name)
    part_id, items = _part(arrival), answer.nodes("items")
    cursors = {"cursor": answer.text("cursor"), "next_cursor": answer.text("next_cursor")}
    page: _PageFields = {**answer_fields(arrival), "part_id": part_id, **cursors}  # type: ignore[typeddict-item]
    return build(items, page)


def build_refusal(arrival: Arrival, errcode: int) -> Update:
    """Return that the platform refuses a list."""
    part_id = _part(arrival)
    return SyncRefused(part_id=part_id, errcode=errcode, **answer_fields(arrival))


def _part(arrival: Arrival) -> int:
    part = arrival.fields.see("subject")
    if not part.isdecimal():
        name = "subject"
        raise MissingField(name)
    return int(part)


def _departments(items: tuple[Fields, ...], page: _PageFields) -> Update:
    found = [
        ListedDepartment(number, item.text("name"), item.whole("parentid") or None)
        for item in items
        if (number := item.whole("id")) is not None
    ]
    return DepartmentsListed(departments=tuple(found), **page)


def _members(items: tuple[Fields, ...], page: _PageFields) -> Update:
    found = [
        ListedMember(
            UserId(userid),
            item.text("name"),
            tuple(int(number) for number in item.texts("department") if number.isdecimal()),
        )
        for item in items
        if (userid := item.text("userid"))
    ]
    return MembersListed(members=tuple(found), **page)


def _tags(items: tuple[Fields, ...], page: _PageFields) -> Update:
    found = [tag for group in items for tag in _tags_of(group)]
    return TagsListed(tags=tuple(found), **page)


def _tags_of(group: Fields) -> Iterator[ListedTag]:
    group_id, name = group.text("group_id"), group.text("group_name")
    for tag in group.nodes("tag"):
        if tag_id := tag.text("id"):
            yield ListedTag(tag_id, tag.text("name"), group_id, name, tag.whole("order") or 0)


def _followers(items: tuple[Fields, ...], page: _PageFields) -> Update:
    found = [UserId(userid) for item in items if (userid := item.text("userid"))]
    return FollowersListed(followers=tuple(found), **page)


def _customers(items: tuple[Fields, ...], page: _PageFields) -> Update:
    common: Common = {
        "source": page["source"],
        "at": page["at"],
        "dedupe_key": page["dedupe_key"],
        "sequence": page["sequence"],
        "extra": {},
    }
    found = [_customer(item, page, common) for item in items]
    return CustomersListed(customers=tuple(one for one in found if one), **page)


def _customer(item: Fields, page: _PageFields, common: Common) -> ExternalContactFetched | None:
    who, seen = item.node("external_contact"), item.node("follow_info")
    external_userid, userid = who.see("external_userid"), seen.see("userid")
    if not external_userid or not userid:
        return None
    own: AnswerFields = {
        **common,
        "dedupe_key": f"{page['dedupe_key']}:{external_userid}:{userid}",
        "asked": external_userid,
        "account": page["account"],
        "generation": page["generation"],
    }
    return contact(who, (follower(seen),), own)


def _groups(items: tuple[Fields, ...], page: _PageFields) -> Update:
    found = tuple(chat_id for item in items if (chat_id := item.text("chat_id")))
    return GroupsListed(chat_ids=found, **page)


_BUILDERS: Mapping[str, Callable[[tuple[Fields, ...], _PageFields], Update]] = {
    PartKind.DEPARTMENTS: _departments,
    PartKind.MEMBERS: _members,
    PartKind.TAGS: _tags,
    PartKind.FOLLOWERS: _followers,
    PartKind.CUSTOMERS: _customers,
    PartKind.GROUPS: _groups,
}
