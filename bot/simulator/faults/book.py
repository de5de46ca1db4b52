"""The rules in force and what they do to a call, a message, a callback."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.simulator.config import Face
from bot.simulator.faults.check import FaultRefused, check
from bot.simulator.faults.codes import Aftermath, Meaning, Place, meaning_at
from bot.simulator.faults.fault import Fault, FaultKind, Profile
from bot.simulator.faults.rule import Rule, Subject
from bot.simulator.moments import next_midnight
from bot.simulator.wire.courier import Parcel
from bot.simulator.wire.courses import Course, Hold, Until
from bot.simulator.wire.envelopes import Line
from bot.simulator.world.app_chat import Dropped, DropReason
from bot.simulator.world.world import World

#: What ids are written with (fact sheet 3.9).
ID = re.compile(rb"[A-Za-z0-9_.@-]+")


@dataclass(frozen=True, slots=True)
class Strike:
    """What happens to a call: ``delay`` seconds first, then ``fault`` if there is one.

    ``meaning`` is set for error codes. ``is_echo`` marks calls refused by the
    aftermath of an earlier one.
    """

    delay: float = 0.0
    fault: Fault | None = None
    meaning: Meaning | None = None
    is_echo: bool = False

    @property
    def kind(self) -> FaultKind | None:
        """What goes wrong besides the delay."""
        return self.fault.kind if self.fault else None


UNHURT = Strike()


@dataclass(frozen=True, slots=True)
class _Closure:
    rule: Rule
    until: datetime


class Faults:
    """The rules in force, asked in the order they were added.

    One rule strikes a call, the first whose turn it is; slowness adds to it. Every
    rule counts what it matches, struck or not.
    """

    def __init__(self, world: World) -> None:
        """Start without rules."""
        self._world = world
        self._closed: dict[Place, _Closure] = {}
        self._last_id = 0
        self.seed = 0
        self.rules: list[Rule] = []
        self.places: list[Place] = []

    @property
    def is_idle(self) -> bool:
        """Tell that nothing goes wrong."""
        return not self.rules

    def accounts(self) -> dict[str, Face]:
        """Return every name of an account, case-folded, with its host."""
        corp, official = self._world.config.corp, self._world.config.official
        bot = self._world.config.bot
        wecom = (corp.corpid, str(corp.agentid), *self._world.kf.accounts)
        wecom += (bot.bot_id,) if bot else ()
        public = (official.account, official.appid)
        found = {name.casefold(): Face.WECOM for name in wecom}
        return found | {name.casefold(): Face.OFFICIAL for name in public}

    def add(self, fault: Fault) -> Rule:
        """Put a rule into force.

        Raises:
            FaultRefused: it makes no sense.
        """
        check(fault, self.places, self.accounts())
        self._last_id += 1
        # Reproducible, not a secret.
        dice = random.Random(f"{self.seed}:{self._last_id}")  # noqa: S311
        rule = Rule(self._last_id, fault, dice)
        self.rules.append(rule)
        return rule

    def load(self, profile: Profile) -> list[Rule]:
        """Replace all rules, all or nothing; the same profile strikes the same again.

        Raises:
            FaultRefused: one makes no sense; ``number`` says which, from 1.
        """
        accounts = self.accounts()
        for number, fault in enumerate(profile.rules, start=1):
            try:
                check(fault, self.places, accounts)
            except FaultRefused as refused:
                refused.facts["number"] = number
                raise
        self.clear()
        self.seed, self._last_id = profile.seed, 0
        return [self.add(fault) for fault in profile.rules]

    def remove(self, rule_id: int) -> bool:
        """Drop a rule and what it closed; False when there is none of that id."""
        kept = [rule for rule in self.rules if rule.id != rule_id]
        is_found = len(kept) < len(self.rules)
        self.rules = kept
        self._closed = {p: c for p, c in self._closed.items() if c.rule.id != rule_id}
        return is_found

    def clear(self) -> None:
        """Drop all rules and what they closed; the world keeps what happened to it."""
        self.rules.clear()
        self._closed.clear()

    def strike(self, subject: Subject, place: Place) -> Strike:
        """Decide about a call and count."""
        now = self._world.now
        closure = self._closed.get(place)
        if closure is not None and now < closure.until:
            closure.rule.struck += 1
            return self._struck(closure.rule.fault, place, 0.0, is_echo=True)
        delay, winner = 0.0, None
        for rule in self._up(subject, now):
            if rule.fault.kind is FaultKind.SLOW:
                delay += rule.fault.value("seconds")
            elif winner is None:
                winner = rule
            else:
                continue
            rule.strike()
        if winner is None:
            return Strike(delay)
        found = self._struck(winner.fault, place, delay)
        self._close(winner, place, found.meaning, now)
        return found

    def _up(self, subject: Subject, now: datetime) -> list[Rule]:
        return [
            rule
            for rule in self.rules
            if rule.fault.kind is not FaultKind.SILENT_DROP
            and rule.concerns(subject, now)
            and rule.comes_up()
        ]

    @staticmethod
    def _struck(fault: Fault, place: Place, delay: float, *, is_echo: bool = False) -> Strike:
        is_code = fault.kind is FaultKind.ERRCODE
        meaning = meaning_at(int(fault.value("errcode")), place) if is_code else None
        return Strike(delay, fault, meaning, is_echo)

    def _close(self, rule: Rule, place: Place, meaning: Meaning | None, now: datetime) -> None:
        match meaning.aftermath if meaning else Aftermath.NONE:
            case Aftermath.MINUTE:
                self._closed[place] = _Closure(rule, now + timedelta(minutes=1))
            case Aftermath.DAY:
                self._closed[place] = _Closure(rule, next_midnight(now))
            case _:
                pass

    def muffler(self, subject: Subject) -> Callable[[str], bool] | None:
        """Return what tells which windows a call's messages do not reach; None = all do."""
        now = self._world.now
        rules = [
            rule
            for rule in self.rules
            if rule.fault.kind is FaultKind.SILENT_DROP and rule.concerns(subject, now)
        ]
        if not rules:
            return None
        return lambda window: self._swallows(rules, window, subject, now)

    def _swallows(self, rules: list[Rule], window: str, subject: Subject, now: datetime) -> bool:
        for rule in rules:
            wanted = rule.fault.receiver.casefold()
            names = window.casefold().split(":")
            is_meant = not wanted or len(subject.receivers) == 1 or wanted in names
            if not is_meant or rule.shown.take(window, now) or not rule.comes_up():
                continue
            rule.strike()
            self._world.app.dropped.append(Dropped(now, DropReason.FAULT, window, ""))
            return True
        return False

    def course(self, parcel: Parcel) -> Course:
        """Decide how a callback travels, and count."""
        course = Course()
        if self.is_idle:
            return course
        for rule in self._up(self._subject_of(parcel), self._world.now):
            course = _disturbed(course, rule.fault)
            rule.strike()
        return course

    def _subject_of(self, parcel: Parcel) -> Subject:
        people = _words(parcel.plaintext) | {parcel.sender.casefold()}
        # The official account's callbacks name its gh_ id only.
        public = self._world.config.official.appid.casefold()
        accounts = people | {public} if parcel.line is Line.OFFICIAL else people
        return Subject(parcel.name, accounts, people)


def _words(plaintext: bytes) -> frozenset[str]:
    """Return everything in a callback, XML, JSON or broken, that could be an id."""
    return frozenset(word.decode().casefold() for word in ID.findall(plaintext))


def _disturbed(course: Course, fault: Fault) -> Course:
    match fault.kind:
        case FaultKind.CALLBACK_DOUBLED:
            return replace(course, copies=course.copies * int(fault.value("copies")))
        case FaultKind.CALLBACK_DELAYED:
            return replace(course, delay=course.delay + fault.value("seconds"))
        case FaultKind.CALLBACK_OVERTAKEN:
            hold = Hold(Until.OVERTAKEN, int(fault.value("copies")), fault.value("seconds"))
        case _:
            hold = Hold(Until.TOGETHER, int(fault.value("copies")), fault.value("seconds"))
    return replace(course, hold=hold)
