"""Reconciliation: reads the platform's lists and compares them with what is kept.

Nothing is written on either side. One call answers for one page, so that a
comparison of any size is many short requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from bot.retry import wait_after
from bot.trouble import Trouble
from bot.wecom.client.answers import (
    JsonObject,
    number_of,
    object_of,
    objects_of,
    strings_of,
    text_of,
)
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import PlatformError, WireError
from domain.cleaning.phone import normalise_phone
from domain.sync.reconcile import (
    Chat,
    Department,
    Difference,
    Follow,
    compare_chats,
    compare_departments,
    compare_employees,
    compare_follow,
    compare_places,
    compare_relations,
    compare_tags,
)
from domain.values import IdentityKind, Refusal
from storage.queries.kept import (
    kept_chats,
    kept_departments,
    kept_employees,
    kept_follows,
    kept_places,
    kept_tags,
    known_customers,
)

if TYPE_CHECKING:
    from bot.wecom.client.contact import Page
    from bot.wecom.client.corp import CorpClient
    from handlers.ports import Clock
    from storage.unit_of_work import Store

Answer = TypeVar("Answer")
#: Somebody waits for the answer: a refused minute is waited for, a refused day is not.
LONGEST_WAIT = timedelta(seconds=90)
TRIES = 4
#: The member has no customer (fact sheet 3.7).
_NO_RELATION = 84061


class CheckKind(StrEnum):
    """What is compared; a key of the texts."""

    EMPLOYEES = "employees"
    TAGS = "tags"
    GROUPS = "groups"
    #: Whom one rep has.
    RELATIONS = "relations"
    #: A page of what one rep sees of their customers.
    FOLLOWS = "follows"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison; ``cursor`` is the platform's, of the page that comes next."""

    kind: CheckKind
    userid: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a comparison found, how many entries it saw, and the comparison of the next page.

    ``trouble`` says why it could not be made, empty when it could.
    """

    differences: Sequence[Difference] = ()
    seen: int = 0
    follows: Check | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The comparisons to make; ``trouble`` as of :class:`Checked`."""

    checks: Sequence[Check] = ()
    trouble: str = ""


