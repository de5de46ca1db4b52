"""The schema of both databases: Tortoise owns tables and migrations.

Two applications: ``inbox`` (on SQLite in a file of its own) and ``clew``
(everything else). On PostgreSQL both live in one database. The same migration
files run on both. A connection is named after its address, because Tortoise's
cache of SQL knows the name of a connection but not its dialect.
"""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib import import_module
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from tortoise.apps import Apps
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.writer import MigrationWriter
from tortoise.models import Model

import storage.models
from storage.database import Dialect, open_database
from storage.errors import StorageError
from storage.sqlite import path_of_url

INBOX, CLEW = "inbox", "clew"
_INBOX_MODULES = ("storage.models.inbox",)
#: Modules of the models package that hold columns, not tables.
_NO_TABLES = {"fields", "inbox"}
_MIGRATIONS = "storage.migrations"
_MIGRATION_LOCK = b"clew migrate"
#: Where Tortoise writes down what was applied.
MIGRATION_TABLE = "tortoise_migrations"


def tortoise_config(main_url: str, inbox_url: str) -> dict[str, Any]:
    """Return the configuration for Tortoise: connections, applications, migrations.

    Every module under ``storage.models`` belongs to ``clew``, except the inbox's.
    """
    modules = [
        f"{storage.models.__name__}.{module.name}"
        for module in pkgutil.iter_modules(storage.models.__path__)
        if module.name not in _NO_TABLES
    ]
    return {
        "connections": {
            connection_name(url): _connection(url) for url in dict.fromkeys([main_url, inbox_url])
        },
        "apps": {
            INBOX: _app(_INBOX_MODULES, INBOX, inbox_url),
            CLEW: _app(modules, CLEW, main_url),
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def connection_name(url: str) -> str:
    """Return the name of the connection to ``url``, alike in every process."""
    return f"clew-{sha256(url.encode()).hexdigest()[:16]}"


def _app(modules: list[str] | tuple[str, ...], label: str, url: str) -> dict[str, Any]:
    return {
        "models": list(modules),
        "default_connection": connection_name(url),
        "migrations": f"{_MIGRATIONS}.{label}",
    }


def _connection(url: str) -> dict[str, Any]:
    if url.startswith("sqlite://"):
        return {
            "engine": "tortoise.backends.sqlite",
            "credentials": {"file_path": str(path_of_url(url)), "synchronous": "FULL"},
        }
    parts = urlsplit(url)
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {
            "host": parts.hostname,
            "port": parts.port or 5432,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or "") or None,
            "database": parts.path.lstrip("/"),
            "minsize": 1,
            "maxsize": 2,
        },
    }


def known_migrations() -> frozenset[str]:
    """Return every migration of this version of Clew, as ``app.number_name``."""
    return frozenset(
        f"{label}.{module.name}"
        for label in (INBOX, CLEW)
        for module in pkgutil.iter_modules(import_module(f"{_MIGRATIONS}.{label}").__path__)
    )


def tables() -> dict[str, tuple[str, ...]]:
    """Return the names of all tables of this version of Clew, by application."""
    apps = tortoise_config("sqlite://unused.db", "sqlite://unused-inbox.db")["apps"]
    return {
        label: tuple(
            sorted(
                item._meta.db_table  # noqa: SLF001 — Tortoise has no public way
                for name in app["models"]
                for item in vars(import_module(name)).values()
                if isinstance(item, type) and issubclass(item, Model) and item.__module__ == name
            )
        )
        for label, app in apps.items()
    }


async def migrate(main_url: str, inbox_url: str, upto: Collection[str] = ()) -> list[str]:
    """Bring both databases to the newest schema; return the migrations applied, in order.

    Replicas that start at once take turns. With ``upto`` only these migrations are
    applied: the schema that a backup was made of.

    Raises:
        StorageError: A migration failed and left nothing behind; those before it stay.
    """
    async with _turn(main_url), _executors(main_url, inbox_url) as executors:
        applied = []
        for executor in executors:
            targets = _targets(executor, upto)
            applied += await _plan(executor, targets)
            await executor.migrate(targets, direction="forward")
        return applied


async def pending(main_url: str, inbox_url: str) -> list[str]:
    """Return the migrations that were not applied yet, as ``app.number_name``."""
    async with _executors(main_url, inbox_url) as executors:
        return [name for executor in executors for name in await _plan(executor)]


async def write_migrations() -> list[str]:
    """Write a migration file for every difference between models and migrations.

    For developers; returns the paths. None means that both agree.
    """
    return [str(writer.write()) for writer in await _changes()]


async def unwritten_changes() -> list[str]:
    """Return what :func:`write_migrations` would write, without writing it."""
    return [f"{w.app_label}: {op.describe()}" for w in await _changes() for op in w.operations]


@asynccontextmanager
async def _turn(main_url: str) -> AsyncIterator[None]:
    """Hold off other replicas on PostgreSQL; a SQLite file has one service."""
    database = await open_database(main_url)
    try:
        if database.dialect is Dialect.SQLITE:
            yield
        else:
            async with database.write() as tx:
                # It stands still while the migrations run on a connection of their own.
                await tx.execute("set local idle_in_transaction_session_timeout = 0")
                await tx.lock_keys([_MIGRATION_LOCK])
                yield
    finally:
        await database.close()


@asynccontextmanager
async def _executors(main_url: str, inbox_url: str) -> AsyncIterator[list[MigrationExecutor]]:
    """Yield one executor per database, in a Tortoise of its own."""
    config = tortoise_config(main_url, inbox_url)
    async with TortoiseContext() as context:
        try:
            await context.init(config=config, init_connections=False)
            by_connection: dict[str, dict[str, dict[str, Any]]] = {}
            for label, app in config["apps"].items():
                by_connection.setdefault(app["default_connection"], {})[label] = app
            yield [
                MigrationExecutor(get_connection(name), apps)
                for name, apps in by_connection.items()
            ]
        except BaseORMException as error:
            problem = f"the schema cannot be brought up to date: {type(error).__name__}"
            advice = "The step that failed was undone; see the cause, then migrate again."
            raise StorageError(problem, advice=advice) from error


async def _plan(
    executor: MigrationExecutor, targets: Iterable[MigrationTarget] | None = None
) -> list[str]:
    return [f"{s.migration.app_label}.{s.migration.name}" for s in await executor.plan(targets)]


def _targets(executor: MigrationExecutor, upto: Collection[str]) -> list[MigrationTarget] | None:
    """Return the last of the migrations ``upto`` of each application; None for the newest."""
    if not upto:
        return None
    names = [name.split(".", 1) for name in sorted(upto)]
    last = {label: name for label, name in names if label in executor.loader.apps_config}
    return [MigrationTarget(app_label=label, name=name) for label, name in last.items()]


async def _changes() -> list[MigrationWriter]:
    config = tortoise_config("sqlite://unused.db", "sqlite://unused-inbox.db")
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        apps = cast("Apps", context.apps)  # set by init
        for models in apps.values():
            for model in models.values():
                _drop_prose(model)
        return await MigrationAutodetector(apps, config["apps"]).changes()


def _drop_prose(model: type[Model]) -> None:
    """Keep docstrings out of the schema.

    Tortoise makes them comments of tables and columns: every change of wording
    would be a migration, and on SQLite a semicolon in one breaks the statement.
    """
    meta = model._meta  # noqa: SLF001 — Tortoise has no public way
    meta.table_description = ""
    for field in meta.fields_map.values():
        field.description = None
