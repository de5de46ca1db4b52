"""The office over a socket in the data folder, for the command line of the same machine.

Who may open the socket is decided by its file mode: only the user who runs the
service. JSON in, JSON out.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import msgspec
from aiohttp import web

from bot.alias_desk import AliasDesk, RemoteAliasDesk, add_alias_jobs
from bot.bootstrap import build
from bot.channel_desk import ChannelDesk, RemoteChannelDesk, add_channel_jobs
from bot.cluster.sole import sole_service
from bot.import_desk import ImportDesk, RemoteImportDesk, add_import_jobs
from bot.jobs import Job, NoWords, add_jobs
from bot.keyring import KnownKey
from bot.kind_desk import KindDesk, RemoteKindDesk, add_kind_jobs
from bot.list_office import ListOffice, RemoteListOffice, add_list_routes
from bot.loops import taking_in
from bot.merge_desk import MergeDesk, RemoteMergeDesk, add_merge_jobs
from bot.office import Entry, IssuedKey, LocalOffice, Office, ShownKey, TakenLines
from bot.rules_desk import RemoteRulesDesk, RulesDesk, add_rules_jobs
from bot.sync_desk import RemoteSyncDesk, SyncDesk, add_sync_jobs
from domain.errors import ClewError
from storage.api_keys import KeyWish
from storage.errors import Cause, StorageUnavailable
from storage.resealing import KeyPage
from storage.rotation import Part

if TYPE_CHECKING:
    from pathlib import Path

    from config.settings import Settings
    from handlers.ports import Clock

#: A piece of a file, as JSON, stays far below.
MOST_BYTES = 64 * 1024 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=300, connect=2)


class OfficeError(ClewError):
    """The running service did not do the job."""


class ListRequest(msgspec.Struct):
    """Which rows of which queue to show."""

    queue: str
    state: str
    limit: int


class ReplayRequest(msgspec.Struct):
    """Which row to try again."""

    queue: str
    row_id: int


class KeyPageRequest(msgspec.Struct):
    """Which page of rows to look at or to move."""

    part: Part
    after: int
    is_moving: bool


class LinesRequest(msgspec.Struct):
    """Lines of the message archive of a corp."""

    corp: str
    lines: list[str]


class RevokeRequest(msgspec.Struct):
    """Which key of the HTTP API to take out of use."""

    word: str


def office_app(office: LocalOffice) -> web.Application:
    """Return the application behind the socket."""
    app = web.Application(client_max_size=MOST_BYTES)
    _add_own_jobs(app, office)
    add_list_routes(app, office.lists)
    add_sync_jobs(app, office.sync)
    add_channel_jobs(app, office.channels)
    add_rules_jobs(app, office.rules)
    add_kind_jobs(app, office.kinds)
    add_merge_jobs(app, office.merges)
    add_import_jobs(app, office.imports)
    add_alias_jobs(app, office.aliases)
    return app


def _add_own_jobs(app: web.Application, office: LocalOffice) -> None:
    """Let the service answer what :class:`RemoteOffice` asks itself."""

    async def key_page(asked: KeyPageRequest) -> KeyPage:
        return await office.key_page(asked.part, asked.after, is_moving=asked.is_moving)

    add_jobs(
        app,
        {
            "list": Job(ListRequest, lambda a: office.entries(a.queue, a.state, a.limit)),
            "replay": Job(ReplayRequest, lambda asked: office.replay(asked.queue, asked.row_id)),
            "keys": Job(NoWords, lambda _: office.keys()),
            "key-page": Job(KeyPageRequest, key_page),
            "take-lines": Job(
                LinesRequest, lambda asked: office.take_lines(asked.corp, asked.lines)
            ),
            "issue-key": Job(KeyWish, office.issue_key),
            "api-keys": Job(NoWords, lambda _: office.api_keys()),
            "revoke-key": Job(RevokeRequest, lambda asked: office.revoke_key(asked.word)),
        },
    )


class RemoteOffice:
    """The office of the running service."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Talk over ``session``, which is connected to the socket."""
        self._session = session
        self.sync: SyncDesk = RemoteSyncDesk(self._ask)
        self.channels: ChannelDesk = RemoteChannelDesk(self._ask)
        self.rules: RulesDesk = RemoteRulesDesk(self._ask)
        self.kinds: KindDesk = RemoteKindDesk(self._ask)
        self.lists: ListOffice = RemoteListOffice(self._ask)
        self.merges: MergeDesk = RemoteMergeDesk(self._ask)
        self.imports: ImportDesk = RemoteImportDesk(self._ask)
        self.aliases: AliasDesk = RemoteAliasDesk(self._ask)

    async def entries(self, queue: str, state: str, limit: int) -> Sequence[Entry]:
        """Let the service show rows of a queue."""
        answer = await self._ask("list", ListRequest(queue, state, limit))
        return msgspec.json.decode(answer, type=list[Entry])

    async def replay(self, queue: str, row_id: int) -> bool:
        """Let the service try a row again."""
        answer = await self._ask("replay", ReplayRequest(queue, row_id))
        return msgspec.json.decode(answer, type=bool)

    async def keys(self) -> Sequence[KnownKey]:
        """Let the service name its keys."""
        return msgspec.json.decode(await self._ask("keys", NoWords()), type=list[KnownKey])

    async def key_page(self, part: Part, after: int, *, is_moving: bool) -> KeyPage:
        """Let the service work on a page of rows."""
        answer = await self._ask("key-page", KeyPageRequest(part, after, is_moving))
        return msgspec.json.decode(answer, type=KeyPage)

    async def take_lines(self, corp: str, lines: Sequence[str]) -> TakenLines:
        """Let the service store lines of the message archive."""
        answer = await self._ask("take-lines", LinesRequest(corp, list(lines)))
        return msgspec.json.decode(answer, type=TakenLines)

    async def issue_key(self, wish: KeyWish) -> IssuedKey:
        """Let the service make a key of the HTTP API."""
        return msgspec.json.decode(await self._ask("issue-key", wish), type=IssuedKey)

    async def api_keys(self) -> Sequence[ShownKey]:
        """Let the service show the keys of the HTTP API."""
        return msgspec.json.decode(await self._ask("api-keys", NoWords()), type=list[ShownKey])

    async def revoke_key(self, word: str) -> bool:
        """Let the service take a key of the HTTP API out of use."""
        return msgspec.json.decode(await self._ask("revoke-key", RevokeRequest(word)), type=bool)

    async def _ask(self, job: str, asked: object) -> bytes:
        body = msgspec.json.encode(asked)
        async with self._session.post(f"http://clew/{job}", data=body) as response:
            if response.status == web.HTTPBadRequest.status_code:
                raise ValueError(await response.text())
            if response.status == web.HTTPServiceUnavailable.status_code:
                problem = f"the service cannot {job} now"
                raise StorageUnavailable(problem, Cause(await response.text()))
            if not response.ok:
                raise OfficeError(job, reason=f"status {response.status}", advice="see its log")
            return await response.read()


