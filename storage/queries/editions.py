"""What was published last of everything that can be published while the service runs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from storage.repositories.tag_definitions import EDITION

if TYPE_CHECKING:
    from storage.protocols import Transaction

# One question, since every unit of work asks it.
_EDITIONS = """
select (select max(number) from rule_version where state = 'published') as rules,
       (select value from counter where name = $1) as tags,
       (select count(*) from tag_name) as tag_names,
       (select max(number) from kind_version) as kinds,
       (select count(*) + count(ended_at) from company_alias) as aliases
"""


@dataclass(frozen=True, slots=True)
class Editions:
    """Numbers that rise with each publication, 0 for the files alone.

    ``rules`` is the version of the rule tables in force, ``tags`` the last publication
    of a tag, ``tag_names`` how many names people have put on, ``kinds`` the newest
    registration of an event kind, ``aliases`` how often names of companies were said or
    taken back.
    """

    rules: int
    tags: int
    tag_names: int
    kinds: int
    aliases: int


async def editions(tx: Transaction) -> Editions:
    """Return what is in force as the transaction sees it."""
    [row] = await tx.fetch(_EDITIONS, EDITION)
    return Editions(*(int(row[one.name] or 0) for one in fields(Editions)))
