"""Names of people inside a rep's sentence: leads and colleagues, as written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.chat.lexicon import Lexicon
from domain.chat.passage import Span
from domain.chat.words.cities import PROVINCES
from domain.chat.words.names import GIVEN_NAME_STOPS, NOT_NAMES
from domain.cleaning.name import TITLE, surname_of

_HAN = r"[\u4e00-\u9fff]"
_TITLED = re.compile(rf"{_HAN}{{1,3}}?{TITLE}")
#: Whoever is called 先生 or 女士 has a surname before it, however rare.
_POLITE = re.compile(
    r"(?![位个名的些两几某该各多这那男女老先小])[\u4e00-\u9fff](?:先生|女士|小姐|太太)"
)
_NICK = re.compile(rf"[小老阿]{_HAN}(?:{TITLE})?")
_PHONE = re.compile(r"1[3-9]\d{9}(?!\d)|[Ll#]\d{1,8}(?!\d)", re.ASCII)
_TITLE_WORD = re.compile(TITLE)
_LATIN = re.compile(r"[A-Z][A-Za-z]{1,14}(?:\s[A-Z][A-Za-z]{1,14})?(?![A-Za-z])")
_END = re.compile(r"[\s,。!?;:.、()/\-…~]|$")
#: A given name does not begin with these, whatever surname stands before.
_NO_GIVEN_NAME = frozenset("么打说问约发没不是的了在有再还又都也就,。!?;: 、\n")
#: Behind a name in a rep's report (张三已…, 李四关机): more than in a customer's own words.
_REPORT_STOPS = GIVEN_NAME_STOPS | frozenset(
    "已昨后下周上约没不关空停又再考嫌觉报交付全成待来去刚同答确签拒回挂有是问讲谈反准愿改另转打发那这其当本接收退分给从跟"
    "为的客线前多少评画标打归由领释放名进备未暂明今晚早中午两三一二四五六七八九十次都谁什叫因聊谈见签问催回发打接通换试听看买退转订付所但而且要把被叫让请"
)
_LONGEST_GIVEN = 2


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as written, and where."""

    text: str
    span: Span


def name_at(text: str, position: int, lexicon: Lexicon) -> PersonName | None:
    """Return the person named at ``position`` of folded ``text``, or None.

    A full name, a surname with title (``李女士``, ``王总``), a nickname (``小李妈妈``), a
    phone number, a lead number (``L12``) or a Latin name.
    """
    for pattern in (_PHONE, _NICK, _LATIN):
        found = pattern.match(text, position)
        if found and not _is_word(found[0], lexicon):
            return PersonName(found[0], Span(*found.span()))
    polite = _POLITE.match(text, position)
    if polite:
        return PersonName(polite[0], Span(*polite.span()))
    titled = _TITLED.match(text, position)
    if titled and surname_of(titled[0]) and not _is_word(titled[0], lexicon):
        return PersonName(titled[0], Span(*titled.span()))
    end = _end_of_full_name(text, position, lexicon)
    if end is None or _is_word(text[position:end], lexicon):
        return None
    return PersonName(text[position:end], Span(position, end))


def titled_in(text: str, lexicon: Lexicon) -> PersonName | None:
    """Return the first surname with title anywhere in folded ``text`` (``那个李总``)."""
    for found in _TITLE_WORD.finditer(text):
        for length in (2, 1):
            start = found.start() - length
            if (
                start >= 0
                and surname_of(text[start : found.start()]) == text[start : found.start()]
            ):
                person = name_at(text, start, lexicon)
                if person:
                    return person
    return None


def _end_of_full_name(text: str, position: int, lexicon: Lexicon) -> int | None:
    """Return where surname and given name end."""
    surname = surname_of(text[position : position + 2])
    begin = position + len(surname)
    given = text[begin : begin + _LONGEST_GIVEN]
    if not surname or not given or not re.match(_HAN, given[0]):
        return None
    words = [*lexicon.tag(text[position : begin + 6]), ("", "")]
    if words[0][1] == "nr" and len(words[0][0]) == len(surname) + _LONGEST_GIVEN:
        is_word = given[1] in _REPORT_STOPS  # 张三说 is no name, whatever the dictionary thinks
        return begin + (1 if is_word else _LONGEST_GIVEN)
    if given[0] in _NO_GIVEN_NAME:
        return None
    if len(given) < _LONGEST_GIVEN or not re.match(_HAN, given[1]) or given[1] in _REPORT_STOPS:
        return begin + 1
    if _END.match(text, begin + _LONGEST_GIVEN):
        return begin + _LONGEST_GIVEN
    goes_on = len(words[0][0]) == len(surname) + 1 and len(words[1][0]) > 1
    return begin + (1 if goes_on else _LONGEST_GIVEN)


def _is_word(token: str, lexicon: Lexicon) -> bool:
    """Tell whether the would-be name is an everyday word, a place or a subject."""
    return (
        token in NOT_NAMES
        or token[:2] in NOT_NAMES
        or token in PROVINCES
        or token in lexicon.cities
        or token in lexicon.subjects
    )
