"""Full company name → its parts: place, brand, line of business, branch.

宁波明州环境能源有限公司 is 宁波 + 明州 + 环境能源 + 有限公司. The brand is what people
say and what two spellings of one firm share; a name without one (湖北环保设计公司) has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from domain.chat.words.cities import CITIES, PROVINCES
from domain.chat.words.company_names import BUSINESS, COUNTIES, COUNTRIES, FORMS
from domain.cleaning.text import clean_text

_MUNICIPALITIES = frozenset({"北京", "上海", "天津", "重庆", "香港", "澳门"})
_BRACKETS = re.compile(r"[((\[【][^))\]】]{0,20}[))\]】]")
_PLACE_SUFFIX = (
    r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|地区|省|市|盟|州|县|区)"
)
#: A place with its suffix: 宿豫区, 千灯镇, 燕南街, 保税区.
_NAMED_PLACE = re.compile(
    r"(?:[\u4e00-\u9fff]{1,5}?(?:自治州|自治县|自治区|县|(?<!小)(?<!社)(?<!园)(?<!片)区|旗|镇|乡(?!村)|街道)"
    r"|(?:经济技术|高新技术|经济|高新|综合|国家级)?(?:产业)?(?:开发|保税|新|示范|高新|工业园)区)"
)
_NAMED_CITY = re.compile(r"[\u4e00-\u9fff]{2,4}?(?<![超门都城夜上股菜])市(?!场|政|民)")
_STREET = re.compile(r"[\u4e00-\u9fff]{2,3}街(?!道|区|舞)")
_BRANCH = re.compile(r"([\u4e00-\u9fff]{2,8}?)(?:分公司|办事处|营业部|支行|分行|分店|分部)$")
_MOST_PLACES = 5
_SHORTEST_BRAND = 2
_LONGEST_WORD = 10
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class CompanyName:
    """The parts of a company's name. Any of them may be empty.

    ``place``: countries, provinces, cities and districts in front, as written; ``brand``:
    what tells the firm from others; ``rest``: line of business and legal form, as written.
    """

    place: str = ""
    brand: str = ""
    rest: str = ""


def read_company_name(name: str) -> CompanyName:
    """Split a company's full name. Longer ones than sixty characters are cut."""
    bare = _BRACKETS.sub("", clean_text(name)[:_LONGEST_NAME]).replace(" ", "")
    end = _end_of_places(bare)
    core = bare[end:]
    begin = _start_of_business(core)
    if begin == 1:  # 好房屋网络, 中石化安装: one character is no brand
        begin = _start_of_business(core, at_least=_SHORTEST_BRAND)
    return CompanyName(bare[:end], core[:begin], core[begin:])


def brand_of(name: str) -> str:
    """Return the brand of a full company name, empty when it has none."""
    return read_company_name(name).brand


def _end_of_places(name: str) -> int:
    """Return where the places at the beginning of a name end."""
    end = 0
    for _ in range(_MOST_PLACES):
        step = _place_at(name, end)
        if not step:
            break
        end += step
    return end


def _place_at(name: str, start: int) -> int:
    """Return the length of the place at ``start``, 0 when there is none."""
    rest = name[start:]
    for length in range(min(6, len(rest)), 1, -1):
        if rest[:length] in _places():
            suffix = re.match(_PLACE_SUFFIX, rest[length:])
            return length + (len(suffix[0]) if suffix else 0)
    named = _NAMED_PLACE.match(rest) or (_NAMED_CITY.match(rest) if not start else None)
    if named is None and start:
        named = _STREET.match(rest)
    return len(named[0]) if named and len(named[0]) < len(rest) else 0


@cache
def _places() -> frozenset[str]:
    """Return all places that need no suffix."""
    return COUNTRIES | PROVINCES | CITIES | COUNTIES | _MUNICIPALITIES


@cache
def _words() -> frozenset[str]:
    """Return all words that are no part of a brand."""
    return BUSINESS | FORMS | _places()


def _start_of_business(core: str, at_least: int = 0) -> int:
    """Return where, at the earliest, nothing but known words follows to the end."""
    branch = _BRANCH.search(core)
    known = core[: branch.start()] if branch and _is_place(branch[1]) else core
    covered = [False] * len(known) + [True]
    for position in range(len(known) - 1, -1, -1):
        covered[position] = any(
            covered[position + length] and known[position : position + length] in _words()
            for length in range(1, min(_LONGEST_WORD, len(known) - position) + 1)
        )
    starts = [position for position, is_known in enumerate(covered) if is_known]
    return next(position for position in starts if position >= min(at_least, len(known)))


def _is_place(text: str) -> bool:
    """Tell whether the text is one known place, with or without suffix."""
    return _place_at(text, 0) == len(text)
