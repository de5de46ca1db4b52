"""Rests that relays tell each other."""

from __future__ import annotations

from datetime import timedelta

from domain.messages import Endpoint
from storage.database import Database
from storage.rests import Rests, rest_name
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
NAME = rest_name(Endpoint.APP_MESSAGE, "1000002")


async def test_the_longest_rest_stands_until_it_is_over(database: Database) -> None:
    rests = Rests(database)
    await rests.begin(NAME, NOW + 2 * MINUTE)
    await rests.begin(NAME, NOW + MINUTE)
    assert await rests.under_way(NOW) == {NAME: NOW + 2 * MINUTE}
    assert await rests.under_way(NOW + 2 * MINUTE) == {}


async def test_a_long_account_has_a_rest_of_its_own(database: Database) -> None:
    rests = Rests(database)
    names = [rest_name(Endpoint.KF_EVENT_MESSAGE, letter * 64) for letter in "ab"]
    for name in names:
        await rests.begin(name, NOW + MINUTE)
    assert await rests.under_way(NOW) == dict.fromkeys(names, NOW + MINUTE)
