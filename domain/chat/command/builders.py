"""From a matched sentence to arguments; None when those named are no people after all."""

from __future__ import annotations

import re
from collections.abc import Callable

from domain.chat.command.model import Arguments
from domain.chat.command.slots import pool_of, take_slots
from domain.chat.lexicon import Lexicon
from domain.chat.numerals import to_int
from domain.chat.passage import Span
from domain.chat.people import name_at
from domain.chat.when.find import said_times

#: The speaker, or nobody: the handler knows.
_SPEAKER = frozenset({"", "我", "自己", "我自己"})
#: A lead that is pointed at: the one spoken of last.
_POINTED_AT = frozenset({"他", "她", "它", "这个", "那个", "这条", "这", "该"})
_CONTACT = re.compile(r"(?:回访|拜访|联系|跟进|打给|发给|回复|给|跟|和|找|约|问|催|见)(?:一下)?\s?")


class Reader:
    """One folded sentence and the words to read it with."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        """Keep the sentence and the lexicon."""
        self.text = text
        self.lexicon = lexicon

    def person(self, text: str, *, is_lead: bool = False) -> str | None:
        """Return ``text`` when all of it is a person; "" for the speaker or a lead pointed at."""
        text = text.strip(" :,的")
        if text in _SPEAKER or (is_lead and text in _POINTED_AT):
            return ""
        person = name_at(text, 0, self.lexicon)
        return text if person and person.span == Span(0, len(text)) else None

    def time(self) -> str:
        """Return the first time expression as written."""
        said = next(said_times(self.text), None)
        return said.span.cut(self.text) if said else ""

    def contact(self) -> str:
        """Return whom a reminder is about: the person behind 回访, 给, 联系 and the like."""
        for found in _CONTACT.finditer(self.text):
            person = name_at(self.text, found.end(), self.lexicon)
            if person:
                return person.text
        return ""


Build = Callable[[re.Match[str], Reader], Arguments | None]


def _people(found: re.Match[str], reader: Reader, *roles: str) -> dict[str, str] | None:
    """Return the people of the groups named like their roles (``rep``, ``rep2`` …)."""
    people: dict[str, str] = {}
    for group, text in found.groupdict().items():
        role = group.rstrip("0123456789")
        if role not in roles or text is None:
            continue
        person = reader.person(text, is_lead=role == "lead")
        if person is None:
            return None
        if person:
            people[role] = person
    return people


def nothing(_: re.Match[str], reader: Reader) -> Arguments:
    """A command without arguments."""
    del reader
    return Arguments()


def only_period(found: re.Match[str], reader: Reader) -> Arguments:
    """A command about a period."""
    return Arguments(period=next(take_slots(found[0], reader.lexicon)).period)


def lead(found: re.Match[str], reader: Reader) -> Arguments | None:
    """A command about one lead that must be named."""
    people = _people(found, reader, "lead")
    return Arguments().with_people(people) if people else None


def rep(found: re.Match[str], reader: Reader) -> Arguments | None:
    """A command about a rep; nobody named means the speaker."""
    people = _people(found, reader, "rep")
    return None if people is None else Arguments().with_people(people)


def assign(found: re.Match[str], reader: Reader) -> Arguments | None:
    """``把张三分给李四``: lead and rep."""
    people = _people(found, reader, "lead", "rep")
    return Arguments().with_people(people) if people and "rep" in people else None


def assign_number(found: re.Match[str], reader: Reader) -> Arguments | None:
    """``把公海的10条线索分给李四``: how many, from where, to whom."""
    people = _people(found, reader, "rep")
    if not people:
        return None
    what = found.groupdict().get("what") or found.groupdict().get("what2") or ""
    slots = next(take_slots(what, reader.lexicon))
    arguments = Arguments(n=slots.n, channel=slots.channel, pool=pool_of(what))
    return arguments.with_people(people) if slots.n else None


def transfer(found: re.Match[str], reader: Reader) -> Arguments | None:
    """Lead, giver and receiver, as far as they are named; the receiver must be."""
    people = _people(found, reader, "lead", "from_rep", "rep")
    return Arguments().with_people(people) if people and "rep" in people else None


def leave(found: re.Match[str], reader: Reader) -> Arguments | None:
    """Who is away, and when: who is what remains once the time is taken out."""
    time = reader.time()
    who = found["who"].replace(time, "") if time else found["who"]
    person = reader.person(re.sub(r"[要想需得请\s]+$", "", who))
    return None if person is None else Arguments(rep=person, time=time)


def claim(found: re.Match[str], reader: Reader) -> Arguments | None:
    """A number of leads, or one by name."""
    if found["n"]:
        slots = next(take_slots(reader.text, reader.lexicon))
        pool = pool_of(found["pool"] or "")
        return Arguments(n=to_int(found["n"]), channel=slots.channel, pool=pool)
    return lead(found, reader)


def release(found: re.Match[str], reader: Reader) -> Arguments | None:
    """One lead, into a pool if one is named."""
    people = _people(found, reader, "lead")
    pool = pool_of(found.groupdict().get("pool") or "")
    return Arguments(pool=pool).with_people(people) if people else None


def tag(found: re.Match[str], reader: Reader) -> Arguments | None:
    """Lead and tag; a word for taking it off sets ``remove``."""
    people = _people(found, reader, "lead")
    name = found["tag"].strip(" :,\"'")
    if not people or not name:
        return None
    return Arguments(tag=name, remove=bool(found.groupdict().get("off"))).with_people(people)


def remind(found: re.Match[str], reader: Reader) -> Arguments | None:
    """Time and lead; without a time the sentence must begin with the word."""
    time = reader.time()
    if not time and not (found["first"] or found["off"]):
        return None
    return Arguments(lead=reader.contact(), time=time, remove=bool(found["off"]))


def follow(found: re.Match[str], reader: Reader) -> Arguments | None:
    """A note that begins with the lead's name."""
    person = name_at(found["rest"], 0, reader.lexicon)
    return Arguments(lead=person.text) if person else None
