"""One update to its handler, with one log line and one count."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

import handlers.updates as u
from bot.clock import DrivenClock
from bot.dispatcher import Dispatcher
from domain.values import Priority, UserId
from handlers.context import Context
from handlers.routing import Router
from storage.database import Database
from storage.ids import IdSource
from storage.inbox import Claimed
from storage.unit_of_work import Store, UnitOfWork
from storage.vault import Vault
from tests.factories import NOW
from tests.unit.handlers.company import CONTEXT

COMMON: dict[str, Any] = {"source": "wecom:clew", "at": NOW, "dedupe_key": "k1"}
SECRET = "我的电话是13900001234"


@pytest.fixture
def store(database: Database, vault: Vault, clock: DrivenClock) -> Store:
    return Store(database, vault, IdSource(clock.now))


@pytest.fixture
def dispatcher() -> Dispatcher:
    router = Router("employees")

    @router.on(u.EmployeeMessage)
    async def put(update: u.EmployeeMessage, work: UnitOfWork, ctx: Context) -> None:
        if not update.text:
            message = "nothing to say"
            raise ValueError(message)
        await work.organisation.put_group(update.msgid, ctx.accounts.corp_id, "", 0)

    return Dispatcher(router, CONTEXT)


def row(payload: bytes = b"<xml/>") -> Claimed:
    return Claimed(7, "wecom:clew", "LiLei", payload, Priority.CHAT, NOW, 1, "lease")


def message(text: str) -> u.EmployeeMessage:
    return u.EmployeeMessage(userid=UserId("LiLei"), msgid="m1", content=u.Text(text), **COMMON)


def unknown_count() -> float:
    return REGISTRY.get_sample_value("clew_updates_unknown_total") or 0.0


async def dispatched(
    dispatcher: Dispatcher, store: Store, update: u.Update, payload: bytes = b"<xml/>"
) -> MutableMapping[str, Any]:
    """Dispatch in a unit of work of its own; return the log line."""
    with capture_logs() as lines:
        async with store.unit_of_work(NOW) as work:
            await dispatcher.dispatch(update, work, row(payload))
            await work.commit()
    (line,) = lines
    return line


async def test_the_handler_of_the_type_is_called_with_work_and_context(
    dispatcher: Dispatcher, store: Store
) -> None:
    line = await dispatched(dispatcher, store, message(SECRET))
    async with store.database.read() as tx:
        (group,) = await tx.fetch("select chat_id, name from customer_group")
    assert (group["chat_id"], group["name"]) == ("m1", CONTEXT.accounts.corp_id)
    assert (line["topic"], line["handled"], line["kind"]) == ("employees", True, "EmployeeMessage")
    assert line["inbox_id"] == 7
    assert line["ms"] >= 0


async def test_the_log_line_says_nothing_that_was_said(
    dispatcher: Dispatcher, store: Store
) -> None:
    line = await dispatched(dispatcher, store, message(SECRET))
    assert SECRET not in repr(line)
    assert "13900001234" not in repr(line)


async def test_what_nobody_takes_is_counted_and_kept_sealed_as_it_came(
    dispatcher: Dispatcher, store: Store
) -> None:
    before = unknown_count()
    strange = u.Unknown(kind="event.strange", about="sys", raw="<xml/>", **COMMON)
    line = await dispatched(dispatcher, store, strange, SECRET.encode())

    assert unknown_count() == before + 1
    assert (line["handled"], line["topic"]) == (False, "")
    async with store.database.read() as tx:
        (kept,) = await tx.fetch("select kind, sealed from unknown_update")
    assert kept["kind"] == "event.strange"
    assert store.vault.open("unknown_update", bytes(kept["sealed"])) == SECRET.encode()


async def test_an_error_of_the_handler_is_the_workers(dispatcher: Dispatcher, store: Store) -> None:
    async with store.unit_of_work(NOW) as work:
        with pytest.raises(ValueError, match="nothing to say"):
            await dispatcher.dispatch(message(""), work, row())
