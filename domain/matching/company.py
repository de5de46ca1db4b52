"""Chinese company names as they are compared: 北京纷扬科技有限公司 = 北京纷扬 = 纷扬科技.

The brand tells firms from others. Legal form, branch and words for what a firm is are
left out; place and line of business only speak against a match, when both are said
and contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import Indel

from domain.chat.company_name import read_company_name
from domain.chat.company_parts import bare_place, without_form
from domain.cleaning.text import clean_text
from domain.matching.sounds import sound_of
from domain.values import Refusal

#: From this share of common characters on two brands may be one that was mistyped.
ALIKE = 0.6
#: Likeness at least of two brands that sound alike: one of them may be a slip while typing.
SOUNDS_ALIKE = 0.8
#: Likeness of one brand whose places or lines of business contradict each other.
CONTRADICTED = 0.7
_BIGRAM = 2
#: How keys begin under which companies of one brand stand, or of brands that sound alike.
BRAND_BLOCK, SOUND_BLOCK = "=", "~"
#: Characters of a company name that may have an alias, or be one.
LONGEST_COMPANY = 60


class CompanyMatch(StrEnum):
    """How two company names stand to each other."""

    SAME = "same"
    #: One of them may be mistyped, or a sister company: a human decides.
    LIKELY = "likely"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class CompanyKey:
    """What a company name is compared by; ``business`` is without legal form and branch."""

    brand: str
    place: str = ""
    business: str = ""

    @property
    def normal(self) -> str:
        """Return the one spelling under which the company is stored."""
        return f"{self.place}|{self.brand}|{self.business}"


@dataclass(frozen=True, slots=True)
class Aliases:
    """Other names of companies (products, abbreviations), by folded name: the brand they mean."""

    brands: Mapping[str, str]

    def key(self, name: str) -> CompanyKey:
        """Return the key of a name; an alias stands for its company's brand."""
        key = company_key(name)
        brand = self.brands.get(key.brand) or self.brands.get(_folded(name))
        return CompanyKey(brand, key.place, key.business) if brand else key

    def names(self) -> dict[str, list[str]]:
        """Return the aliases of each brand, both in order."""
        found: dict[str, list[str]] = {}
        for brand, name in sorted((brand, name) for name, brand in self.brands.items()):
            found.setdefault(brand, []).append(name)
        return found

    def also(self, pairs: Iterable[tuple[str, str]]) -> Aliases:
        """Return the aliases with more of them: pairs of a company and another name of it.

        An alias of an alias means the company at the end.
        """
        found = dict(self.brands)
        for company, name in pairs:
            brand = company_key(company).brand
            found |= {_folded(name): brand, company_key(name).brand: brand}
        return Aliases({name: _at_the_end(brand, found) for name, brand in found.items()})


def _at_the_end(brand: str, brands: Mapping[str, str]) -> str:
    seen = {brand}
    while (further := brands.get(brand)) and further not in seen:
        seen.add(further)
        brand = further
    return brand


NO_ALIASES = Aliases({})

ALIAS_WRONG = "alias_wrong"
ALIAS_SAME = "alias_same"
ALIAS_TAKEN = "alias_taken"


def refuse_alias(aliases: Aliases, company: str, name: str) -> Refusal | None:
    """Return why ``name`` cannot be another name of ``company``, or None.

    Refusals: ``alias_wrong`` (shorter than two characters, longer than a name), ``alias_same``
    (both are one already), ``alias_taken`` (it means somebody else; the detail is whom).
    """
    if not all(_BIGRAM <= len(_folded(one)) <= LONGEST_COMPANY for one in (company, name)):
        return Refusal(ALIAS_WRONG)
    meant, known = aliases.key(company).brand, aliases.key(name).brand
    if meant == known:
        return Refusal(ALIAS_SAME)
    is_taken = known not in (_folded(name), company_key(name).brand)
    return Refusal(ALIAS_TAKEN, known) if is_taken else None


def alias_table(companies: Mapping[str, tuple[str, ...]]) -> Aliases:
    """Return the aliases of companies by full name."""
    return NO_ALIASES.also(
        (company, name) for company, names in companies.items() for name in names
    )


@lru_cache(maxsize=20_000)
def company_key(name: str) -> CompanyKey:
    """Return the key of a company name; the brand of a name without one is all of it."""
    parts = read_company_name(name)
    business = without_form(parts.rest)
    brand = _folded(parts.brand)
    if not brand:  # 湖北环保设计公司, 中国建设银行: nothing else tells it from others
        return CompanyKey(_folded(without_form(name)))
    return CompanyKey(brand, bare_place(_folded(parts.place)), _folded(business))


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    return clean_text(text).replace(" ", "").casefold()


def compare_companies(one: CompanyKey, other: CompanyKey) -> tuple[CompanyMatch, float]:
    """Return how two companies stand to each other, and their likeness from 0 to 1."""
    if not one.brand or not other.brand:
        return CompanyMatch.APART, 0.0
    contradicts = _contradicts(one, other)
    if one.brand == other.brand:
        if contradicts:
            return CompanyMatch.LIKELY, CONTRADICTED
        return CompanyMatch.SAME, 1.0
    likeness = float(Indel.normalized_similarity(one.brand, other.brand))
    shortest = min(len(one.brand), len(other.brand))
    if _sound_alike(one.brand, other.brand):
        likeness = max(likeness, SOUNDS_ALIKE)
    elif shortest <= _BIGRAM:
        return CompanyMatch.APART, likeness
    if likeness >= ALIKE and not contradicts:
        return CompanyMatch.LIKELY, likeness
    return CompanyMatch.APART, likeness * CONTRADICTED if contradicts else likeness


def _sound_alike(one: str, other: str) -> bool:
    """Tell whether two brands of two or more characters are pronounced alike: 纷扬 and 纷杨."""
    return len(one) == len(other) >= _BIGRAM and sound_of(one) == sound_of(other) != ""


def _contradicts(one: CompanyKey, other: CompanyKey) -> bool:
    places = {one.place, other.place} - {""}
    lines = {one.business, other.business} - {""}
    return _differ(places) or (_differ(lines) and not _share_words(*lines))


def _differ(values: set[str]) -> bool:
    """Tell whether there are two values and neither holds the other."""
    return len(values) > 1 and not any(a != b and a in b for a in values for b in values)


def _share_words(one: str, other: str) -> bool:
    return bool(set(bigrams(one)) & set(bigrams(other)))


def company_likeness(one: str, other: str) -> float:
    """Return the likeness of two company names from 0 to 1, without aliases."""
    return compare_companies(company_key(one), company_key(other))[1]


def bigrams(text: str) -> list[str]:
    """Return the pairs of neighbouring characters."""
    return [text[i : i + _BIGRAM] for i in range(len(text) - 1)]


def blocks_of(key: CompanyKey) -> Iterator[str]:
    """Yield under which keys a company is looked for: brand, its sound, pairs of its characters.

    Whoever shares none of them with a brand of three or more characters is less than
    60 per cent alike, so nothing that :func:`compare_companies` calls likely is missed
    but brands of which every second character is mistyped.
    """
    if not key.brand:
        return
    yield f"{BRAND_BLOCK}{key.brand}"
    if len(key.brand) >= _BIGRAM and (sound := sound_of(key.brand)):
        yield f"{SOUND_BLOCK}{sound}"
    if len(key.brand) > _BIGRAM:
        yield from sorted(set(bigrams(key.brand)))
