"""Parts of a company's name without what every firm has: legal form, branch, 省 and 市."""

from __future__ import annotations

from domain.chat.words.company_names import FORMS

#: Whatever follows one of these is a branch or the form once more.
_LEGAL_FORMS = ("有限责任公司", "股份有限公司", "有限公司")
_PLACE_SUFFIXES = "省市县区州盟"
_COUNTRY = "中国"
_LONGEST_FORM = 8
_SHORTEST_PLACE = 2


def without_form(text: str) -> str:
    """Return the text without legal forms, and branches behind them, at its end."""
    for form in _LEGAL_FORMS:
        head, found, _ = text.partition(form)
        if found:
            return without_form(head)
    for length in range(min(_LONGEST_FORM, len(text)), 1, -1):
        if text[-length:] in FORMS:
            return without_form(text[:-length])
    return text


def bare_place(place: str) -> str:
    """Return a place without the country before it and 省, 市, 区 behind it."""
    bare = place.removeprefix(_COUNTRY)
    return bare.rstrip(_PLACE_SUFFIXES) if len(bare) > _SHORTEST_PLACE else bare
