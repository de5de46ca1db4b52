"""Renaming and deleting tags in the console: whoever shows them is read anew."""

from __future__ import annotations

import pytest

from domain.messages import FetchKind
from handlers.updates import CorpTagChanged, TagChange
from handlers.updates.fetched import Follower, FollowerTag
from storage.moments import to_micros
from tests.unit.handlers import acts
from tests.unit.handlers.company import LI_LEI, Company


async def shows(company: Company, customer: str, *tag_ids: str) -> None:
    tags = tuple(FollowerTag(f"标{one}", "人工", one) for one in tag_ids)
    at = company.clock.now()
    await company.receives(acts.added(customer, at=at))
    await company.receives(acts.fetched(customer, followers=(Follower(LI_LEI, tags=tags),), at=at))


async def asked(company: Company, update: CorpTagChanged) -> list[str]:
    await company.receives(update)
    rows = await company.rows(
        "select subject from platform_fetch where kind = $1 and generation = $2 order by subject",
        FetchKind.EXTERNAL_CONTACT.value,
        to_micros(update.at),
    )
    return [row["subject"] for row in rows]


@pytest.mark.parametrize(
    ("change", "is_group", "found"),
    [
        (TagChange.CHANGED, False, [acts.ZHANG_SAN]),
        (TagChange.DELETED, False, [acts.ZHANG_SAN]),
        (TagChange.CREATED, False, []),
        (TagChange.SHUFFLED, False, []),
        (TagChange.CHANGED, True, []),
    ],
)
async def test_only_who_shows_the_tag_is_read_anew(
    company: Company, change: TagChange, is_group: bool, found: list[str]
) -> None:
    await shows(company, acts.ZHANG_SAN, "et1", "et2")
    await shows(company, acts.LI_SI, "et11")
    common = acts.common()
    common["at"] = common["at"].replace(minute=59)
    update = CorpTagChanged(change=change, tag_id="et1", is_group=is_group, **common)
    assert await asked(company, update) == found
