"""What is missing or contradicts itself in what is known of a person, and what to do.

A finding stops nothing: it is shown, so that somebody asks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.cleaning.email import Email, normalise_email
from domain.cleaning.phone import Phone, PhoneKind, parse_phone
from domain.values import Refusal

#: Usual age at each grade, years before and after it that nobody wonders about.
_GRADES = """
小班 中班 大班 一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级 高一 高二 高三
"""
_AGES = {grade: age for age, grade in enumerate(_GRADES.split(), 4)}
_LEEWAY = 2
#: Area codes of large cities: who gives a landline of one and lives in another is asked.
_AREAS = {
    "010": "北京",
    "021": "上海",
    "022": "天津",
    "023": "重庆",
    "020": "广州",
    "0755": "深圳",
    "0571": "杭州",
    "025": "南京",
    "027": "武汉",
    "028": "成都",
    "029": "西安",
}


@dataclass(frozen=True, slots=True)
class CleaningFinding:
    """Something to be asked again: a code of ``finding`` of the texts, and its field."""

    code: str
    field: str


def findings_of(
    fields: Mapping[str, str], phones: Sequence[str] = (), emails: Sequence[str] = ()
) -> tuple[CleaningFinding, ...]:
    """Return everything that is missing or contradicts itself, each once, in a fixed order.

    ``fields`` are attributes by name (``name``, ``city``, ``age``, ``child_grade`` …),
    ``phones`` and ``emails`` as they were given or are kept.
    """
    found = (
        *_missing(fields, phones, emails),
        *_of_phones(fields, phones),
        *_of_emails(emails),
        *_of_age(fields),
    )
    return tuple(dict.fromkeys(found))


def _missing(
    fields: Mapping[str, str], phones: Sequence[str], emails: Sequence[str]
) -> Iterator[CleaningFinding]:
    if not fields.get("name", "").strip():
        yield CleaningFinding("name_missing", "name")
    if not phones and not emails and not fields.get("wechat"):
        yield CleaningFinding("contact_missing", "phone")


def _of_phones(fields: Mapping[str, str], phones: Sequence[str]) -> Iterator[CleaningFinding]:
    good: dict[str, Phone] = {}
    for raw in phones:
        phone = parse_phone(raw)
        if isinstance(phone, Refusal):
            yield CleaningFinding(phone.code, "phone")
            continue
        good[phone.e164] = phone
        if phone.is_fake:
            yield CleaningFinding("phone_fake", "phone")
        elif phone.is_virtual:
            yield CleaningFinding("phone_virtual", "phone")
    mobiles = [p for p in good.values() if p.kind is PhoneKind.MOBILE and not p.is_fake]
    if len(mobiles) > 1:
        yield CleaningFinding("phones_differ", "phone")
    if any(_is_elsewhere(phone, fields.get("city", "")) for phone in good.values()):
        yield CleaningFinding("city_contradicts_phone", "city")


def _is_elsewhere(phone: Phone, city: str) -> bool:
    """Tell whether a landline is of another large city than the one that is named."""
    if phone.kind is not PhoneKind.LANDLINE or city not in _AREAS.values():
        return False
    national = "0" + phone.e164.removeprefix("+86")
    of = next((name for code, name in _AREAS.items() if national.startswith(code)), city)
    return of != city


def _of_emails(emails: Sequence[str]) -> Iterator[CleaningFinding]:
    for raw in emails:
        email = normalise_email(raw)
        if isinstance(email, Email):
            if email.meant:
                yield CleaningFinding("email_mistyped", "email")
        else:
            yield CleaningFinding(email.code, "email")


def _of_age(fields: Mapping[str, str]) -> Iterator[CleaningFinding]:
    usual, age = _AGES.get(fields.get("child_grade", "")), fields.get("age", "")
    if usual is not None and age.isdigit() and abs(int(age) - usual) > _LEEWAY:
        yield CleaningFinding("age_contradicts_grade", "age")