@asynccontextmanager
async def open_office(
    settings: Settings, clock: Clock, *, is_working: bool = False
) -> AsyncIterator[Office]:
    """Yield the office of the running service, or one of our own when none runs.

    With ``is_working`` our own takes what comes in and asks the platform while the
    block runs; what is to be sent waits for the service.

    Raises:
        ConfigError, StorageError: as :func:`bot.bootstrap.build`, when none runs.
    """
    path = settings.office_socket
    if await _answers(path):
        connector = aiohttp.UnixConnector(str(path))
        async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:
            yield RemoteOffice(session)
        return
    async with AsyncExitStack() as stack:
        if is_working:
            stack.enter_context(sole_service(settings.store))
        parts = await stack.enter_async_context(build(settings, clock))
        if is_working:
            await stack.enter_async_context(taking_in(parts))
        yield LocalOffice(parts)


async def _answers(path: Path) -> bool:
    """Tell whether somebody listens: the file of a killed service may still lie there."""
    if not _is_socket(path):
        return False
    connector = aiohttp.UnixConnector(str(path))
    async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:
        try:
            async with session.get("http://clew/"):
                return True
        except aiohttp.ClientError:
            return False


def _is_socket(path: Path) -> bool:
    return path.is_socket()


@asynccontextmanager
async def listening(office: LocalOffice, path: Path) -> AsyncIterator[None]:
    """Listen to the command line until the block is left."""
    _remove(path)
    runner = web.AppRunner(office_app(office), access_log=None)
    await runner.setup()
    before = os.umask(0o177)
    try:
        await web.UnixSite(runner, str(path)).start()
    finally:
        os.umask(before)
    try:
        yield
    finally:
        await runner.cleanup()
        _remove(path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
