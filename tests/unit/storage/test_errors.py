"""Driver errors become ours: sorted by what to do, and without the values they hold."""

from __future__ import annotations

import pickle
import sqlite3

import asyncpg
import pytest

from domain.values import LeadId
from storage import postgres, sqlite
from storage.errors import (
    Cause,
    Conflict,
    Erased,
    InvalidRow,
    SchemaMissing,
    StorageError,
    StorageUnavailable,
)
from storage.repositories.leads import OwnerChanged

E = asyncpg.exceptions
SECRET = "13812345678"  # what a driver's message may quote


def sqlite_error(
    code: int | None, text: str, kind: type[sqlite3.Error] = sqlite3.OperationalError
) -> sqlite3.Error:
    error = kind(text)
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (sqlite3.SQLITE_BUSY, Cause.LOCKED),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Cause.LOCKED),
        (sqlite3.SQLITE_LOCKED, Cause.LOCKED),
        (sqlite3.SQLITE_FULL, Cause.FULL),
        (sqlite3.SQLITE_IOERR_FSYNC, Cause.GONE),
        (sqlite3.SQLITE_CANTOPEN, Cause.GONE),
        (sqlite3.SQLITE_NOTADB, Cause.GONE),
    ],
)
def test_sqlite_in_trouble_is_unavailable(code: int, cause: Cause) -> None:
    error = sqlite.wrapped(sqlite_error(code, "trouble"))
    assert isinstance(error, StorageUnavailable)
    assert error.cause is cause


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("UNIQUE constraint failed: identity.kind, identity.lookup", "identity(kind, lookup)"),
        ("UNIQUE constraint failed: outbox.dedupe_key", "outbox(dedupe_key)"),
        ("UNIQUE constraint failed: index 'person_lower_name'", "person_lower_name"),
    ],
)
def test_a_taken_key_of_sqlite_is_named(text: str, constraint: str) -> None:
    code = sqlite3.SQLITE_CONSTRAINT_UNIQUE
    error = sqlite.wrapped(sqlite_error(code, text, sqlite3.IntegrityError))
    assert isinstance(error, Conflict)
    assert error.constraint == constraint


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (sqlite_error(None, "Cannot operate on a closed database.", sqlite3.ProgrammingError),
         StorageUnavailable),
        (sqlite_error(275, "CHECK constraint failed", sqlite3.IntegrityError), InvalidRow),
        (sqlite_error(1, "no such table: nowhere"), SchemaMissing),
        (sqlite_error(1, "near 'selec': syntax error"), StorageError),
    ],
)  # fmt: skip
def test_other_sqlite_errors_are_sorted(error: sqlite3.Error, kind: type[StorageError]) -> None:
    assert type(sqlite.wrapped(error)) is kind


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (E.DeadlockDetectedError("x"), Cause.LOCKED),
        (E.SerializationError("x"), Cause.LOCKED),
        (E.QueryCanceledError("x"), Cause.LOCKED),
        (E.DiskFullError("x"), Cause.FULL),
        (E.TooManyConnectionsError("x"), Cause.FULL),
        (E.AdminShutdownError("x"), Cause.GONE),
        (E.CannotConnectNowError("x"), Cause.GONE),
        (E.InvalidPasswordError("x"), Cause.GONE),
        (E.InvalidCatalogNameError("x"), Cause.GONE),
        (E.ConnectionDoesNotExistError("x"), Cause.GONE),
        (E.InterfaceError("connection is closed"), Cause.CLOSED),
        (TimeoutError(), Cause.LOCKED),
        (ConnectionRefusedError(), Cause.GONE),
    ],
)
def test_postgres_in_trouble_is_unavailable(error: Exception, cause: Cause) -> None:
    found = postgres.wrapped(error)
    assert isinstance(found, StorageUnavailable)
    assert found.cause is cause


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (E.NotNullViolationError(SECRET), InvalidRow),
        (E.StringDataRightTruncationError(SECRET), InvalidRow),
        (E.DataError(f"invalid input: {SECRET}"), InvalidRow),
        (E.UndefinedTableError("relation does not exist"), SchemaMissing),
        (E.PostgresSyntaxError("syntax error"), StorageError),
        (E.InterfaceError("another operation is in progress"), StorageError),
    ],
)
def test_other_postgres_errors_are_sorted_and_show_no_value(
    error: Exception, kind: type[StorageError]
) -> None:
    found = postgres.wrapped(error)
    assert type(found) is kind
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("detail", "constraint"),
    [
        (f"Key (kind, lookup)=(phone, {SECRET}) already exists.", "identity(kind, lookup)"),
        (f'Key ("group")=({SECRET}) already exists.', "identity(group)"),
        (f"Key (lower(name))=({SECRET}) already exists.", "identity_name"),
        (None, "identity_name"),
    ],
)
def test_a_taken_key_of_postgres_is_named(detail: str | None, constraint: str) -> None:
    error = E.UniqueViolationError("duplicate key")
    error.detail, error.table_name, error.constraint_name = detail, "identity", "identity_name"
    found = postgres.wrapped(error)
    assert isinstance(found, Conflict)
    assert found.constraint == constraint


def test_every_error_says_what_to_do() -> None:
    assert "clew doctor" in str(StorageUnavailable("no answer", Cause.GONE))
    assert str(Conflict("t(a)")) == "the key t(a) is taken. Load the present row and decide again."
    assert Erased(7).person_id == 7


@pytest.mark.parametrize(
    "error",
    [
        StorageError("no", advice="Do this."),
        StorageUnavailable("no answer", Cause.GONE),
        Conflict("t(a)"),
        Erased(7),
        InvalidRow("t"),
        OwnerChanged(LeadId(7)),
    ],
)
def test_an_error_of_another_process_is_the_same_error(error: StorageError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(again) is type(error)
    assert (str(again), again.__dict__) == (str(error), error.__dict__)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite://:memory:", "sqlite:///:memory:?cache=1"])
def test_a_sqlite_address_must_name_a_file(url: str) -> None:
    with pytest.raises(StorageError, match="names no file"):
        sqlite.path_of_url(url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///var/clew.db", "/var/clew.db"),
        ("sqlite:////var/clew.db", "/var/clew.db"),
        ("sqlite://var/clew.db?x=1", "var/clew.db"),
    ],
)
def test_a_sqlite_address_is_absolute_with_a_slash(url: str, path: str) -> None:
    assert str(sqlite.path_of_url(url)) == path
