"""What is kept of the platform's lists, for a comparison with them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from domain.person import RelationState
from domain.sync.reconcile import Chat, Department, Follow

if TYPE_CHECKING:
    from storage.protocols import Transaction

_EMPLOYEES = "select userid, is_active from employee"
_FOLLOWS = """
select i.value, r.remark, r.tag_ids, r.state from relation r
join identity i on i.person_id = r.person_id and i.kind = 'external_userid'
where lower(r.userid) = $1
"""
_KEYS = """
select i.value as ident, k.kind, k.value, k.lookup from relation r
join identity i on i.person_id = r.person_id and i.kind = 'external_userid'
join person m on m.id = r.person_id join person g on g.root_id = m.root_id
join identity k on k.person_id = g.id and k.kind in ('unionid', 'phone')
where lower(r.userid) = $1
"""
_DEPARTMENTS = "select id, name, parent_id from department"
_PLACES = "select userid, department_id from employee where is_active"
_TAGS = "select tag_id, name from corp_tag where not is_deleted"
_CHATS = "select chat_id, name, owner from customer_group where not is_dismissed"
_CHAT_MEMBERS = "select chat_id, member from group_member"


async def kept_employees(tx: Transaction) -> dict[str, bool]:
    """Return userid → whether they may work, of all employees."""
    return {row["userid"]: bool(row["is_active"]) for row in await tx.fetch(_EMPLOYEES)}


async def kept_places(tx: Transaction) -> dict[str, int | None]:
    """Return userid → department of all employees who may work."""
    return {row["userid"]: row["department_id"] for row in await tx.fetch(_PLACES)}


async def kept_departments(tx: Transaction) -> dict[int, Department]:
    """Return number → department."""
    rows = await tx.fetch(_DEPARTMENTS)
    return {row["id"]: Department(row["name"], row["parent_id"]) for row in rows}


async def kept_follows(tx: Transaction, userid: str) -> dict[str, Follow]:
    """Return external userid → the rep's view, of all customers a rep has or had.

    A phone is told by its blind index, in hexadecimal.
    """
    keys: dict[tuple[str, str], set[str]] = {}
    for row in await tx.fetch(_KEYS, userid.casefold()):
        word = row["value"] if row["kind"] == "unionid" else bytes(row["lookup"]).hex()
        keys.setdefault((row["ident"], row["kind"]), set()).add(word)
    return {
        row["value"]: Follow(
            row["remark"],
            frozenset(row["tag_ids"].split()),
            RelationState(row["state"]),
            frozenset(keys.get((row["value"], "unionid"), ())),
            frozenset(keys.get((row["value"], "phone"), ())),
        )
        for row in await tx.fetch(_FOLLOWS, userid.casefold())
    }


async def known_customers(tx: Transaction, idents: Collection[str]) -> set[str]:
    """Return those external userids that lead to a person."""
    rows = await tx.fetch(
        f"select value from identity where kind = 'external_userid' and {tx.any_of('value', 1)}",
        tx.array(sorted(idents)),
    )
    return {row["value"] for row in rows}


async def kept_tags(tx: Transaction) -> dict[str, str]:
    """Return tag id → name of the corp's library."""
    return {row["tag_id"]: row["name"] for row in await tx.fetch(_TAGS)}


async def kept_chats(tx: Transaction) -> dict[str, Chat]:
    """Return chat id → group of all groups that are alive."""
    members: dict[str, set[str]] = {}
    for row in await tx.fetch(_CHAT_MEMBERS):
        members.setdefault(row["chat_id"], set()).add(row["member"])
    return {
        row["chat_id"]: Chat(
            row["name"], row["owner"], frozenset(members.get(row["chat_id"], set()))
        )
        for row in await tx.fetch(_CHATS)
    }
