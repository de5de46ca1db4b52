"""The corp's directory (fact sheet 2.6), in callbacks and in fetched details (3.9)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.wecom.parse.arrival import Arrival, Builder, Common
from bot.wecom.parse.fields import Fields, MissingField
from domain.values import UserId
from handlers.updates import (
    DepartmentChanged,
    DepartmentCreated,
    DepartmentDeleted,
    DirectoryTagChanged,
    EmployeeChanged,
    EmployeeCreated,
    EmployeeDeleted,
    EmployeeProfile,
    Update,
)


def profile(fields: Fields) -> EmployeeProfile:
    """Read what is said about a member; what is not said stays None.

    Callbacks write lists with commas (``1,2,3``), answers as arrays.
    """
    return EmployeeProfile(
        name=fields.optional("Name"),
        departments=_wholes(fields, "Department"),
        main_department=fields.whole("MainDepartment"),
        leads=_flags(fields, "IsLeaderInDept"),
        direct_leaders=_userids_if_said(fields, "DirectLeader"),
        position=fields.optional("Position"),
        mobile=fields.optional("Mobile"),
        gender=fields.optional("Gender"),
        email=fields.optional("Email"),
        biz_mail=fields.optional("BizMail"),
        status=fields.whole("Status"),
        avatar=fields.optional("Avatar"),
        alias=fields.optional("Alias"),
        telephone=fields.optional("Telephone"),
        address=fields.optional("Address"),
        attributes=_attributes(fields),
    )


def _wholes(fields: Fields, name: str) -> tuple[int, ...] | None:
    if not fields.has(name):
        return None
    return tuple(int(part) for part in fields.listed(name) if part.isdecimal())


def _flags(fields: Fields, name: str) -> tuple[bool, ...] | None:
    if not fields.has(name):
        return None
    return tuple(part == "1" for part in fields.listed(name))


def _userids_if_said(fields: Fields, name: str) -> tuple[UserId, ...] | None:
    return _userids(fields, name) if fields.has(name) else None


def _userids(fields: Fields, name: str) -> tuple[UserId, ...]:
    return tuple(UserId(part) for part in fields.listed(name))


def _attributes(fields: Fields) -> dict[str, str]:
    extended = fields.node("ExtAttr")
    items = (*extended.nodes("Item"), *extended.nodes("attrs"))
    return {item.text("Name"): _attribute(item) for item in items}


def _attribute(item: Fields) -> str:
    # New form: Text/Value or Web{Title,Url}; old form: Value beside the name.
    return item.node("Text").text("Value") or item.node("Web").text("Url") or item.text("Value")


def _created(arrival: Arrival) -> Update:
    userid = UserId(arrival.fields.need("UserID"))
    said = profile(arrival.fields)
    return EmployeeCreated(userid=userid, profile=said, **arrival.common())


def _changed(arrival: Arrival) -> Update:
    return EmployeeChanged(
        userid=UserId(arrival.fields.need("UserID")),
        new_userid=arrival.fields.userid("NewUserID"),
        profile=profile(arrival.fields),
        **arrival.common(),
    )


def _deleted(arrival: Arrival) -> Update:
    return EmployeeDeleted(userid=UserId(arrival.fields.need("UserID")), **arrival.common())


class _Department(Common):
    department_id: int


def _department(arrival: Arrival) -> _Department:
    department_id = arrival.fields.whole("Id")
    if department_id is None:
        name = "Id"
        raise MissingField(name)
    return {**arrival.common(), "department_id": department_id}


def _department_created(arrival: Arrival) -> Update:
    return DepartmentCreated(
        name=arrival.fields.text("Name"),
        parent_id=arrival.fields.whole("ParentId"),
        order=arrival.fields.whole("Order"),
        **_department(arrival),
    )


def _department_changed(arrival: Arrival) -> Update:
    return DepartmentChanged(
        name=arrival.fields.optional("Name"),
        parent_id=arrival.fields.whole("ParentId"),
        order=arrival.fields.whole("Order"),
        **_department(arrival),
    )


def _department_deleted(arrival: Arrival) -> Update:
    return DepartmentDeleted(**_department(arrival))


def _tag_changed(arrival: Arrival) -> Update:
    fields = arrival.fields
    return DirectoryTagChanged(
        tag_id=fields.need("TagId"),
        added_userids=_userids(fields, "AddUserItems"),
        removed_userids=_userids(fields, "DelUserItems"),
        added_departments=_wholes(fields, "AddPartyItems") or (),
        removed_departments=_wholes(fields, "DelPartyItems") or (),
        **arrival.common(),
    )


EVENTS: Mapping[str, Builder] = {
    "change_contact.create_user": _created,
    "change_contact.update_user": _changed,
    "change_contact.delete_user": _deleted,
    "change_contact.create_party": _department_created,
    "change_contact.update_party": _department_changed,
    "change_contact.delete_party": _department_deleted,
    "change_contact.update_tag": _tag_changed,
}
