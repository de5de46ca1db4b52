"""The corp's tag library by name: finds ids of corp tags, and creates tags that are missing."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from bot.wecom import render
from bot.wecom.client.answers import JsonObject, objects_of, text_of
from bot.wecom.errors import PlatformError
from domain.messages import CorpTagName, MarkTag, WearTags

if TYPE_CHECKING:
    from bot.wecom.client.contact import ContactApi

#: The tag does not exist (any more); the name is taken (fact sheet 4.2).
_MISSING, _EXISTS = 40068, 40071
#: Seconds after which names may have been changed in the console.
_KNOWN_FOR = 60.0


class TagLibrary:
    """Knows ids by name for a minute, and puts tags on by name."""

    def __init__(self, contacts: ContactApi, agent_id: int) -> None:
        """Nothing is read before it is needed; new tags belong to the app ``agent_id``."""
        self._contacts = contacts
        self._agent_id = agent_id
        #: (group, name) → id.
        self._ids: dict[tuple[str, str], str] = {}
        self._read_at = float("-inf")
        self._turn = asyncio.Lock()

    async def wear(self, wish: WearTags, external_userid: str) -> tuple[str, ...]:
        """Put tags on a customer and take others off; return the ids of those put on.

        Every part of it may be repeated. When a tag was deleted meanwhile it is made anew, once.

        Raises:
            WireError: the platform refuses, or was not reached.
        """
        try:
            return await self._mark(wish, external_userid)
        except PlatformError as error:
            if error.errcode != _MISSING:
                raise
        self._read_at = float("-inf")
        return await self._mark(wish, external_userid)

    async def _mark(self, wish: WearTags, external_userid: str) -> tuple[str, ...]:
        async with self._turn:
            await self._refresh()
            await self._create(n for n in wish.add if not self._found(n, wish.spared))
            add = tuple(self._found(name, wish.spared)[0] for name in wish.add)
            gone = (self._found(name, wish.spared) for name in wish.remove)
            remove = tuple(dict.fromkeys(ident for idents in gone for ident in idents))
        if add or remove:
            body = MarkTag(wish.userid, add, remove)
            await self._contacts.mark_tag(render.mark_tag(body, external_userid))
        return add

    def _found(self, wanted: CorpTagName, spared: Collection[str]) -> list[str]:
        """Return the ids that a tag has, the one in its own group first."""
        own = self._ids.get((wanted.group, wanted.name))
        found = [] if own is None else [own]
        if wanted.is_anywhere:
            found += [
                ident
                for (group, name), ident in self._ids.items()
                if name == wanted.name and group not in {wanted.group, *spared}
            ]
        return found

    async def _refresh(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._read_at > _KNOWN_FOR:
            self._ids.clear()
            for group in await self._contacts.tag_groups():
                self._learn(group)
            self._read_at = now

    async def _create(self, missing: Iterable[CorpTagName]) -> None:
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for name in dict.fromkeys(missing):
            groups[name.group].append(name.name)
        for group, names in groups.items():
            try:
                self._learn(await self._contacts.add_tags(group, names, self._agent_id))
            except PlatformError as error:
                # Another process, or somebody in the console, was first.
                if error.errcode != _EXISTS:
                    raise
                await self._create_rest(group, names)

    async def _create_rest(self, group: str, names: list[str]) -> None:
        self._read_at = float("-inf")
        await self._refresh()
        rest = [name for name in names if (group, name) not in self._ids]
        if rest:
            self._learn(await self._contacts.add_tags(group, rest, self._agent_id))

    def _learn(self, group: JsonObject) -> None:
        for tag in objects_of(group, "tag"):
            if not tag.get("deleted"):
                name = (text_of(group, "group_name"), text_of(tag, "name"))
                self._ids[name] = text_of(tag, "id")
