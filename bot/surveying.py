"""Reading one page of a synchronisation from the platform, from where its part stands.

Where a part stands is in the database, and moves in the transaction that takes
the page in. A page that is read twice carries the cursor it was read from, by
which the second one is known.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bot.wecom.client.answers import JsonObject
from bot.wecom.client.contact import Page
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import PlatformError
from domain.sync.part import PartKind

if TYPE_CHECKING:
    from bot.wecom.client.corp import CorpClient
    from storage.protocols import Database

_STANDS = "select kind, about, cursor from sync_part where id = $1 and state = 'open'"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page: of whom, from which cursor on."""

    about: tuple[str, ...]
    cursor: str


Listing: TypeAlias = Callable[[Wanted], Awaitable[Page]]


class Surveyor:
    """One read call per kind of list."""

    def __init__(self, corp: CorpClient, database: Database) -> None:
        """Ask through ``corp``; where parts stand is read from ``database``."""
        self._corp = corp
        self._database = database
        self._listings: Mapping[PartKind, Listing] = {
            PartKind.DEPARTMENTS: self._departments,
            PartKind.MEMBERS: self._members,
            PartKind.TAGS: self._tags,
            PartKind.FOLLOWERS: self._followers,
            PartKind.CUSTOMERS: self._customers,
            PartKind.GROUPS: self._groups,
        }

    async def survey(self, part_id: int) -> JsonObject | None:
        """Return the next page of a part, or None when nothing is left to read of it.

        Raises:
            WireError: the platform refused, was not reached, or did not answer.
            StorageUnavailable: the database is not there.
        """
        rows = await self._database.look(_STANDS, part_id)
        if not rows:
            return None
        row = rows[0]
        wanted = Wanted(tuple(row["about"].split()), row["cursor"])
        page = await self._listings[PartKind(row["kind"])](wanted)
        return {
            "part": part_id,
            "cursor": wanted.cursor,
            "next_cursor": page.next_cursor,
            "items": list(page.items),
        }

    async def _departments(self, _wanted: Wanted) -> Page:
        """Return departments with their names, or, where that is not allowed, without."""
        try:
            return Page(await self._corp.directory.departments(), "")
        except PlatformError as error:
            if error.reaction is not Reaction.OPERATOR:
                raise
            return Page(await self._corp.directory.department_ids(), "")

    async def _members(self, wanted: Wanted) -> Page:
        return Page(await self._corp.directory.users_of(int(wanted.about[0])), "")

    async def _tags(self, _wanted: Wanted) -> Page:
        return Page(await self._corp.contacts.tag_groups(), "")

    async def _followers(self, _wanted: Wanted) -> Page:
        userids = await self._corp.contacts.follow_users()
        return Page(tuple({"userid": userid} for userid in userids), "")

    async def _customers(self, wanted: Wanted) -> Page:
        return await self._corp.contacts.batch_by_user(wanted.about, wanted.cursor)

    async def _groups(self, wanted: Wanted) -> Page:
        return await self._corp.groups.groups_of(wanted.about, wanted.cursor)
