"""Records of trackers over storage: late ones change what came after, things are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from bot.clock import DrivenClock
from domain.events.event import PropertyValue
from domain.person import Attribute, Source
from domain.tracking.record import Act, Tracked, login_key
from handlers.actions.intake import learn
from handlers.actions.merge import MANUAL, join
from handlers.actions.take_track import take_track
from handlers.reactions import settle
from handlers.updates.tracked import TrackReceived
from storage.database import Database
from storage.repositories.items import item_counts
from tests.factories import NOW
from tests.unit.handlers.company import Company

WHO = login_key("shop", "u1")
OTHER = login_key("shop", "u2")
Step = tuple[Act, int, dict[str, PropertyValue]]


def record(number: int, step: Step, login: object = WHO) -> TrackReceived:
    act, minute, told = step
    at = NOW + timedelta(minutes=minute)
    track = Tracked(f"r{number}", act, at, login=login, properties=told)  # type: ignore[arg-type]
    return TrackReceived(
        source="sensors:ck_1", at=at, dedupe_key=f"r{number}", system="shop", record=track
    )


async def comes(company: Company, *records: TrackReceived) -> None:
    for one in records:
        async with company.store.unit_of_work(company.clock.now()) as work:
            await take_track(work, company.ctx, one)
            await settle(work, company.ctx)
            await work.commit()


async def known(company: Company) -> dict[str, str]:
    person = await company.person(WHO)
    return {name: fact.value for name, fact in person.attributes.items() if fact.value}


STEPS: Sequence[Step] = (
    (Act.SET, 1, {"visits": 5.0, "city": "上海"}),
    (Act.INCREMENT, 2, {"visits": 2.0}),
    (Act.SET_ONCE, 3, {"first_page": "价格页", "city": "北京"}),
    (Act.SET_ONCE, 4, {"first_page": "首页"}),
)


@pytest.mark.parametrize("order", list(permutations(range(len(STEPS)))))
async def test_a_profile_does_not_depend_on_the_order_of_arrival(
    company: Company, order: tuple[int, ...]
) -> None:
    await comes(company, *(record(number, STEPS[number]) for number in order))
    assert await known(company) == {"visits": "7", "city": "上海", "first_page": "价格页"}


DELETED: Sequence[Step] = (
    (Act.APPEND, 1, {"likes": "数学"}),
    (Act.SET, 2, {"city": "上海"}),
    (Act.DELETE, 3, {}),
    (Act.APPEND, 4, {"likes": "英语"}),
)


@pytest.mark.parametrize("order", list(permutations(range(len(DELETED)))))
async def test_what_was_deleted_does_not_come_back_with_a_late_record(
    company: Company, order: tuple[int, ...]
) -> None:
    await comes(company, *(record(number, DELETED[number]) for number in order))
    assert await known(company) == {"likes": "英语"}


async def test_what_was_read_in_a_message_is_built_upon_and_stands(company: Company) -> None:
    await comes(company, record(1, (Act.SET, 0, {"budget": 1.0})))
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([WHO])
        person = work.people.holder(WHO)
        assert person is not None
        said = Attribute("100", Source.TEXT, NOW + timedelta(minutes=1))
        learn(work, person, {"budget": said})
        await work.commit()
    await comes(company, record(2, (Act.INCREMENT, 2, {"budget": 5.0})))
    assert (await known(company))["budget"] == "105"


async def test_persons_who_are_one_have_what_both_logs_come_to(company: Company) -> None:
    await comes(company, record(1, (Act.INCREMENT, 1, {"visits": 2.0})))
    await comes(company, record(2, (Act.INCREMENT, 2, {"visits": 3.0}), OTHER))
    async with company.store.unit_of_work(company.clock.now()) as work:
        await work.load([WHO, OTHER])
        one, other = (work.people.holder(key) for key in (WHO, OTHER))
        assert one is not None
        assert other is not None
        assert await join(work, one.id, other.id, MANUAL)
        await settle(work, company.ctx)
        await work.commit()
    await comes(company, record(3, (Act.INCREMENT, 3, {"visits": 4.0})))
    assert (await known(company))["visits"] == "9"


async def test_values_of_a_profile_are_kept_sealed(company: Company) -> None:
    await comes(company, record(1, (Act.APPEND, 1, {"likes": "秘密爱好"})))
    (row,) = await company.rows("select name, sealed from profile_log")
    assert row["name"] == "likes"
    assert "秘密爱好".encode() not in bytes(row["sealed"])


def thing(number: int, act: Act, minute: int, **told: PropertyValue) -> TrackReceived:
    at = NOW + timedelta(minutes=minute)
    track = Tracked(f"i{number}", act, at, event="course", properties=told, item="c-1")
    return TrackReceived(
        source="sensors:ck_1", at=at, dedupe_key=f"i{number}", system="shop", record=track
    )


THINGS = (
    thing(1, Act.ITEM, 1, title="旧", price=90.0),
    thing(2, Act.ITEM, 3, title="三年级数学", price=120.0),
    thing(3, Act.ITEM_GONE, 2),
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_thing_is_kept_as_it_was_told_of_last(
    company: Company, database: Database, clock: DrivenClock, order: tuple[int, ...]
) -> None:
    del clock
    await comes(company, *(THINGS[number] for number in order))
    async with database.read() as tx:
        (count,) = await item_counts(tx)
    (item,) = await company.rows("select * from tracked_item")
    assert json.loads(item["properties"]) == {"title": "三年级数学", "price": 120.0}
    assert (item["item"], item["is_deleted"], count.count) == ("c-1", False, 1)
    assert await company.count("person") == 0


async def test_a_thing_that_is_gone_counts_no_more(company: Company, database: Database) -> None:
    await comes(company, THINGS[0], thing(4, Act.ITEM_GONE, 9))
    async with database.read() as tx:
        assert await item_counts(tx) == ()
    (item,) = await company.rows("select is_deleted from tracked_item")
    assert item["is_deleted"]
