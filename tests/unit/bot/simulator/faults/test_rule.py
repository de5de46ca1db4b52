"""Whom a rule strikes, how often, and that a seed repeats it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.simulator.config import Face
from bot.simulator.faults.codes import Place
from bot.simulator.faults.fault import Fault, FaultKind
from bot.simulator.faults.rule import Rule, Subject

if TYPE_CHECKING:
    from datetime import datetime

SEND = Place(Face.WECOM, "POST", "/cgi-bin/message/send", needs_token=True)
GET_USER = Place(Face.WECOM, "GET", "/cgi-bin/user/get", needs_token=True)


def call(place: Place = SEND, account: str = "wwcorp", receiver: str = "lilei") -> Subject:
    return Subject(place.path, frozenset({account}), frozenset({receiver}), place)


def rule_for(fault: Fault, seed: int = 0) -> Rule:
    return Rule(1, fault, random.Random(seed))


def struck(fault: Fault, calls: int, seed: int = 0) -> str:
    """Write one letter per call: x for struck."""
    rule, found = rule_for(fault, seed), ""
    for _ in range(calls):
        is_struck = rule.comes_up()
        if is_struck:
            rule.strike()
        found += "x" if is_struck else "."
    return found


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(FaultKind.SLOW), "x......."),
        (Fault(FaultKind.SLOW, times=3), "xxx....."),
        (Fault(FaultKind.SLOW, times=None), "xxxxxxxx"),
        (Fault(FaultKind.SLOW, times=2, after=3), "...xx..."),
        (Fault(FaultKind.SLOW, every=3), "..x..x.."),
        (Fault(FaultKind.SLOW, every=2, times=2, after=1), "..x.x..."),
    ],
)
def test_a_rule_strikes_those_whose_turn_it_is(fault: Fault, expected: str) -> None:
    assert struck(fault, len(expected)) == expected


def test_chance_is_repeated_by_its_seed_and_only_by_it() -> None:
    fault = Fault(FaultKind.SLOW, probability=0.3)
    first = struck(fault, 400, seed=7)
    assert struck(fault, 400, seed=7) == first
    assert struck(fault, 400, seed=8) != first
    assert 80 <= first.count("x") <= 160


def test_a_rule_without_end_is_one_that_says_how_often_by_itself(now: datetime) -> None:
    endless = [{"every": 2}, {"probability": 0.5}, {"until": now}, {"times": None}]
    assert [Fault(FaultKind.SLOW, **more).limit for more in endless] == [None] * 4  # type: ignore[arg-type]
    assert Fault(FaultKind.SLOW, probability=0.5, times=3).limit == 3


@pytest.mark.parametrize(
    ("fault", "is_meant"),
    [
        (Fault(FaultKind.SLOW, "*/message/*"), True),
        (Fault(FaultKind.SLOW, "*/user/*"), False),
        (Fault(FaultKind.SLOW, account="WWCorp"), True),
        (Fault(FaultKind.SLOW, account="gh_other"), False),
        (Fault(FaultKind.SLOW, receiver="LiLei"), True),
        (Fault(FaultKind.SLOW, receiver="HanMei"), False),
        (Fault(FaultKind.CALLBACK_DOUBLED), False),
        (Fault(FaultKind.ERRCODE, errcode=95001), False),
        (Fault(FaultKind.ERRCODE, errcode=42001), True),
    ],
)
def test_a_rule_concerns_only_what_it_names(fault: Fault, *, is_meant: bool, now: datetime) -> None:
    assert rule_for(fault).concerns(call(), now) is is_meant


def test_a_rule_holds_from_its_start_to_before_its_end(now: datetime) -> None:
    minute = timedelta(minutes=1)
    rule = rule_for(Fault(FaultKind.SLOW, start=now, until=now + minute))
    moments = (now - minute, now, now + minute / 2, now + minute)
    assert [rule.concerns(call(), at) for at in moments] == [False, True, True, False]


def test_what_a_rule_is_not_about_does_not_move_its_counters(now: datetime) -> None:
    rule = rule_for(Fault(FaultKind.SLOW, "*/message/*", after=1))
    assert not rule.concerns(call(GET_USER), now)
    assert rule.as_json()["seen"] == 0
