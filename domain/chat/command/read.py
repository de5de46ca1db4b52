"""(text, role) → command: keywords with arguments first, then plain sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rapidfuzz.distance import OSA

from domain.chat.command.dedup import read_dedup
from domain.chat.command.kinds import is_registration
from domain.chat.command.listed import read_listed
from domain.chat.command.model import Arguments, Command
from domain.chat.command.model import CommandName as N
from domain.chat.command.sentences import read_sentence
from domain.chat.command.slots import pool_of, take_slots, without_pool
from domain.chat.command.words import ALIASES, FILLERS, HOMOPHONES, LONGEST_ALIAS
from domain.chat.lexicon import Lexicon, default_lexicon
from domain.chat.people import name_at
from domain.chat.times.find import find_times
from domain.cleaning.text import fold

#: Nobody types a longer command; what is longer is talk.
_LONGEST = 80
_EDGES = " \n\t/#!！.。,，;；~、:：\"'“”"
_SPACED = re.compile(r"(?:[\u4e00-\u9fff?]\s+)+[\u4e00-\u9fff]")
#: The last four digits of a phone.
_PHONE_END = re.compile(r"(?:(?:手机|电话)?(?:尾号|后四位)(?:是|为)?)?\s*(\d{4})")
#: Whether words are a time does not hang on the day on which they are read.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
#: What is to be done with which version of the rules.
_RULES = re.compile(r"(?:试算|试|发布)?\s*(?:第?\s*(?P<n>\d{1,6})\s*版?)?\s*(?:确认)?")
_ABOUT_LEAD = frozenset(
    {N.LEAD, N.SCORE, N.PORTRAIT, N.FOLLOW, N.CLAIM, N.RELEASE, N.AUDIT, N.RESTORE}
)
_ABOUT_REP = frozenset({N.PAUSE, N.RESUME})
#: Alone these say nothing: they need a person, a time or a number beside them.
_NEVER_ALONE = frozenset({N.LEAD, N.FOLLOW, N.REMIND, N.RESTORE})
#: How many words of any kind may stand behind a keyword; the handler reads them.
_MOST_WORDS_BEHIND = {N.SEGMENT: 1, N.CAMPAIGN: 1, N.RULES: 1, N.EVENTS: 3}
_TAKES_PERIOD = frozenset(
    {
        N.FUNNEL,
        N.RANKING,
        N.REPORT,
        N.EXPORT,
        N.CHANNEL,
        N.MINE,
        N.POOL,
        N.TODO,
        N.CAMPAIGN,
        N.AUDIT,
    }
)
_SHORTEST_FUZZY, _SHORTEST_FUZZY_CHINESE = 4, 4


def read_command(text: str, role: str = "", lexicon: Lexicon | None = None) -> Command | None:
    """Return the command that ``text`` gives, or None for ordinary talk.

    Understands synonyms, typos (same sound, one letter), full width, missing blanks and
    plain sentences. ``role`` (``rep``, ``manager``, …) settles only what a word means to
    whom: 业绩 is a rep's own list of leads and everybody's report; whether they may is
    checked afterwards.
    """
    words = lexicon or default_lexicon()
    folded = fold(text).strip(_EDGES)
    if defined := _defined_segment(folded):
        return Command(defined, text=text.strip())
    if not folded or len(folded) > _LONGEST:
        return _help_sign(text)
    if _SPACED.fullmatch(folded):
        folded = folded.replace(" ", "")
    understood = (
        read_dedup(folded)
        or read_listed(folded)
        or _keyword(folded, words)
        or read_sentence(folded, words)
        or _past_score(folded, words)
        or _mistyped(folded)
        or _restored(folded)
    )
    if understood is None:
        return None
    name, arguments = understood
    if name is N.REPORT and folded == "业绩" and role == "rep":
        name = N.MINE
    return Command(name, arguments, text.strip())


def _defined_segment(text: str) -> N | None:
    """Return the command for ``圈选 name = expression``, which may be as long as it needs."""
    head, _, tail = re.sub(r"[:,]", " ", text, count=1).partition(" ")
    is_segment = ALIASES.get(head.lower()) or ALIASES.get(head.translate(HOMOPHONES))
    name, equals, condition = tail.partition("=")
    is_defined = is_segment is N.SEGMENT and name.strip() and equals and condition.strip()
    return N.SEGMENT if is_defined else None


def _help_sign(text: str) -> Command | None:
    """Return help for a lone question mark."""
    return Command(N.HELP, text=text) if fold(text).strip() in {"?", "??"} else None


def _keyword(text: str, lexicon: Lexicon) -> tuple[N, Arguments] | None:
    """Return a command whose keyword, arguments and fillers make up all of ``text``."""
    explicit = _explicit(text, lexicon)
    if explicit:
        return explicit
    for slots in take_slots(text, lexicon):
        for name, rest in _split_off_alias(slots.rest):
            arguments = Arguments(period=slots.period, n=slots.n, channel=slots.channel)
            if name is N.POOL and (pool := pool_of(slots.rest)):
                arguments, rest = replace(arguments, pool=pool), without_pool(slots.rest)  # noqa: PLW2901
            if name is N.REPORT and slots.n is not None:  # 业绩前三名
                name = N.RANKING  # noqa: PLW2901
            completed = _complete(name, arguments, rest, lexicon)
            if completed is not None:
                return name, completed
    return None


def _complete(name: N, arguments: Arguments, rest: str, lexicon: Lexicon) -> Arguments | None:
    """Return the arguments when nothing unexplained is left, else None."""
    if name is N.CLAIM:
        arguments = replace(arguments, pool=pool_of(rest))
        rest = without_pool(rest)
    residue = _residue(rest, FILLERS[name])
    if residue:
        is_alone = not (arguments.n or arguments.period or arguments.channel)
        role = "lead" if name in _ABOUT_LEAD else "rep" if name in _ABOUT_REP else ""
        if not role or not is_alone or not _is_person(residue, lexicon):
            return None
        return arguments.with_people({role: residue})
    if name in _NEVER_ALONE or (arguments.period and name not in _TAKES_PERIOD):
        return None
    return arguments


def _explicit(text: str, lexicon: Lexicon) -> tuple[N, Arguments] | None:
    """Return ``keyword name …``: what stands behind the blank or colon is taken as written."""
    head, _, tail = re.sub(r"[:,]", " ", text, count=1).partition(" ")
    name = ALIASES.get(head.lower()) or ALIASES.get(head.translate(HOMOPHONES))
    tail = tail.strip()
    if name is None or not tail:
        return None
    if name in {N.LEAD, N.SCORE, N.PORTRAIT, N.TAG} and (lead := _lead_named(tail, lexicon)):
        return name, Arguments(lead=lead)
    if name is N.TAG and " " not in tail:
        return name, Arguments(tag=tail)
    if name in _ASKED and (arguments := _ASKED[name](tail, lexicon)):
        return name, arguments
    most = _MOST_WORDS_BEHIND.get(name, 0)
    is_long = name is N.EVENTS and is_registration(tail)
    if len(tail.split()) <= most or is_long:
        return name, Arguments()
    return None


def _restored(text: str) -> tuple[N, Arguments] | None:
    """Return ``恢复 name`` or ``解除隔离 phone``: whoever stands behind the blank."""
    head, _, tail = re.sub(r"[:,]", " ", text, count=1).partition(" ")
    if ALIASES.get(head.lower()) not in {N.RESTORE, N.RESUME} or not tail or " " in tail.strip():
        return None
    ending = _PHONE_END.fullmatch(tail.strip())
    return N.RESTORE, Arguments(lead=ending[1] if ending else tail.strip())


def _lead_named(text: str, lexicon: Lexicon) -> str:
    """Return the last digits of a phone or the person that all of ``text`` names, else ""."""
    ending = _PHONE_END.fullmatch(text)
    if ending:
        return ending[1]
    return text if " " not in text and _is_person(text, lexicon) else ""


def _past_score_of(text: str, lexicon: Lexicon) -> Arguments | None:
    """Return the lead, and the time for which its score is asked."""
    who, _, time = text.partition(" ")
    lead = _lead_named(who, lexicon)
    is_time = any(said.span.cut(time) == time for said in find_times(time, _ANY_DAY))
    return Arguments(lead=lead, time=time) if lead and is_time else None


def _rules_asked(text: str, lexicon: Lexicon) -> Arguments | None:
    """Return which version of the rules is meant."""
    del lexicon
    version = _RULES.fullmatch(text)
    return Arguments(n=int(version["n"]) if version["n"] else None) if version else None


def _followed(text: str, lexicon: Lexicon) -> Arguments | None:
    """Return the lead with whose name a note begins."""
    person = name_at(text, 0, lexicon)
    return Arguments(lead=person.text) if person else None


_ASKED = {N.SCORE: _past_score_of, N.RULES: _rules_asked, N.FOLLOW: _followed}


def _past_score(text: str, lexicon: Lexicon) -> tuple[N, Arguments] | None:
    """Return a question after a score of the past: what is asked without its time."""
    said = next(iter(find_times(text, _ANY_DAY)), None) if "分" in text else None
    if said is None:
        return None
    time = said.span.cut(text)
    rest = text.replace(time, "", 1).strip(_EDGES + "的")
    name, arguments = _keyword(rest, lexicon) or read_sentence(rest, lexicon) or (None, None)
    if name is not N.SCORE or arguments is None or not arguments.lead:
        return None
    return name, replace(arguments, time=time)


def _split_off_alias(text: str) -> list[tuple[N, str]]:
    """Return every way to read a keyword in ``text`` with what is left, the longest first."""
    found: list[tuple[int, N, str]] = []
    lowered = text.lower()
    for reading in dict.fromkeys((lowered, lowered.translate(HOMOPHONES))):
        for start in range(len(text)):
            for end in range(min(len(text), start + LONGEST_ALIAS), start, -1):
                name = ALIASES.get(reading[start:end])
                if name and _stands_alone(reading, start, end):
                    found.append((start - end, name, f"{text[:start]} {text[end:]}"))
    return [(name, rest) for _, name, rest in sorted(found, key=lambda item: item[0])]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Refuse a Latin keyword inside a longer Latin word."""
    if not text[start].isascii() or not text[start].isalpha():
        return True
    return not (text[start - 1 : start].isascii() and text[start - 1 : start].isalpha()) and not (
        text[end : end + 1].isascii() and text[end : end + 1].isalpha()
    )


def _residue(text: str, fillers: Sequence[str]) -> str:
    """Return what is left of ``text`` without ``fillers``, blanks and signs."""
    parts: list[str] = []
    position = 0
    while position < len(text):
        filler = next((f for f in fillers if text.startswith(f, position)), None)
        if filler:
            position += len(filler)
            parts.append(" ")
        else:
            parts.append(text[position])
            position += 1
    return "".join(parts).strip(_EDGES + "?")


def _is_person(text: str, lexicon: Lexicon) -> bool:
    """Tell whether all of ``text`` names a person."""
    person = name_at(text, 0, lexicon)
    return person is not None and person.span.end == len(text)


def _mistyped(text: str) -> tuple[N, Arguments] | None:
    """Return the command of which the whole text is one slip away."""
    lowered = text.lower()
    shortest = _SHORTEST_FUZZY if lowered.isascii() else _SHORTEST_FUZZY_CHINESE
    if len(lowered) < shortest:
        return None
    near = (
        alias
        for alias in ALIASES
        if len(alias) >= shortest and OSA.distance(alias, lowered, score_cutoff=1) <= 1
    )
    alias = next(near, None)
    if alias is None or ALIASES[alias] in _NEVER_ALONE:
        return None
    return ALIASES[alias], Arguments()
