from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import DrivenClock
from bot.limits import Opening, Trigger
from bot.openings import Openings
from domain.messages import Endpoint, Push, Text
from domain.values import PersonId
from storage.database import Database
from storage.ids import IdSource
from storage.unit_of_work import Store
from storage.vault import Vault
from tests import factories

HOUR = timedelta(hours=1)
Acts = Callable[..., Awaitable[PersonId]]


@pytest.fixture
def openings(database: Database) -> Openings:
    return Openings(database)


@pytest.fixture
def acted(database: Database, vault: Vault, ids: IdSource, clock: DrivenClock) -> Acts:
    """Return a function that saves a person who did (kind, how long ago)…"""
    store = Store(database, vault, ids)

    async def save(*acts: tuple[str, timedelta]) -> PersonId:
        now = clock.now()
        async with store.unit_of_work(now) as work:
            person = work.add_person(factories.person(id=PersonId(ids.next()), identities=()))
            for kind, ago in acts:
                event = factories.event(kind, person_id=person.id, event_at=now - ago)
                work.events.add(replace(event, received_at=now))
            await work.commit()
        return person.id

    return save


def push(endpoint: Endpoint, person_id: PersonId | None) -> Push:
    return Push(endpoint, "wk1", "wm1", Text("x"), "k", person_id=person_id)


async def test_what_a_customer_wrote_opens_their_window(
    openings: Openings, acted: Acts, clock: DrivenClock
) -> None:
    person_id = await acted(("kf_message", HOUR), ("kf_entered", HOUR), ("mp_message", HOUR))
    now = clock.now()
    assert await openings.of(push(Endpoint.KF_MESSAGE, person_id), now) == (
        Opening(now - HOUR, Trigger.MESSAGE),
    )


async def test_taps_open_a_window_of_the_official_account(
    openings: Openings, acted: Acts, clock: DrivenClock
) -> None:
    person_id = await acted(("mp_followed", 3 * HOUR), ("mp_menu_clicked", HOUR))
    found = await openings.of(push(Endpoint.MP_MESSAGE, person_id), clock.now())
    assert found is not None
    assert {opening.trigger for opening in found} == {Trigger.TAP}
    assert len(found) == 2


async def test_what_is_two_days_old_opens_nothing(
    openings: Openings, acted: Acts, clock: DrivenClock
) -> None:
    person_id = await acted(("kf_message", 49 * HOUR))
    assert await openings.of(push(Endpoint.KF_MESSAGE, person_id), clock.now()) == ()


@pytest.mark.parametrize("endpoint", [Endpoint.APP_MESSAGE, Endpoint.WELCOME])
async def test_other_endpoints_need_no_opening(
    openings: Openings, acted: Acts, clock: DrivenClock, endpoint: Endpoint
) -> None:
    assert await openings.of(push(endpoint, await acted()), clock.now()) is None


async def test_without_a_person_the_platform_decides(
    openings: Openings, clock: DrivenClock
) -> None:
    assert await openings.of(push(Endpoint.KF_MESSAGE, None), clock.now()) is None
