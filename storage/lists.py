"""Lists in the database: versions that are imported whole, and their entries.

A version is filled piece by piece while the one before it runs, then published in one
step. People are kept sealed, and found by blind index; words are kept in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.screening.lists import ListName
from domain.screening.words import Word
from domain.values import ContactKey, IdentityKind
from storage.moments import from_micros, to_micros

if TYPE_CHECKING:
    from storage.database import Row, Transaction
    from storage.ids import Ids
    from storage.vault import Vault

ENTRY_PURPOSE = "list_entry"
#: Versions of a list that are kept beside the current one.
KEEP = 3
_WORD, _ALLOWED = "word", "allowed"
_INSERT = """
insert into list_entry (id, version_id, kind, lookup, sealed, word, category)
values ($1, $2, $3, $4, $5, $6, $7)
"""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a list."""

    id: int
    name: ListName
    number: int
    entries: int
    origin: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """Whom somebody puts on a list or takes off it, and when."""

    people: tuple[ContactKey, ...]
    at: datetime


async def current_versions(tx: Transaction) -> Mapping[ListName, Version]:
    """Return the current version of every list that has one."""
    rows = await tx.fetch("select * from list_version where state = 'current'")
    return {version.name: version for version in map(_version, rows)}


async def begin_version(
    tx: Transaction, ids: Ids, name: ListName, origin: str, at: datetime
) -> int:
    """Make room for a new version and return its id; what a cut-off import left is dropped."""
    await tx.execute(
        "delete from list_entry where version_id in"
        " (select id from list_version where name = $1 and state = 'loading')",
        name.value,
    )
    await tx.execute("delete from list_version where name = $1 and state = 'loading'", name.value)
    row = await tx.fetch_one(
        "select coalesce(max(number), 0) + 1 as next from list_version"
        " where name = $1 and number > 0",
        name.value,
    )
    version_id = ids.next()
    await tx.execute(
        "insert into list_version (id, name, number, state, entries, origin, created_at)"
        " values ($1, $2, $3, 'loading', 0, $4, $5)",
        version_id,
        name.value,
        int(row["next"]) if row else 1,
        origin[-128:],
        to_micros(at),
    )
    return version_id


async def add_people(
    tx: Transaction, vault: Vault, ids: Ids, version_id: int, people: Sequence[ContactKey]
) -> None:
    """Add people to a version that is not published yet."""
    seals = vault.seals(ENTRY_PURPOSE, [(key.value.encode(), b"") for key in people])
    await tx.execute_set(
        _INSERT,
        [
            (ids.next(), version_id, key.kind.value, vault.blind(key.kind, key.value), seal, "", "")
            for key, seal in zip(people, seals, strict=True)
        ],
    )


async def add_words(tx: Transaction, ids: Ids, version_id: int, words: Iterable[Word]) -> None:
    """Add words to a version that is not published yet."""
    await tx.execute_set(
        _INSERT,
        [
            (
                ids.next(),
                version_id,
                _ALLOWED if word.is_allowed else _WORD,
                None,
                None,
                word.text,
                word.category,
            )
            for word in words
        ],
    )


async def publish(tx: Transaction, version_id: int) -> Version | None:
    """Let a version take the place of the current one; None when it is not being loaded.

    Versions before the last few go.
    """
    row = await tx.fetch_one(
        "update list_version set state = 'current', entries ="
        " (select count(*) from list_entry where version_id = $1)"
        " where id = $1 and state = 'loading' returning *",
        version_id,
    )
    if row is None:
        return None
    version = _version(row)
    await tx.execute(
        "update list_version set state = 'retired'"
        " where name = $1 and state = 'current' and id <> $2",
        version.name.value,
        version_id,
    )
    old = "select id from list_version where name = $1 and number > 0 and number < $2"
    bounds = (version.name.value, version.number - KEEP)
    await tx.execute(f"delete from list_entry where version_id in ({old})", *bounds)
    await tx.execute(
        "delete from list_version where name = $1 and number > 0 and number < $2", *bounds
    )
    return version


# ---------------------------------------------------------------- entries that were said one by one


