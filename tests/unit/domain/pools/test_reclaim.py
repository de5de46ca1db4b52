from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.lead import Lead, Stage, Status
from domain.pools.pool import PoolRules
from domain.pools.reclaim import Review, Verdict, review
from domain.values import UserId
from domain.worktime import WorkTime
from tests.factories import NOW, event, lead

WORK = WorkTime()
#: Two working days without a call, a warning half an hour before.
RULES = PoolRules(
    idle_for=timedelta(hours=18),
    warn_for=timedelta(minutes=30),
    resets=frozenset({"first_contact"}),
)
FOLLOWED = lead(
    stage=Stage.FOLLOWING, status=Status.CONTACTING, owner=UserId("LiLei"), accepted_at=NOW
)
#: NOW is Monday 10:00; 18 working hours later it is Wednesday 10:00.
RELEASE = NOW + timedelta(days=2)
WARNING = RELEASE - timedelta(minutes=30)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, Review(Verdict.KEEP, RELEASE, WARNING)),
        (WARNING - timedelta(minutes=1), Review(Verdict.KEEP, RELEASE, WARNING)),
        (WARNING, Review(Verdict.WARN, RELEASE, RELEASE)),
        (RELEASE - timedelta(minutes=1), Review(Verdict.WARN, RELEASE, RELEASE)),
        (RELEASE, Review(Verdict.RELEASE, RELEASE)),
    ],
)
def test_keeps_warns_and_releases_to_the_minute(at: datetime, expected: Review) -> None:
    assert review(FOLLOWED, [], RULES, WORK, at) == expected


def test_follow_up_starts_the_clock_again_and_other_events_do_not() -> None:
    called = event("first_contact", event_at=NOW + timedelta(hours=5))
    seen = event("view_page", event_at=NOW + timedelta(hours=7))
    judged = review(FOLLOWED, [seen, called], RULES, WORK, RELEASE)
    assert judged.verdict is Verdict.KEEP
    assert judged.release_at == RELEASE + timedelta(hours=5)


def test_release_waits_for_the_end_of_protection() -> None:
    until = NOW + timedelta(days=3)
    protected = replace(FOLLOWED, protected_until=until)
    assert review(protected, [], RULES, WORK, RELEASE).verdict is Verdict.KEEP
    assert review(protected, [], RULES, WORK, until - timedelta(minutes=20)).verdict is Verdict.WARN
    assert review(protected, [], RULES, WORK, until) == Review(Verdict.RELEASE, until)


@pytest.mark.parametrize(
    "kept",
    [
        replace(FOLLOWED, stage=Stage.SERVICE),
        replace(FOLLOWED, accepted_at=None),
        replace(FOLLOWED, status=Status.PAYMENT_BOOKED),
        replace(FOLLOWED, status=Status.WON),
    ],
)
def test_settled_and_unaccepted_leads_are_kept(kept: Lead) -> None:
    assert review(kept, [], RULES, WORK, NOW + timedelta(days=99)) == Review(Verdict.KEEP)


def test_a_warning_longer_than_the_span_comes_at_once() -> None:
    rules = replace(RULES, warn_for=timedelta(days=9))
    assert review(FOLLOWED, [], rules, WORK, NOW).verdict is Verdict.WARN
