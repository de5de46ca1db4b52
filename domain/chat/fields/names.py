"""Names of people: introduced (``我叫…``), labelled (``姓名：…``) or beside a phone number.

Chinese has no capitals and many surnames are everyday characters, so a name counts only
where the sentence makes room for one, begins with a surname and is no dictionary word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.chat.fields.finding import Candidate, Finding, Findings, Owner
from domain.chat.fields.settle import settle
from domain.chat.lexicon import Lexicon
from domain.chat.passage import Passage, Span
from domain.chat.words.cities import PROVINCES
from domain.chat.words.names import GIVEN_NAME_STOPS, GO_ON_WORDS, NOT_NAMES
from domain.cleaning.name import TITLE, Name, normalise_name, surname_of
from domain.cleaning.words import any_word

_HAN = r"[\u4e00-\u9fff]"
_POST = any_word(
    """
    负责人 老板 创始人 采购 经理 总监 行政 人事 店长 校长 园长 家长 学员 学生 客户 新客户 用户 机主
    """
)
_INTRODUCED = re.compile(
    r"(?:(?<![你您他她谁])(?<!别)叫(?!我|什么|啥|你|他|她|不|车[过来去回到送])"
    r"|名字(?:是|叫|写|:|\s)|姓名(?:是|写|:|\s)*|联系人(?:是|:|\s)*"
    r"|(?:预约|报名|收件|收货|订课)人(?:是|:|\s)*|称呼(?:我|:|\s)|(?:家长|学生|学员|孩子|宝宝)姓名?(?:是|:|\s)+|(?:家长|学生|学员):)"
    r"\s?"
)
_CALL_ME = re.compile(r"(?:叫我|喊我|称呼我(?:为)?|可以叫我)\s?")
_I_AM = re.compile(rf"(?:(?<![你您他她不])我是|这边是|这里是|本人(?!名)是?)(?:{_POST})?\s?")
_I_AM_FROM = re.compile(rf"我是[^,。!?\s]{{2,16}}的(?:{_POST}|太太|夫人|爱人|妻子|丈夫|先生)?\s?")
_ROLE = re.compile(r"(?:家长|学员|学生|客户|宝妈|宝爸)\s?")
_SURNAME_THEN_NAME = re.compile(
    rf"姓(?P<surname>{_HAN}{{1,2}}?)[,\s]?(?:单?名|叫)(?P<given>{_HAN}{{1,2}})(?!{_HAN})"
)
_SURNAME_ONLY = re.compile(r"(?:我|免贵|敝|鄙人?|本人|(?:^|(?<=[,。!\s])))姓\s?")
_CORRECTED = re.compile(r"(?:写错了?|打错了?|不对|错了)[\s,。]*(?:应该)?(?:是|叫)\s?")
_LATIN_INTRODUCED = re.compile(
    r"(?:叫我?|(?:名字|姓名)(?:是|:)|my name is|i'?m|i am|this is)\s*"
    r"([A-Z][A-Za-z]{1,14}(?:\s[A-Z][A-Za-z]{1,14})?)"
    r"(?![A-Za-z@.\d])",
    re.IGNORECASE,
)
_MINORITY = re.compile(rf"({_HAN}{{2,7}}(?:[·•]{_HAN}{{2,7}}){{1,2}})")
_TITLED = re.compile(rf"({_HAN}{{1,3}}?{TITLE})")
_KIN = re.compile(r"(?:妈妈?|爸爸?|奶奶|爷爷|家长)$")
_SURNAME_AND_KIN = re.compile(rf"{_HAN}(?:妈妈|爸爸|奶奶|爷爷)|{_HAN}家长")
_NICKNAME = re.compile(rf"([小老阿]{_HAN})(?=就行|就好|吧|即可|也行|都行|[\s,。!]|$)")
_ENDS = re.compile(r"[\s,。!?;:.、()/\-\d\n…~]|$|就行|就好|吧|即可|的(?:电话|手机|微信)")
_BESIDE = re.compile(r"[\s,:/\-、。|_()]{0,3}")
_TOKEN = re.compile(rf"{_HAN}{{2,5}}")
_CHILD_BEFORE = re.compile(r"(?:孩子|儿子|女儿|娃|宝宝|闺女|学生|学员|老大|老二)[^,。]{0,4}$")
_LONGEST_GIVEN = 2
_NO_NAME_SIGN = re.compile(r"[号电话微手机码]")
#: Tags of adverbs, adjectives, verbs, times and plain nouns in the jieba dictionary.
_COMMON_TAGS = frozenset(
    {"d", "ad", "a", "an", "v", "vn", "vd", "t", "n", "r", "p", "c", "m", "f", "q"}
)


def find_names(passage: Passage, phones: Findings[str], lexicon: Lexicon) -> Findings[str]:
    """Return names of people, the writer's own first.

    A full name comes without title, a surname with it (``李女士``). A child's name is
    marked as the child's. ``phones`` are the numbers found in the same message.
    """
    reader = _Reader(passage, lexicon)
    return _without_parts(settle(passage, reader.candidates(phones)))


def _without_parts(names: Findings[str]) -> Findings[str]:
    """Drop a bare surname where the same surname comes with a name or a title."""
    values = [name.value for name in names]
    return tuple(
        name
        for name in names
        if not any(other != name.value and other.startswith(name.value) for other in values)
    )


class _Reader:
    """Finds names in one message."""

    def __init__(self, passage: Passage, lexicon: Lexicon) -> None:
        self._passage = passage
        self._text = passage.text
        self._lexicon = lexicon

    def candidates(self, phones: Findings[str]) -> Iterator[Candidate[str]]:
        """Yield every place where a name stands."""
        for found in _INTRODUCED.finditer(self._text):
            yield from self._named_at(found.end(), is_certain=True)
        for found in _CALL_ME.finditer(self._text):
            yield from self._titled_at(found.end())
        for pattern in (_I_AM, _I_AM_FROM, _CORRECTED, _ROLE):
            for found in pattern.finditer(self._text):
                yield from self._named_at(found.end(), is_certain=False)
        for found in _SURNAME_THEN_NAME.finditer(self._text):
            if surname_of(found["surname"]) == found["surname"]:
                yield Candidate(found["surname"] + found["given"], Span(*found.span("surname")))
        for found in _SURNAME_ONLY.finditer(self._text):
            yield from self._surname_at(found.end())
        for found in _LATIN_INTRODUCED.finditer(self._text):
            yield self._candidate(Span(*found.span(1)), 0.9)
        for phone in phones:
            yield from self._beside(phone)

    def _candidate(self, span: Span, confidence: float) -> Candidate[str]:
        """Return the name at ``span``, in the writer's own characters, without polite title."""
        value = span.cut(self._passage.original).replace(" ", "")
        if value.isascii():
            value = span.cut(self._passage.original)
        name = normalise_name(value)
        if (
            isinstance(name, Name)
            and name.surname
            and name.title
            and name.full + name.title == value
        ):
            value = name.full
        is_child = _CHILD_BEFORE.search(self._passage.clause_before(span.start, 12)) is not None
        return Candidate(value, span, confidence, Owner.CHILD if is_child else Owner.SELF)

    def _named_at(self, position: int, *, is_certain: bool) -> Iterator[Candidate[str]]:
        """Yield the name that begins at ``position``; uncertain places need a clean end."""
        minority = _MINORITY.match(self._text, position)
        if minority:
            yield self._candidate(Span(*minority.span(1)), 0.9)
            return
        titled = list(self._titled_at(position))
        if titled:
            yield from titled
            return
        end = self._end_of_name(position)
        if end and (is_certain or _ENDS.match(self._text, end)):
            span = Span(position, end)
            token = span.cut(self._text).replace(" ", "")
            if not self._is_word(token) and (is_certain or not self._is_common(token)):
                yield self._candidate(span, 0.95 if is_certain else 0.85)

    def _titled_at(self, position: int) -> Iterator[Candidate[str]]:
        """Yield ``李女士``, ``王芳老师`` or ``小李`` at ``position``."""
        titled = _TITLED.match(self._text, position)
        if titled and _KIN.search(titled[1]) and not _SURNAME_AND_KIN.fullmatch(titled[1]):
            return  # 周周妈妈 is somebody's mother, by the child's name
        if titled and surname_of(titled[1]) and _ENDS.match(self._text, titled.end()):
            yield self._candidate(Span(*titled.span(1)), 0.9)
            return
        nickname = _NICKNAME.match(self._text, position)
        if nickname and nickname[1] not in NOT_NAMES:
            yield self._candidate(Span(*nickname.span(1)), 0.7)

    def _surname_at(self, position: int) -> Iterator[Candidate[str]]:
        """Yield a bare surname (``免贵姓赵``)."""
        surname = surname_of(self._text[position : position + 2])
        if surname and _ENDS.match(self._text, position + len(surname)):
            yield self._candidate(Span(position, position + len(surname)), 0.5)

    def _beside(self, phone: Finding[str]) -> Iterator[Candidate[str]]:
        """Yield the name in front of or behind a phone number, as in forms."""
        window = self._passage.before(phone.span.start, 12)
        gap = re.search(r"[\s,:/\-、。|_()]{0,3}$", window)
        head = window[: gap.start()] if gap else window
        token = re.search(rf"(?:^|[\s,:/\-、。|_()!?\d])({_HAN}{{2,5}})$", head)
        if token:
            start = phone.span.start - len(window) + token.start(1)
            yield from self._whole_token(Span(start, start + len(token[1])))
        behind = _BESIDE.match(self._text, phone.span.end)
        begin = behind.end() if behind else phone.span.end
        token = _TOKEN.match(self._text, begin)
        if token and _ENDS.match(self._text, token.end()):
            yield from self._whole_token(Span(*token.span()))

    def _whole_token(self, span: Span) -> Iterator[Candidate[str]]:
        """Yield ``span`` when all of it is a name."""
        token = span.cut(self._text)
        titled = _TITLED.fullmatch(token)
        surname = surname_of(token)
        is_name = surname and 0 < len(token) - len(surname) <= _LONGEST_GIVEN
        is_odd = _NO_NAME_SIGN.search(token) or self._is_common(token)
        if surname and (titled or is_name) and not self._is_word(token) and not is_odd:
            yield self._candidate(span, 0.8)

    def _end_of_name(self, position: int) -> int | None:
        """Return where the full name at ``position`` ends, or None when there is none."""
        surname = surname_of(self._text[position : position + 2])
        if not surname:
            return None
        begin = position + len(surname)
        if self._text[begin : begin + 1] == " ":
            begin += 1
        given = re.compile(rf"{_HAN}{{1,{_LONGEST_GIVEN}}}").match(self._text, begin)
        if not given:
            return None
        return begin + self._given_length(position, begin, given[0])

    def _given_length(self, position: int, begin: int, given: str) -> int:
        """Return how many characters the given name has: the second may belong to the next word."""
        if len(given) < _LONGEST_GIVEN or given[1] in GIVEN_NAME_STOPS:
            return 1
        if _ENDS.match(self._text, begin + _LONGEST_GIVEN):
            return _LONGEST_GIVEN
        if self._text.startswith(GO_ON_WORDS, begin + 1):
            return 1
        if self._text[begin + _LONGEST_GIVEN] in GIVEN_NAME_STOPS:  # 郭德纲要报名
            return _LONGEST_GIVEN
        words = self._lexicon.cut(self._text[position : begin + 6])
        return 1 if words and len(words[0]) == begin - position + 1 else _LONGEST_GIVEN

    def _is_common(self, token: str) -> bool:
        """Tell whether the dictionary has the token as anything but a name."""
        tagged = self._lexicon.tag(token)
        return len(tagged) == 1 and tagged[0][1] in _COMMON_TAGS

    def _is_word(self, token: str) -> bool:
        """Tell whether the would-be name is an everyday word, a place or a subject."""
        return (
            token in NOT_NAMES
            or token[:2] in NOT_NAMES
            or token in PROVINCES
            or token in self._lexicon.cities
            or token in self._lexicon.subjects
        )
