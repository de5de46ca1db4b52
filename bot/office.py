"""What the command line may ask of a running service, or do itself when none runs.

On SQLite only one process may write: the service listens on a socket in its
data folder, and the command line comes through there (architecture section 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.alias_desk import AliasDesk, LocalAliasDesk
from bot.archived import archived_line
from bot.channel_desk import ChannelDesk, LocalChannelDesk
from bot.import_desk import ImportDesk, LocalImportDesk
from bot.keyring import KnownKey, known_keys
from bot.kind_desk import KindDesk, LocalKindDesk
from bot.list_office import ListOffice, LocalListOffice
from bot.merge_desk import LocalMergeDesk, MergeDesk
from bot.rules_desk import LocalRulesDesk, RulesDesk
from bot.sync_desk import LocalSyncDesk, SyncDesk
from domain.access import ApiKey
from storage.api_keys import ApiKeys, KeyWish
from storage.inbox import Delivery, InboxState
from storage.outbox import OutboxState
from storage.queries.unknown import unknown_updates
from storage.resealing import KeyPage
from storage.rotation import Part, Rotation

if TYPE_CHECKING:
    from datetime import datetime

    from bot.bootstrap import Parts


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a queue as it is printed: never what it says."""

    id: int
    what: str
    state: str
    attempts: int
    at: str
    error: str


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key of the HTTP API as it may be shown; moments in the business zone."""

    word: str
    name: str
    system: str
    scopes: Sequence[str]
    per_minute: int
    created_at: str
    revoked_at: str


@dataclass(frozen=True, slots=True)
class TakenLines:
    """What became of lines: how many were new, and which positions were no archive lines."""

    fresh: int
    wrong: Sequence[int]


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key of the HTTP API, and its secret."""

    word: str
    secret: str


class Office(Protocol):
    """The operator's jobs."""

    @property
    def channels(self) -> ChannelDesk:
        """Jobs about channels and entry points."""
        ...

    @property
    def sync(self) -> SyncDesk:
        """Jobs about everything that the platform has."""
        ...

    @property
    def rules(self) -> RulesDesk:
        """Jobs about the rules of the score."""
        ...

    @property
    def kinds(self) -> KindDesk:
        """Jobs about event kinds."""
        ...

    @property
    def aliases(self) -> AliasDesk:
        """Jobs about other names of companies."""
        ...

    @property
    def merges(self) -> MergeDesk:
        """Jobs about merges."""
        ...

    @property
    def imports(self) -> ImportDesk:
        """Jobs about files of leads."""
        ...

    async def entries(self, queue: str, state: str, limit: int) -> Sequence[Entry]:
        """Return rows of ``inbox`` or ``outbox`` in a state, or ``unknown`` updates, newest first.

        Raises:
            ValueError: there is no such state; the message names those there are.
        """
        ...

    async def replay(self, queue: str, row_id: int) -> bool:
        """Let a row be tried again; False when it is not one that may."""
        ...

    async def keys(self) -> Sequence[KnownKey]:
        """Return the master keys, lowest number first."""
        ...

    async def key_page(self, part: Part, after: int, *, is_moving: bool) -> KeyPage:
        """Count a page of rows by master key, or move them under the newest."""
        ...

    async def take_lines(self, corp: str, lines: Sequence[str]) -> TakenLines:
        """Store lines of the message archive of a corp."""
        ...

    async def issue_key(self, wish: KeyWish) -> IssuedKey:
        """Make a key of the HTTP API; its secret is said this once."""
        ...

    async def api_keys(self) -> Sequence[ShownKey]:
        """Return the keys of the HTTP API, oldest first."""
        ...

    async def revoke_key(self, word: str) -> bool:
        """Take a key of the HTTP API out of use; False when none of that name is in use."""
        ...

    @property
    def lists(self) -> ListOffice:
        """The jobs about lists."""
        ...


