"""Put people on the black or red list, or take them off, one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from domain.screening.lists import ListName
from domain.values import ContactKey, Refusal
from storage.lists import Said, say, unsay

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

LISTED_ALREADY = "listed_already"
NOTHING_TO_LIST = "nothing_to_list"
NOT_LISTED = "not_listed"
LISTED_IN_FILE = "listed_in_file"

ChangeList = Callable[
    ["UnitOfWork", "Context", ListName, Sequence[ContactKey]], Awaitable[Refusal | None]
]


async def put_on_list(
    work: UnitOfWork, ctx: Context, name: ListName, people: Sequence[ContactKey]
) -> Refusal | None:
    """Put people on a list, in force in every process within seconds.

    What is stored decides: the list as it runs may be some seconds old. Of the file,
    nothing newer is known than what runs.

    Refusals: ``listed_already``, when all of them are on it; ``nothing_to_list``, when
    nothing is known by which somebody could be found again.
    """
    if not people:
        return Refusal(NOTHING_TO_LIST)
    filed = ctx.lists.current.filed.get(name, frozenset())
    fresh = tuple(key for key in people if filed.isdisjoint(_tokens(work, key)))
    said = await say(work.tx, work.vault, work.ids, name, Said(fresh, work.now))
    return None if said else Refusal(LISTED_ALREADY)


async def take_off_list(
    work: UnitOfWork, ctx: Context, name: ListName, people: Sequence[ContactKey]
) -> Refusal | None:
    """Take people off a list, whether they were said or imported.

    Refusals: ``listed_in_file``, ``not_listed``.
    """
    filed = ctx.lists.current.filed.get(name, frozenset())
    if any(not filed.isdisjoint(_tokens(work, key)) for key in people):
        return Refusal(LISTED_IN_FILE)
    said = Said(tuple(people), work.now)
    gone = await unsay(work.tx, work.vault, work.ids, name, said)
    return None if gone else Refusal(NOT_LISTED)


def _tokens(work: UnitOfWork, key: ContactKey) -> frozenset[bytes]:
    return frozenset(work.vault.blinds(key.kind, key.value).values())