class Reconciler:
    """One method per list."""

    def __init__(self, corp: CorpClient, store: Store, clock: Clock) -> None:
        """Read the platform through ``corp`` and what is kept from ``store``."""
        self._corp = corp
        self._database = store.database
        self._vault = store.vault
        self._clock = clock
        self._checks: dict[CheckKind, Callable[[Check], Awaitable[Checked]]] = {
            CheckKind.EMPLOYEES: self._employees,
            CheckKind.TAGS: self._tags,
            CheckKind.GROUPS: self._groups,
            CheckKind.RELATIONS: self._relations,
            CheckKind.FOLLOWS: self._follows,
        }

    async def plan(self) -> Plan:
        """Return the comparisons to make; the platform has to say who may have customers."""
        try:
            followers = await self._asked(self._corp.contacts.follow_users)
        except WireError as error:
            return Plan(trouble=str(error))
        whole = (CheckKind.EMPLOYEES, CheckKind.TAGS, CheckKind.GROUPS)
        each = (CheckKind.RELATIONS, CheckKind.FOLLOWS)
        checks = [Check(kind) for kind in whole]
        return Plan([*checks, *(Check(kind, userid) for userid in followers for kind in each)])

    async def check(self, check: Check) -> Checked:
        """Make one comparison.

        Raises:
            StorageUnavailable: the database is not there.
        """
        try:
            return await self._checks[check.kind](check)
        except WireError as error:
            return Checked(trouble=str(error))

    async def _employees(self, _check: Check) -> Checked:
        departments = await self._departments()
        lists = [await self._members(number) for number in departments]
        members = {
            text_of(member, "userid"): _numbers(member, "department")
            for listed in lists
            for member in listed
        }
        async with self._database.read() as tx:
            found = compare_employees(members, await kept_employees(tx))
            found += compare_places(members, await kept_places(tx))
            found += compare_departments(departments, await kept_departments(tx))
        return Checked(found, len(members) + len(departments))

    async def _departments(self) -> dict[int, Department]:
        """Return departments with their names, or, where that is not allowed, without."""
        directory = self._corp.directory
        try:
            listed = await self._asked(directory.departments)
        except PlatformError as error:
            if error.reaction is not Reaction.OPERATOR:
                raise
            listed = await self._asked(directory.department_ids)
        return {
            number_of(one, "id"): Department(text_of(one, "name"), number_of(one, "parentid"))
            for one in listed
        }

    async def _members(self, department_id: int) -> tuple[JsonObject, ...]:
        return await self._asked(lambda: self._corp.directory.users_of(department_id))

    async def _tags(self, _check: Check) -> Checked:
        groups = await self._asked(self._corp.contacts.tag_groups)
        listed = {
            text_of(tag, "id"): text_of(tag, "name")
            for group in groups
            for tag in objects_of(group, "tag")
        }
        async with self._database.read() as tx:
            return Checked(compare_tags(listed, await kept_tags(tx)), len(listed))

    async def _groups(self, _check: Check) -> Checked:
        chat_ids, cursor, more = [], "", True
        while more:
            page = await self._group_page(cursor)
            chat_ids += [text_of(chat, "chat_id") for chat in page.items]
            more = bool(page.next_cursor) and page.next_cursor != cursor
            cursor = page.next_cursor
        chats = await asyncio.gather(*(self._chat(chat_id) for chat_id in chat_ids))
        async with self._database.read() as tx:
            kept = await kept_chats(tx)
        return Checked(compare_chats(dict(zip(chat_ids, chats, strict=True)), kept), len(chats))

    async def _group_page(self, cursor: str) -> Page:
        return await self._asked(lambda: self._corp.groups.groups_of((), cursor))

    async def _chat(self, chat_id: str) -> Chat:
        answer = await self._asked(lambda: self._corp.groups.get(chat_id))
        chat = object_of(answer, "group_chat")
        members = (text_of(member, "userid") for member in objects_of(chat, "member_list"))
        return Chat(text_of(chat, "name"), text_of(chat, "owner"), frozenset(members))

    async def _relations(self, check: Check) -> Checked:
        userid = check.userid
        try:
            listed = await self._asked(lambda: self._corp.contacts.customers_of(userid))
        except PlatformError as error:
            if error.errcode != _NO_RELATION:
                raise
            listed = ()
        async with self._database.read() as tx:
            kept, known = await kept_follows(tx, userid), await known_customers(tx, listed)
        return Checked(compare_relations(userid, listed, kept, known), len(listed))

    async def _follows(self, check: Check) -> Checked:
        userid = check.userid
        page = await self._asked(lambda: self._corp.contacts.batch_by_user([userid], check.cursor))
        async with self._database.read() as tx:
            kept = await kept_follows(tx, userid)
        found: list[Difference] = []
        for item in page.items:
            ident = text_of(object_of(item, "external_contact"), "external_userid")
            if ident in kept:
                listed = self._follow(item, kept[ident])
                found += compare_follow(userid, ident, listed, kept[ident])
        is_last = not page.next_cursor or page.next_cursor == check.cursor
        follows = None if is_last else Check(check.kind, userid, page.next_cursor)
        return Checked(found, 0, follows)

    def _follow(self, item: JsonObject, kept: Follow) -> Follow:
        """Return what the platform says of a customer; phones by what they are kept under."""
        info, contact = object_of(item, "follow_info"), object_of(item, "external_contact")
        unionid = text_of(contact, "unionid")
        return Follow(
            remark=text_of(info, "remark"),
            tag_ids=frozenset(strings_of(info, "tag_id")),
            unionids=frozenset(filter(None, [unionid])),
            phones=frozenset(self._phones(strings_of(info, "remark_mobiles"), kept)),
        )

    def _phones(self, typed: Sequence[str], kept: Follow) -> Iterator[str]:
        """Yield the blind index of each phone: the one that is kept, of whichever master key."""
        for phone in map(normalise_phone, typed):
            if isinstance(phone, Refusal):
                continue
            blinds = self._vault.blinds(IdentityKind.PHONE, phone.e164).values()
            words = [blind.hex() for blind in blinds]
            yield next((word for word in words if word in kept.phones), words[0])

    async def _asked(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask until the platform answers: a refused rate and a busy moment pass."""
        since, times = self._clock.now(), 0
        while True:
            try:
                return await ask()
            except WireError as error:
                times += 1
                trouble = Trouble(error.reaction, error.reason, times, since)
                wait = wait_after(trouble, error.pause, self._clock.now(), times)
                if wait is None or wait > LONGEST_WAIT or times >= TRIES:
                    raise
            await self._clock.sleep(wait.total_seconds())


def _numbers(item: JsonObject, name: str) -> frozenset[int]:
    found = item.get(name)
    numbers = found if isinstance(found, list) else []
    return frozenset(number for number in numbers if isinstance(number, int))
