"""Corp tags of WeCom: ours shown there, and what people change there taken in.

What we change ourselves brings no callback; what people change is told by an
event, after which the customer is read anew. Only what was *seen* in WeCom can be
seen to be gone, so a tag that is still on its way is never taken for removed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.messages import CorpTagName, Endpoint, Push, WearTags
from domain.person import Person, RelationState
from domain.tags.tagging import Tagging, TagSource
from domain.values import IdentityKind, PersonId, Priority, Refusal, UserId
from handlers.actions.tags.by_hand import PutBy, put_on, take_off
from storage.moments import to_micros

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates.fetched import Follower
    from storage.repositories.tags import TagDifference
    from storage.unit_of_work import UnitOfWork

#: ``type`` of a follower's tag that is of the corp's library.
_CORP = 1


# ------------------------------------------------------------------ outward


def show_changes(work: UnitOfWork, ctx: Context) -> None:
    """Let WeCom show what changed, one push per member who has the customer."""
    changed: defaultdict[PersonId, list[TagDifference]] = defaultdict(list)
    for difference in work.tags.take_changes():
        changed[work.people.root(difference.person_id).id].append(difference)
    for root, differences in changed.items():
        add = _names(ctx, (d.after for d in differences))
        # What people took off in WeCom is gone there already.
        lost = (d.before for d in differences if d.taken_by is not TagSource.WECOM)
        gone = _names(ctx, lost, is_gone=True)
        _push(work, ctx, root, add, [name for name in gone if name not in add])


def show_to(work: UnitOfWork, ctx: Context, person: Person, userid: UserId) -> None:
    """Let a member who just got the customer see the tags that others see."""
    names = _names(ctx, work.tags_of(person.id).values())
    if names:
        _push(work, ctx, work.people.root(person.id).id, names, [], only=userid)


def _names(
    ctx: Context, taggings: Iterable[Tagging | None], *, is_gone: bool = False
) -> list[CorpTagName]:
    found: list[CorpTagName] = []
    for tagging in taggings:
        if tagging is not None and tagging.source is TagSource.WECOM and is_gone:
            found.append(CorpTagName("", tagging.name, is_anywhere=True))
        elif tagging is not None:
            found += corp_names(ctx, tagging)
    return list(dict.fromkeys(found))


def corp_names(ctx: Context, tagging: Tagging) -> list[CorpTagName]:
    """Return the corp tags that show a tag: of rules with a group, and of what employees put."""
    tags = ctx.tags.book
    if tagging.source is TagSource.HAND and tags.corp_group:
        return [CorpTagName(tags.corp_group, tagging.name, is_anywhere=True)]
    spec = tags.specs.get(tagging.name)
    if tagging.source is not TagSource.RULE or spec is None or not spec.corp_group:
        return []
    values = tagging.value if isinstance(tagging.value, tuple) else (tagging.value,)
    return [CorpTagName(spec.corp_group, value) for value in values if isinstance(value, str)]


def _push(
    work: UnitOfWork,
    ctx: Context,
    root: PersonId,
    add: Sequence[CorpTagName],
    remove: Sequence[CorpTagName],
    only: UserId | None = None,
) -> None:
    if not add and not remove:
        return
    person = work.people.whole(root)
    key = person.key_of(IdentityKind.EXTERNAL_USERID)
    friends = [r.userid for r in person.relations if r.state is RelationState.FRIEND]
    for userid in dict.fromkeys(friends if only is None else [only]):
        if key is None:
            return
        body = WearTags(userid, tuple(add), tuple(remove), _computed_groups(ctx))
        digest = sha256(repr(body).encode()).hexdigest()[:16]
        work.send(
            Push(
                endpoint=Endpoint.MARK_TAG,
                account=ctx.accounts.agent_id,
                receiver=key.value,
                body=body,
                dedupe_key=f"tags:{root}:{userid}:{to_micros(work.now)}:{digest}",
                priority=Priority.BULK,
                person_id=root,
            )
        )


# ------------------------------------------------------------------ inward


def take_in(
    work: UnitOfWork, ctx: Context, person: Person, followers: Sequence[Follower], at: datetime
) -> None:
    """Take in the corp tags of a customer as *all* members who have them show them.

    A tag that nobody shows any more was taken off by a person, unless it was put on
    after ``at`` (event time). In groups that show computed tags people may do as they
    like: the definition alone says what the tag is.
    """
    has = work.tags_of(person.id)
    worn = see(work, ctx, person, followers)
    for name, tagging in has.items():
        is_gone = tagging.is_worn and name not in worn and tagging.since <= at
        if is_gone and tagging.source is not TagSource.RULE:
            take_off(work, ctx, person.id, name, PutBy(TagSource.WECOM, ""))


def see(
    work: UnitOfWork, ctx: Context, person: Person, followers: Sequence[Follower]
) -> dict[str, UserId]:
    """Take in the corp tags that *some* of the members who have a customer show.

    Returns them, each with a member who shows it.
    """
    worn = _worn(ctx, followers)
    for name, userid in worn.items():
        _see(work, ctx, person, name, userid)
    return worn


def _worn(ctx: Context, followers: Sequence[Follower]) -> dict[str, UserId]:
    """Return the tags that people may put on, each with a member who shows it."""
    ours = _computed_groups(ctx)
    worn: dict[str, UserId] = {}
    for follower in followers:
        for tag in follower.tags:
            if tag.kind == _CORP and tag.name and tag.group not in ours:
                worn.setdefault(tag.name, follower.userid)
    return worn


def _computed_groups(ctx: Context) -> tuple[str, ...]:
    """Return the groups of corp tags that show computed tags."""
    groups = {spec.corp_group for spec in ctx.tags.book.specs.values() if spec.corp_group}
    return tuple(sorted(groups))


def _see(work: UnitOfWork, ctx: Context, person: Person, name: str, userid: UserId) -> None:
    put = put_on(work, ctx, person.id, name, PutBy(TagSource.WECOM, userid))
    if isinstance(put, Refusal):
        work.refused("corp_tag", put.code)
    elif not put.is_worn:
        work.tags.put(replace(put, is_worn=True))
