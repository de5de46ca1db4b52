"""Names of companies as they are kept: one form of the text, placeholders refused.

Which two names are one company is another question, with its own rules; here the name
stays what it is, legal form, region and branch included.
"""

from __future__ import annotations

import re

from domain.cleaning.text import clean_text
from domain.cleaning.words import word_set
from domain.values import Refusal

_PLACEHOLDERS = word_set(
    """
    无 没有 无公司 未知 不详 保密 个人 自由职业 无业 待业 公司 有限公司 测试 测试公司 单位 企业
    test none null n/a na unknown company
    """
)
_BLANK_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff()])\s+|\s+(?=[\u4e00-\u9fff()])")
_BRACKETS = str.maketrans("[]{}【】〔〕「」", "()()()()()")
_EDGES = " ,.;:、，。；：-_/|\"'“”"
_MAX_LENGTH = 120


def normalise_company(raw: str) -> str | Refusal:
    """Return the name of a company in one form.

    Half width, simplified characters, round brackets, no blanks beside Chinese characters;
    applied twice it changes nothing. Refusal codes: ``company_missing`` (nothing, or a
    placeholder such as 个人), ``company_invalid`` (no letter), ``company_too_long``.
    """
    text = clean_text(raw).translate(_BRACKETS)
    name = _BLANK_IN_CHINESE.sub("", text).strip(_EDGES)
    if not name or name.casefold() in _PLACEHOLDERS:
        return Refusal("company_missing")
    if len(name) > _MAX_LENGTH:
        return Refusal("company_too_long")
    if not any(character.isalpha() for character in name):
        return Refusal("company_invalid")
    return name
