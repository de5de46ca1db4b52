"""The composition root: everything is built here, once, from settings and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from bot.cluster.duties import Duty, process_name
from bot.cluster.roles import is_sqlite
from bot.cluster.shared import Shared, sharing
from bot.cluster.turns import LeasedTurns
from bot.cluster.wakeups import Topic
from bot.contexts import context_of
from bot.dedup_hook import DedupHook
from bot.dispatcher import Dispatcher
from bot.entry_answers import entry_answers
from bot.fetcher import Fetcher
from bot.lists import ListKeeper
from bot.metrics import count_call, count_commit, count_refusal
from bot.openings import Openings
from bot.postman import Postman
from bot.relay import Relay
from bot.wecom.callback import CallbackAccount, Family, Mode
from bot.wecom.client import (
    CorpAccount,
    CorpClient,
    MemoryTokenStore,
    OfficialAccount,
    OfficialClient,
    TokenStore,
    Transport,
)
from bot.wecom.client.clients import Clients
from bot.wecom.codec import Codec
from bot.wecom.errors import Family as WireFamily
from bot.worker import LANES, Worker
from config.lists import ListFiles
from config.texts import Texts, load_texts
from handlers.context import Accounts, Context
from handlers.root import root_router
from storage.database import Database, inbox_url_of, open_database
from storage.fetches import Fetches
from storage.ids import IdSource, claim_node
from storage.inbox import Inbox, open_inbox
from storage.leases import Leases
from storage.outbox import Outbox
from storage.recovery import end_leases
from storage.schema import migrate
from storage.signal import WorkSignal
from storage.unit_of_work import Store
from storage.vault import MasterKeys, Vault

if TYPE_CHECKING:
    from config.settings import Settings
    from handlers.ports import Clock

#: Name of the corp app in its callback route.
APP = "clew"


@dataclass(frozen=True, slots=True)
class Parts:
    """The built service, not yet running."""

    settings: Settings
    clock: Clock
    texts: Texts
    context: Context
    database: Database
    inbox: Inbox
    store: Store
    outbox: Outbox
    fetches: Fetches
    clients: Clients
    worker: Worker
    relay: Relay
    fetcher: Fetcher
    callbacks: tuple[CallbackAccount, ...]
    leases: Leases
    shared: Shared
    lists: ListKeeper

    def duty(self, name: str) -> Duty | None:
        """Return a claim on a duty that processes share; None where there is one process."""
        if is_sqlite(self.settings.store):
            return None
        return Duty(self.leases, name, self.clock)


@asynccontextmanager
async def build(settings: Settings, clock: Clock) -> AsyncIterator[Parts]:
    """Migrate and open the databases, build every part, close all of it afterwards.

    Raises:
        ConfigError: a business table is wrong.
        StorageError: a database cannot be opened.
    """
    texts = load_texts()
    context = build_context(settings, texts)
    async with AsyncExitStack() as stack:
        shared = await stack.enter_async_context(sharing(settings))
        store, inbox = await _open_storage(settings, clock, stack, shared.signals[Topic.INBOX])
        session = await stack.enter_async_context(_web_session())
        clients = platform_clients(settings, session, clock, shared.tokens(store.vault, clock))
        leases = Leases(store.database, process_name())
        outbox = Outbox(store.database, store.vault, store.ids)
        outbox.signal = shared.signals[Topic.OUTBOX]
        fetches = Fetches(store.database)
        fetches.signal = shared.signals[Topic.FETCHES]
        lists = await _lists(settings, store, clock, context)
        relay = Relay(
            outbox,
            Postman(clients, settings.public_url, entry_answers(inbox, clock)),
            clock,
            Openings(store.database),
            has_others=not is_sqlite(settings.store),
        )
        turns = None if is_sqlite(settings.store) else LeasedTurns(leases, clock)
        fetcher = Fetcher(fetches, inbox, clients, clock, turns, lease_for=settings.lease_for)
        store.on_commit += [outbox.signal.notify, fetches.signal.notify]
        store.on_refused.append(count_refusal)
        yield Parts(
            settings=settings,
            clock=clock,
            texts=texts,
            context=context,
            database=store.database,
            inbox=inbox,
            store=store,
            outbox=outbox,
            fetches=fetches,
            clients=clients,
            worker=_worker(settings, store, inbox, context, clock),
            relay=relay,
            fetcher=fetcher,
            callbacks=callback_accounts(settings),
            leases=leases,
            shared=shared,
            lists=lists,
        )


def _worker(
    settings: Settings, store: Store, inbox: Inbox, context: Context, clock: Clock
) -> Worker:
    dispatcher = Dispatcher(root_router(), context)
    lanes = 1 if is_sqlite(settings.store) else LANES
    return Worker(inbox, store, dispatcher, context, clock, settings.lease_for, lanes=lanes)


async def _lists(settings: Settings, store: Store, clock: Clock, context: Context) -> ListKeeper:
    """Load the lists into ``context``, and return what keeps them up to date."""
    keeper = ListKeeper(
        store.database,
        store.vault,
        ListFiles(settings.store.tables_dir, load_texts()),
        context.catalog.filters.words,
        clock,
        context.lists,
    )
    await keeper.load()
    return keeper


def _web_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())


def build_context(settings: Settings, texts: Texts) -> Context:
    """Return the context of a service.

    Raises:
        ConfigError: a table is wrong; every problem is listed.
    """
    corp, store = settings.corp, settings.store
    return context_of(
        texts,
        store.tables_dir,
        store.zone,
        Accounts(corp.corp_id, corp.agent_id, settings.public_url),
        has_dedup_hook=bool(settings.dedup_hook_url),
    )


async def _open_storage(
    settings: Settings, clock: Clock, stack: AsyncExitStack, signal: WorkSignal
) -> tuple[Store, Inbox]:
    settings.store.data_dir.mkdir(parents=True, exist_ok=True)
    vault = Vault(MasterKeys(settings.store.master_keys, settings.store.standby_keys))
    url = settings.store.database_url
    await migrate(url, inbox_url_of(url))
    if is_sqlite(settings.store):
        await end_leases(url, inbox_url_of(url))
    database = await open_database(url)
    stack.push_async_callback(database.close)
    ids = IdSource(clock.now, await claim_node(database))
    inbox = open_inbox(inbox_url_of(url), database, vault, ids, signal, count_commit)
    stack.push_async_callback(inbox.close)
    return Store(database, vault, ids), inbox


def platform_clients(
    settings: Settings,
    session: aiohttp.ClientSession,
    clock: Clock,
    tokens: TokenStore | None = None,
) -> Clients:
    """Return the clients of all accounts; nothing is asked of the platform yet.

    Without ``tokens`` to share they keep their own.
    """
    tokens = tokens or MemoryTokenStore()
    corp = settings.corp
    account = CorpAccount(
        corp_id=corp.corp_id,
        agent_id=int(corp.agent_id),
        app_secret=corp.app_secret,
        contact_secret=corp.contact_secret,
        kf_secret=settings.kf[0].secret if settings.kf else "",
        directory_secret=corp.directory_secret,
    )
    wecom = Transport(session, settings.qyapi_base, WireFamily.WECOM, on_call=count_call)
    official = Transport(session, settings.mp_base, WireFamily.OFFICIAL, on_call=count_call)
    return Clients(
        CorpClient(account, wecom, tokens, clock),
        {
            mp.account: OfficialClient(
                OfficialAccount(mp.app_id, mp.secret), official, tokens, clock
            )
            for mp in settings.mp
        },
        _dedup_hook(settings, session, clock),
    )


def _dedup_hook(
    settings: Settings, session: aiohttp.ClientSession, clock: Clock
) -> DedupHook | None:
    if not settings.dedup_hook_url:
        return None
    return DedupHook(session, settings.dedup_hook_url, settings.dedup_hook_secret, clock)


def callback_accounts(settings: Settings) -> tuple[CallbackAccount, ...]:
    """Return the routes that the platform may call."""
    corp = settings.corp
    app_codec = Codec(corp.app_token, corp.app_aes_key, corp.corp_id)
    return (
        CallbackAccount(APP, Family.WECOM, app_codec, corp.corp_id),
        *(
            CallbackAccount(
                mp.account,
                Family.MP,
                # Plain mode may have no key of its own, and never decrypts.
                Codec(mp.token, mp.aes_key or corp.app_aes_key, mp.app_id),
                mp.account,
                Mode(mp.mode.value),
            )
            for mp in settings.mp
        ),
        *(
            # The receive id of a bot of the own corp is empty (fact sheet 1.1).
            CallbackAccount(bot.id, Family.AIBOT, Codec(bot.token, bot.aes_key, ""), bot.id)
            for bot in settings.aibots
        ),
    )