class LocalOffice:
    """Does the jobs in this process."""

    def __init__(self, parts: Parts) -> None:
        """Use the parts of the service."""
        self._parts = parts
        self.sync: SyncDesk = LocalSyncDesk(parts)
        self.channels: ChannelDesk = LocalChannelDesk(parts)
        self.rules: RulesDesk = LocalRulesDesk(parts)
        self.kinds: KindDesk = LocalKindDesk(parts)
        self.lists: ListOffice = LocalListOffice(parts)
        self.merges: MergeDesk = LocalMergeDesk(parts)
        self.imports = LocalImportDesk(parts)
        self.aliases: AliasDesk = LocalAliasDesk(parts)

    async def entries(self, queue: str, state: str, limit: int) -> Sequence[Entry]:
        """Read rows of a queue."""
        parts = self._parts
        if queue == "unknown":
            async with parts.database.read() as tx:
                rows = await unknown_updates(tx, limit)
            return [
                Entry(row.id, f"{row.source} {row.kind}", queue, 0, self._local(row.at), "")
                for row in rows
            ]
        if queue == "inbox":
            return [
                Entry(
                    id=row.id,
                    what=f"{row.source} {row.subject}",
                    state=row.state.value,
                    attempts=row.attempts,
                    at=self._local(row.received_at),
                    error=row.error,
                )
                for row in await parts.inbox.list(InboxState(state), limit)
            ]
        return [
            Entry(
                id=row.id,
                what=f"{row.endpoint} {row.receiver}",
                state=row.state.value,
                attempts=row.attempts,
                at=self._local(row.created_at),
                error=row.error,
            )
            for row in await parts.outbox.list(OutboxState(state), limit)
        ]

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._parts.settings.store.zone).isoformat(" ", "seconds")

    async def replay(self, queue: str, row_id: int) -> bool:
        """Let a row be tried again."""
        if queue == "inbox":
            return await self._parts.inbox.replay(row_id)
        return await self._parts.outbox.replay(row_id, self._parts.clock.now())

    async def keys(self) -> Sequence[KnownKey]:
        """Show the keys of this process."""
        return known_keys(self._parts.store.vault.keys)

    async def key_page(self, part: Part, after: int, *, is_moving: bool) -> KeyPage:
        """Work on a page of rows."""
        parts = self._parts
        rotation = Rotation(parts.database, parts.inbox, parts.store.vault)
        return await rotation.page(part, after, is_moving=is_moving)

    async def take_lines(self, corp: str, lines: Sequence[str]) -> TakenLines:
        """Store lines; one that came before falls on itself."""
        parts, source = self._parts, f"archive:{corp}"
        now, wrong, puts = parts.clock.now(), [], []
        for position, line in enumerate(lines):
            delivery = archived_line(source, line, now)
            if delivery is None:
                wrong.append(position)
            else:
                puts.append(parts.inbox.put(partial(_given, delivery)))
        return TakenLines(sum(await asyncio.gather(*puts)), wrong)

    # ------------------------------------------------------ keys of the HTTP API

    @property
    def _api_keys(self) -> ApiKeys:
        store = self._parts.store
        return ApiKeys(store.database, store.vault, store.ids)

    async def issue_key(self, wish: KeyWish) -> IssuedKey:
        """Make a key."""
        key, secret = await self._api_keys.issue(wish, self._parts.clock.now())
        return IssuedKey(key.word, secret)

    async def api_keys(self) -> Sequence[ShownKey]:
        """Show the keys."""
        return [self._shown(key) for key in await self._api_keys.all()]

    async def revoke_key(self, word: str) -> bool:
        """Revoke a key."""
        return await self._api_keys.revoke(word, self._parts.clock.now())

    def _shown(self, key: ApiKey) -> ShownKey:
        return ShownKey(
            word=key.word,
            name=key.name,
            system=key.system,
            scopes=sorted(key.scopes),
            per_minute=key.per_minute,
            created_at=self._local(key.created_at),
            revoked_at=self._local(key.revoked_at) if key.revoked_at else "",
        )


def _given(delivery: Delivery) -> Delivery:
    return delivery
