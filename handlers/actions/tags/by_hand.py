"""Tags that people put on: one by one, or a whole list under one name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.outcomes import TagsChanged
from domain.tags.tagging import MOST_BY_HAND, Tagging, TagSource, name_of
from domain.values import ContactKey, PersonId, Refusal

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PutBy:
    """Who puts a tag on or takes it off; ``actor`` is a userid or the name of a list."""

    source: TagSource
    actor: str


@dataclass(frozen=True, slots=True)
class TagList:
    """People who get one tag together: an uploaded list, a call of a partner."""

    name: str
    keys: Sequence[ContactKey]
    by: PutBy


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a list.

    ``tagged`` persons have the tag now, ``fresh`` of them had not; ``unknown`` are
    positions of keys that belong to nobody, ``refused`` of those who may bear no more.
    """

    tagged: int
    fresh: int
    unknown: tuple[int, ...]
    refused: tuple[int, ...] = ()


def put_on(
    work: UnitOfWork, ctx: Context, person_id: PersonId, word: str, by: PutBy
) -> Tagging | Refusal:
    """Put a tag on a loaded person; one that is there already stays as it is.

    Refused are names that no tag can have, names of computed tags, and one tag too many.
    """
    name = free_name(ctx, word)
    if isinstance(name, Refusal):
        return name
    root = work.people.root(person_id).id
    has = work.tags_of(root)
    if name in has:
        return has[name]
    if sum(t.source is not TagSource.RULE for t in has.values()) >= MOST_BY_HAND:
        return Refusal("too_many_tags", str(MOST_BY_HAND))
    tagging = Tagging(root, name, value=True, source=by.source, since=work.now, actor=by.actor)
    work.tags.put(tagging)
    work.happened(TagsChanged(root, (name,)))
    return tagging


def take_off(
    work: UnitOfWork, ctx: Context, person_id: PersonId, word: str, by: PutBy
) -> str | Refusal:
    """Take a tag off a loaded person and of whoever they were found to be; return its name."""
    name = free_name(ctx, word)
    if isinstance(name, Refusal):
        return name
    root = work.people.root(person_id).id
    if name not in work.tags_of(root):
        return Refusal("tag_not_there", name)
    for member in work.people.group(root):
        work.tags.take(member.id, name, by.source, by.actor)
    work.happened(TagsChanged(root, (name,)))
    return name


async def apply_tag_list(work: UnitOfWork, ctx: Context, tag_list: TagList) -> Applied | Refusal:
    """Put the tag of a list on everybody whose key is known, loading them; the whole or nothing.

    Nobody is created: whoever is unknown is told by position, in the order of the keys.
    """
    name = free_name(ctx, tag_list.name)
    if isinstance(name, Refusal):
        return name
    await work.load(tag_list.keys)
    tagged: dict[PersonId, bool] = {}
    unknown: list[int] = []
    refused: list[int] = []
    for position, key in enumerate(tag_list.keys):
        holder = work.people.holder(key)
        if holder is None:
            unknown.append(position)
            continue
        root = work.people.root(holder.id).id
        is_fresh = name not in work.tags_of(root)
        if isinstance(put_on(work, ctx, root, name, tag_list.by), Refusal):
            refused.append(position)
        else:
            tagged.setdefault(root, is_fresh)
    return Applied(len(tagged), sum(tagged.values()), tuple(unknown), tuple(refused))


def free_name(ctx: Context, word: str) -> str | Refusal:
    """Return the name of a tag that people may put on, or why it is none."""
    name = name_of(word)
    if isinstance(name, str) and name in ctx.tags.book.specs:
        return Refusal("tag_is_computed", name)
    return name