async def said_versions(tx: Transaction) -> Mapping[ListName, Version]:
    """Return for each list what was said one by one; no import takes its place.

    The number falls with every change, also of what is taken out of the current version.
    """
    rows = await tx.fetch("select * from list_version where state = 'said'")
    return {version.name: version for version in map(_version, rows)}


async def say(tx: Transaction, vault: Vault, ids: Ids, name: ListName, said: Said) -> int:
    """Put people on a list; return how many of them were neither said nor imported before."""
    await _lock(tx, name)
    tokens = {key: _blinds(vault, [key]) for key in said.people}
    rows = await tx.fetch(
        f"select lookup from list_entry where {_standing(tx)}",
        name.value,
        tx.array([token for every in tokens.values() for token in every]),
    )
    known = {bytes(row["lookup"]) for row in rows}
    fresh = [key for key, every in tokens.items() if known.isdisjoint(every)]
    if fresh:
        await add_people(tx, vault, ids, await _changed(tx, ids, name, said.at), fresh)
    return len(fresh)


async def unsay(tx: Transaction, vault: Vault, ids: Ids, name: ListName, said: Said) -> int:
    """Take people off a list, whether said or imported; return how many entries went."""
    await _lock(tx, name)
    gone = await tx.execute(
        f"delete from list_entry where {_standing(tx)}",
        name.value,
        tx.array(_blinds(vault, said.people)),
    )
    if gone:
        await _changed(tx, ids, name, said.at)
    return gone


async def _lock(tx: Transaction, name: ListName) -> None:
    """Let nobody else change what was said, until the end of the transaction."""
    await tx.lock_keys([f"clew list {name}".encode()])


def _standing(tx: Transaction) -> str:
    """Return the condition of entries in force: of the list ``$1``, of the people ``$2``."""
    return (
        "version_id in (select id from list_version where name = $1"
        f" and state in ('said', 'current')) and {tx.any_of('lookup', 2)}"
    )


def _blinds(vault: Vault, people: Iterable[ContactKey]) -> list[bytes]:
    """Return what people may stand on a list as, under every master key."""
    return [token for key in people for token in vault.blinds(key.kind, key.value).values()]


async def _changed(tx: Transaction, ids: Ids, name: ListName, at: datetime) -> int:
    """Mark the list as changed; return the version of what was said, made if there is none."""
    changed = "update list_version set number = number - 1 where name = $1 and state = 'said'"
    row = await tx.fetch_one(f"{changed} returning id", name.value)
    if row is not None:
        return int(row["id"])
    version_id = ids.next()
    await tx.execute(
        "insert into list_version (id, name, number, state, entries, origin, created_at)"
        " values ($1, $2, -1, 'said', 0, '', $3)",
        version_id,
        name.value,
        to_micros(at),
    )
    return version_id


async def tokens_of(tx: Transaction, version_id: int) -> frozenset[bytes]:
    """Return the blind indexes of the people of a version."""
    rows = await tx.fetch("select lookup from list_entry where version_id = $1", version_id)
    return frozenset(bytes(row["lookup"]) for row in rows)


async def words_of(tx: Transaction, version_id: int) -> list[Word]:
    """Return the words of a version."""
    rows = await tx.fetch(
        "select kind, word, category from list_entry where version_id = $1 order by id", version_id
    )
    return [Word(row["word"], row["category"], row["kind"] == _ALLOWED) for row in rows]


async def people_of(
    tx: Transaction, vault: Vault, version_id: int, limit: int
) -> tuple[ContactKey, ...]:
    """Return the first people of a version, opened: mask them before they are shown."""
    rows = await tx.fetch(
        "select kind, sealed from list_entry where version_id = $1 order by id limit $2",
        version_id,
        limit,
    )
    return tuple(_people(rows, vault))


def _people(rows: Iterable[Row], vault: Vault) -> Iterator[ContactKey]:
    for row in rows:
        value = vault.open(ENTRY_PURPOSE, bytes(row["sealed"])).decode()
        yield ContactKey(IdentityKind(row["kind"]), value)


def _version(row: Row) -> Version:
    return Version(
        id=row["id"],
        name=ListName(row["name"]),
        number=row["number"],
        entries=row["entries"],
        origin=row["origin"],
        created_at=from_micros(row["created_at"]),
    )
