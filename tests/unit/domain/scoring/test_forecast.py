from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.events.event import Event
from domain.scoring import forecast
from domain.scoring.history import Subject
from domain.scoring.initial import ChannelStart
from domain.scoring.rules import Decay, DecayKind
from domain.scoring.score import score
from domain.scoring.scorecard import InitialRule, Scorecard
from tests.factories import NOW, event
from tests.unit.domain.scoring import cards
from tests.unit.domain.scoring.cards import card

FIT = {"city": "上海"}  # static 60 + 0: composite passes from dynamic 40 on (half and half, 50)
MINUTE = timedelta(minutes=1)


def subject(*events: Event) -> Subject:
    return Subject({**FIT}, events, NOW)


def is_mature(one: Subject, rules: Scorecard, at: datetime) -> bool:
    return score(one, rules, at).state.is_mature


def next_look_at(
    one: Subject, rules: Scorecard, now: datetime, horizon: timedelta = forecast.HORIZON
) -> datetime | None:
    return next_looks([one], rules, now, horizon)[0]


def next_looks(
    several: list[Subject],
    rules: Scorecard,
    now: datetime = NOW,
    horizon: timedelta = forecast.HORIZON,
) -> list[datetime | None]:
    return cards.sheet(several, rules, now).rate([now] * len(several)).next_looks(horizon)


def next_change_at(one: Subject, rules: Scorecard, now: datetime) -> datetime | None:
    """Look whenever the forecast says so, until maturity is seen to have changed."""
    before, looks = is_mature(one, rules, now), 0
    while (look_at := next_look_at(one, rules, now)) is not None:
        assert look_at > now
        if is_mature(one, rules, look_at) != before:
            return look_at
        now, looks = look_at, looks + 1
        assert looks < 30, "each look covers a good part of the way"
    return None


def test_finds_the_minute_at_which_a_half_life_carries_a_lead_below_the_mark() -> None:
    rules = card((), initial=InitialRule(default_points=8, decay=replace(cards.HALF_LIFE, days=3)))
    assert next_change_at(subject(), rules, NOW) == NOW + timedelta(days=3) + MINUTE


def test_finds_the_midnight_at_which_points_step_down() -> None:
    rules = card((replace(cards.ORDER, decay=Decay(DecayKind.STEP, days=7)),))
    paid = subject(event("pay_order", properties={"amount": 200}))
    midnight = (NOW + timedelta(days=7)).replace(hour=16, minute=0) - timedelta(days=1)
    assert next_change_at(paid, rules, NOW + timedelta(seconds=20)) == midnight


@given(st.integers(0, 59_999_999), st.integers(0, 3 * 60 * 60))
@settings(max_examples=60)
def test_finds_the_minute_wherever_between_two_minutes_one_asks(micros: int, early: int) -> None:
    rules = card((), initial=InitialRule(default_points=8, decay=replace(cards.HALF_LIFE, days=3)))
    crossing = NOW + timedelta(days=3)
    start = crossing - timedelta(seconds=early, microseconds=micros)
    found = next_change_at(Subject(FIT, (), NOW, ChannelStart("x", 8, NOW)), rules, start)
    assert found == crossing + MINUTE


def test_finds_the_day_of_absence() -> None:
    rules = card((), absence=(cards.SILENT,), initial=InitialRule(default_points=4))
    quiet = Subject(FIT, (), NOW, ChannelStart("private", 4, NOW))
    midnight = (NOW + timedelta(days=7)).replace(hour=16, minute=0) - timedelta(days=1)
    assert next_change_at(quiet, rules, NOW) == midnight


def test_fading_losses_can_make_a_lead_ripe_again() -> None:
    rules = card(initial=InitialRule(default_points=6))
    sulking = subject(event("intent_refuse"))
    found = next_change_at(sulking, rules, NOW)
    assert found is not None
    assert not is_mature(sulking, rules, NOW)
    assert is_mature(sulking, rules, found)
    assert not is_mature(sulking, rules, found - MINUTE)


def test_time_never_ripens_a_lead_when_only_gains_fade() -> None:
    rules = card((cards.PRICE,))
    assert next_change_at(subject(event("intent_price")), rules, NOW) is None


def test_what_never_fades_never_changes() -> None:
    rules = card((cards.VISIT,), initial=InitialRule(default_points=9))
    assert next_change_at(subject(event("website_visited")), rules, NOW) is None


def test_changes_beyond_the_horizon_are_left_to_a_later_look() -> None:
    rules = card((), initial=InitialRule(default_points=8, decay=cards.HALF_LIFE))
    assert next_look_at(subject(), rules, NOW, timedelta(days=9)) is None
    assert next_look_at(subject(), rules, NOW, timedelta(days=11)) is not None


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["intent_price", "start_trial"]), st.integers(0, 9000))),
    st.integers(0, 59_999_999),
)
def test_maturity_holds_until_the_found_minute_and_not_beyond(
    spans: list[tuple[str, int]], into_the_minute: int
) -> None:
    """Whatever the second of the minute it is now: the search always comes to an end."""
    now = NOW + timedelta(microseconds=into_the_minute)
    rules = card((cards.PRICE, cards.TRIAL))
    seen = subject(*(event(kind, event_at=NOW - m * MINUTE) for kind, m in spans))
    found = next_change_at(seen, rules, now)
    if found is None:
        late = now + timedelta(days=399)
        assert is_mature(seen, rules, late) == is_mature(seen, rules, now)
    else:
        assert found == found.replace(second=0, microsecond=0)
        assert is_mature(seen, rules, max(found - MINUTE, now))
        assert not is_mature(seen, rules, found)


def test_leads_searched_side_by_side_are_looked_at_no_later_than_they_change() -> None:
    rules = card(
        (replace(cards.ORDER, decay=Decay(DecayKind.STEP, days=7)), cards.REFUSE),
        initial=InitialRule(default_points=8, decay=replace(cards.HALF_LIFE, days=3)),
    )
    paid = event("pay_order", properties={"amount": 200})
    several = [
        subject(),
        subject(paid),
        subject(paid, event("intent_refuse")),
        subject(event("intent_refuse")),
        Subject({}, (), NOW),
    ]
    changes = [next_change_at(one, rules, NOW) for one in several]
    looks = next_looks(several, rules)
    for look_at, change_at in zip(looks, changes, strict=True):
        assert (look_at is None) == (change_at is None)
        assert look_at is None or change_at is None or NOW < look_at <= change_at
    assert len(set(changes)) > 2


def test_nobodys_look_hangs_on_who_is_searched_beside_them() -> None:
    fading = replace(cards.HALF_LIFE, days=30)
    rules = card((), initial=InitialRule(default_points=9, decay=fading))
    several = [
        Subject({**FIT}, (), NOW, ChannelStart(code, points, NOW))
        for code, points in (("over within days", 4.1), ("over after weeks", 10.0))
    ]
    alone = [next_look_at(one, rules, NOW) for one in several]
    assert None not in alone
    assert next_looks(several, rules) == alone
