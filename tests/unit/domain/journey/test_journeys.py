"""How far somebody has come: the furthest stage whose condition holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from config.load import load_catalog
from config.texts import load_texts
from domain.behaviour.horizon import NO_CHANGE
from domain.columns.days import Moments, moment_of
from domain.columns.persons import Behaviour, columns_of
from domain.events.event import Event
from domain.journey.journeys import NO_JOURNEYS, Journeys
from tests.factories import NOW, event

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def journeys() -> Journeys:
    return load_catalog(load_texts()).rules.journeys


def did(*kinds: str, ago: timedelta = timedelta(hours=1)) -> list[Event]:
    return [event(kind, event_at=NOW - ago) for kind in kinds]


def place(journeys: Journeys, events: list[Event], at: datetime = NOW) -> dict[str, str]:
    return journeys.places([Behaviour(events)], [at])[0]


@pytest.mark.parametrize(
    ("kinds", "buying", "learning"),
    [
        ((), "", ""),
        (("kf_entered",), "aware", ""),
        (("kf_entered", "intent_content"), "interested", ""),
        (("intent_price",), "comparing", ""),
        (("intent_price", "start_trial"), "trying", ""),
        (("intent_buy", "intent_price"), "deciding", ""),
        (("pay_order", "intent_price"), "bought", "enrolled"),
        (("pay_order", "attend_class"), "bought", "learning"),
        (("pay_order", "attend_class", "intent_price"), "bought", "renewing"),
    ],
)
def test_the_furthest_stage_that_holds_is_the_place(
    journeys: Journeys, kinds: tuple[str, ...], buying: str, learning: str
) -> None:
    found = place(journeys, did(*kinds))
    assert found == {"buying_stage": buying, "learning_stage": learning}


def test_time_takes_people_back(journeys: Journeys) -> None:
    asked = did("kf_entered", "intent_price")
    assert place(journeys, asked, NOW + 29 * DAY)["buying_stage"] == "comparing"
    assert place(journeys, asked, NOW + 30 * DAY)["buying_stage"] == "aware"


def next_changes(journeys: Journeys, people: list[Behaviour], moments: list[datetime]) -> list[int]:
    columns = columns_of(people, journeys.interactions, journeys.zone)
    found: list[int] = journeys.next_changes_of(
        columns, Moments.of(moments, journeys.zone)
    ).tolist()
    return found


def test_many_are_placed_as_one_by_one(journeys: Journeys) -> None:
    people = [Behaviour(did(*kinds)) for kinds in (("kf_entered",), (), ("intent_buy",))]
    moments = [NOW, NOW + DAY, NOW + 20 * DAY]
    alone = [journeys.places([p], [m])[0] for p, m in zip(people, moments, strict=True)]
    assert journeys.places(people, moments) == alone
    changes = next_changes(journeys, people, moments)
    assert changes == [
        next_changes(journeys, [p], [m])[0] for p, m in zip(people, moments, strict=True)
    ]


def test_a_stage_has_its_number_and_its_words(journeys: Journeys) -> None:
    buying = journeys.facts()["buying_stage"]
    assert (buying.number("comparing"), buying.number(""), len(buying.stages)) == (3, 0, 6)
    stage = buying.stage("comparing")
    assert stage is not None
    assert stage.words
    assert buying.stage("nowhere") is None


def test_days_turn_at_midnight_and_hours_at_any_time(journeys: Journeys) -> None:
    assert not journeys.turns_within_day
    [change] = next_changes(journeys, [Behaviour(did("intent_price"))], [NOW])
    assert moment_of(change).astimezone(journeys.zone).time().isoformat() == "00:00:00"


def test_without_maps_nobody_stands_anywhere() -> None:
    assert NO_JOURNEYS.places([Behaviour()], [NOW]) == [{}]
    assert next_changes(NO_JOURNEYS, [Behaviour()], [NOW]) == [NO_CHANGE]
