from dataclasses import replace
from datetime import timedelta

import pytest

from domain.lead import Lead, Stage
from domain.outcomes import CardAccepted, CardExpired, CardReturned
from domain.pools.offer import Offer, accept, accept_by, expire, give_back, remind_later
from domain.pools.pool import PoolRules
from domain.values import Refusal, UserId
from domain.worktime import WorkTime
from tests.factories import NOW, lead

RULES = PoolRules()
WORK = WorkTime()
LILEI = UserId("LiLei")
OFFERED = lead(stage=Stage.FOLLOWING, owner=LILEI, assignment=2, offered_at=NOW)
OFFER = Offer(OFFERED, UserId("lilei"), 2)


def test_accepting_starts_the_protection() -> None:
    done = accept(OFFER, RULES, NOW)
    assert not isinstance(done, Refusal)
    until = NOW + timedelta(days=3)
    assert done.lead == replace(OFFERED, accepted_at=NOW, protected_until=until)
    assert done.outcome == CardAccepted(OFFERED.id, UserId("lilei"), 2, until)


def test_a_return_carries_its_reason() -> None:
    assert give_back(OFFER, "busy") == CardReturned(OFFERED.id, UserId("lilei"), 2, "busy")


def test_an_unanswered_card_expires() -> None:
    assert expire(OFFER) == CardExpired(OFFERED.id, UserId("lilei"), 2)


@pytest.mark.parametrize(
    ("now_lead", "code"),
    [
        (replace(OFFERED, assignment=3), "card_outdated"),
        (replace(OFFERED, owner=None), "card_outdated"),
        (replace(OFFERED, owner=UserId("HanMei")), "lead_not_yours"),
        (replace(OFFERED, accepted_at=NOW), "already_accepted"),
    ],
)
def test_no_answer_counts_on_a_card_that_no_longer_stands(now_lead: Lead, code: str) -> None:
    offer = replace(OFFER, lead=now_lead)
    assert accept(offer, RULES, NOW) == Refusal(code)
    assert give_back(offer, "busy") == Refusal(code)
    assert expire(offer) == Refusal(code)
    assert remind_later(offer, RULES, WORK, NOW) == Refusal(code)


def test_the_deadline_of_acceptance_runs_in_working_time() -> None:
    evening = NOW.replace(hour=9, minute=45)  # 17:45 in Shanghai
    next_morning = NOW.replace(hour=1, minute=15) + timedelta(days=1)
    assert accept_by(NOW, RULES, WORK) == NOW + timedelta(minutes=30)
    assert accept_by(evening, RULES, WORK) == next_morning


def test_later_shows_the_card_again_before_the_deadline_only() -> None:
    assert remind_later(OFFER, RULES, WORK, NOW) == NOW + timedelta(minutes=10)
    late = NOW + timedelta(minutes=20)
    assert remind_later(OFFER, RULES, WORK, late) == Refusal("too_late_for_later")
