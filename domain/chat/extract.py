"""Text → fields: everything a message says about who writes and what they need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from domain.chat.fields.budget import Budget, find_budgets
from domain.chat.fields.children import find_ages, find_grades
from domain.chat.fields.cities import find_cities
from domain.chat.fields.companies import find_companies
from domain.chat.fields.emails import find_emails
from domain.chat.fields.finding import Findings
from domain.chat.fields.names import find_names
from domain.chat.fields.phones import find_phones
from domain.chat.fields.subjects import find_subjects
from domain.chat.fields.wechat import find_wechats
from domain.chat.lexicon import Lexicon, default_lexicon
from domain.chat.passage import Passage
from domain.chat.usual import REMEMBERED, comes_again


@dataclass(frozen=True, slots=True)
class Fields:
    """What was said, by field of the chat conventions.

    Only what is really said: withdrawn values are left out. In every field own or
    preferred values come first. Phones are E.164, cities without 市, ages whole years.
    """

    phone: Findings[str] = ()
    wechat: Findings[str] = ()
    email: Findings[str] = ()
    name: Findings[str] = ()
    company: Findings[str] = ()
    city: Findings[str] = ()
    child_grade: Findings[str] = ()
    age: Findings[int] = ()
    subject: Findings[str] = ()
    budget: Findings[Budget] = ()


def extract_fields(text: str, lexicon: Lexicon | None = None) -> Fields:
    """Read every field from ``text``; spans count characters of ``text`` as typed.

    ``lexicon`` brings the words of this corp; without it the default one is used.
    Time grows linearly with the text.
    """
    if lexicon is None and comes_again(text):
        return _remembered(text)
    return _read(text, lexicon or default_lexicon())


@lru_cache(maxsize=REMEMBERED)
def _remembered(text: str) -> Fields:
    return _read(text, default_lexicon())


def _read(text: str, words: Lexicon) -> Fields:
    passage = Passage.of(text)
    phones = find_phones(passage)
    companies = find_companies(passage, words)
    return Fields(
        phone=phones,
        wechat=find_wechats(passage, phones),
        email=find_emails(passage),
        name=find_names(passage, phones, words),
        company=companies,
        city=find_cities(passage, companies, words),
        child_grade=find_grades(passage),
        age=find_ages(passage),
        subject=find_subjects(passage, words),
        budget=find_budgets(passage),
    )
