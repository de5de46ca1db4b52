"""Definitions of tags as versions: a draft is published, and the one before it retires."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from domain.tags.reading import TagText
from storage.moments import from_micros, moment_or_none, to_micros

if TYPE_CHECKING:
    from storage.ids import Ids
    from storage.protocols import Row, Transaction

DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
#: Counts publications; whoever reads the tags compares it.
EDITION = "tag-edition"


@dataclass(frozen=True, slots=True)
class TagVersion:
    """One version of one tag; ``text`` None withdraws the tag."""

    id: int
    name: str
    version: int
    state: str
    text: TagText | None
    author: str
    created_at: datetime
    published_at: datetime | None


class TagDefinitions:
    """Rows of versions, through one transaction."""

    def __init__(self, tx: Transaction) -> None:
        """Belong to one transaction."""
        self._tx = tx

    async def published(self) -> dict[str, TagText | None]:
        """Return what is in force beside the files, by name; None withdraws a tag."""
        rows = await self._tx.fetch(
            "select name, version, body from tag_definition where state = $1 order by name",
            PUBLISHED,
        )
        return {row["name"]: _text(row) for row in rows}

    async def names_by_hand(self) -> tuple[str, ...]:
        """Return the names that people have put on, in order."""
        rows = await self._tx.fetch("select name from tag_name order by name")
        return tuple(row["name"] for row in rows)

    async def versions(self, name: str = "") -> tuple[TagVersion, ...]:
        """Return the versions of a tag (of all without a name), newest first."""
        rows = await self._tx.fetch(
            "select * from tag_definition where name = $1 or $1 = '' order by id desc", name
        )
        return tuple(map(_version, rows))

    async def version(self, version_id: int) -> TagVersion | None:
        """Return one version."""
        row = await self._tx.fetch_one("select * from tag_definition where id = $1", version_id)
        return None if row is None else _version(row)

    async def draft(
        self, ids: Ids, text: TagText | None, name: str, author: str, now: datetime
    ) -> TagVersion:
        """Keep a draft, in the place of an older one of the same tag."""
        await self._tx.execute(
            "delete from tag_definition where name = $1 and state = $2", name, DRAFT
        )
        row = await self._tx.fetch_one(
            "select coalesce(max(version), 1) as last from tag_definition where name = $1", name
        )
        version = int(row["last"]) + 1 if row else 2
        made = TagVersion(ids.next(), name, version, DRAFT, text, author, now, None)
        body = "" if text is None else msgspec.json.encode(text).decode()
        await self._tx.execute(
            _INSERT, made.id, name, version, DRAFT, body, author, to_micros(now), None
        )
        return made

    async def publish(self, draft: TagVersion, now: datetime) -> None:
        """Put a draft in force."""
        await self._tx.execute(
            "update tag_definition set state = $3 where name = $1 and state = $2",
            draft.name,
            PUBLISHED,
            RETIRED,
        )
        await self._tx.execute(
            "update tag_definition set state = $2, published_at = $3 where id = $1",
            draft.id,
            PUBLISHED,
            to_micros(now),
        )
        await self._tx.execute(_COUNT, EDITION)


def _text(row: Row) -> TagText | None:
    if not row["body"]:
        return None
    text = msgspec.json.decode(row["body"], type=TagText)
    return replace(text, version=row["version"])


def _version(row: Row) -> TagVersion:
    return TagVersion(
        id=row["id"],
        name=row["name"],
        version=row["version"],
        state=row["state"],
        text=_text(row),
        author=row["author"],
        created_at=from_micros(row["created_at"]),
        published_at=moment_or_none(row["published_at"]),
    )


_INSERT = """
insert into tag_definition (id, name, version, state, body, author, created_at, published_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_COUNT = """
insert into counter (name, value) values ($1, 1)
on conflict (name) do update set value = counter.value + 1
"""
