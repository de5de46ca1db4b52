"""Phone numbers: one form (E.164), what they are, and why one is refused.

Mainland mobiles take a fast path: their three-digit segments are a table, checked
against ``phonenumbers`` by a test. Everything else goes through ``phonenumbers``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.cleaning.text import fold
from domain.cleaning.words import word_set
from domain.values import Refusal

#: Segments of mainland mobiles of which every number is valid (MIIT number plan;
#: 161 and 174 are valid in part and take the slow path).
MOBILE_SEGMENTS = word_set(
    """
    130 131 132 133 134 135 136 137 138 139 145 147 150 151 152 153 155 156 157 158 159
    162 165 166 167 170 171 172 173 175 176 177 178 180 181 182 183 184 185 186 187 188 189
    190 191 192 193 195 196 197 198 199
    """
)
#: Segments of virtual operators (resellers): usable, but often bought for one campaign.
VIRTUAL_SEGMENTS = word_set("162 165 167 170 171")

_MOBILE_DIGITS = 11
_PLAIN = re.compile(r"[0-9]+")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
_SEPARATORS = re.compile(r"[\s\-.()/_·—–]+")
#: What stands between two numbers of a cell; a blank may as well stand inside one of them.
_BETWEEN = (re.compile(r"[/、;,|\n]+"), re.compile(r"\s+"))
#: A cell is cut so often at most: it may be a whole page.
_MOST_CUTS = 4
_NO_NUMBER = Refusal("phone_missing")
_MASKED = re.compile(r"\d[*xX#＊]{2,}|[*＊]{2,}\d")
_EXTENSION = re.compile(r"(?:转|ext\.?|分机|,|#|x)\s*\d{1,6}$", re.IGNORECASE)
_HOTLINE = re.compile(r"(?:0?[48]00\d{7}|9\d{4,5}|1[012]\d{1,3}|1\d{2}|12\d{3})", re.ASCII)
_FAMOUS_FAKES = frozenset({"13800138000", "13800138001", "13812345678", "13912345678"})
#: That many equal or consecutive digits at the end are nobody's number by chance.
_SUSPICIOUS_TAIL = 8
_RUNS = ("0123456789" * 2, "9876543210" * 2)


class PhoneKind(StrEnum):
    """What kind of line a number names."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Phone:
    """A valid number. ``is_virtual``: of a virtual operator; ``is_fake``: made up, most likely."""

    e164: str
    kind: PhoneKind
    is_virtual: bool = False
    is_fake: bool = False


def e164_of(raw: str) -> str | Refusal:
    """Return the number in ``raw`` as E.164; refusals are those of :func:`normalise_phone`.

    What nearly everybody writes, eleven digits, costs a fifth of the whole way.
    """
    if _is_plain_mobile(raw):
        return Refusal("phone_fake") if _looks_made_up(raw) else f"+86{raw}"
    phone = normalise_phone(raw)
    return phone if isinstance(phone, Refusal) else phone.e164


def e164s_of(raw: str) -> tuple[str | Refusal, ...]:
    """Return what a cell that may hold several numbers says: right ones first, each once.

    ``13926410003/13926410004`` are two, between ``/ 、 ; ，`` or blanks; words between them are
    no numbers. A cell with one number, or with none that is right, is read as a whole:
    refusals are those of :func:`normalise_phone`.
    """
    read = _read(raw, _BETWEEN)
    if len(read) == 1:
        return read
    found = [one for one in dict.fromkeys(read) if one != _NO_NUMBER]
    return tuple(sorted(found, key=_is_refusal))


def _read(raw: str, separators: tuple[re.Pattern[str], ...]) -> tuple[str | Refusal, ...]:
    """Read a number, else what stands between the first of ``separators``, and so on."""
    whole = e164_of(raw)
    # What stands behind a semicolon is no part of a number to ``phonenumbers``, and skipped.
    is_one = isinstance(whole, str) and not (";" in raw or "；" in raw)
    if is_one or not separators:
        return (whole,)
    parts = separators[0].split(fold(raw), _MOST_CUTS)
    read = tuple(one for part in parts for one in _read(part, separators[1:]))
    return read if not all(map(_is_refusal, read)) else (whole,)


def _is_refusal(read: str | Refusal) -> bool:
    return isinstance(read, Refusal)


def _is_plain_mobile(raw: str) -> bool:
    return len(raw) == _MOBILE_DIGITS and raw[:3] in MOBILE_SEGMENTS and bool(_PLAIN.fullmatch(raw))


def normalise_phone(raw: str) -> Phone | Refusal:
    """Return the number in ``raw`` when a person can be reached under it.

    Refusal codes: ``phone_missing``, ``phone_masked``, ``phone_service_line`` (400, 95…),
    ``phone_wrong_length``, ``phone_unknown_segment``, ``phone_invalid``, ``phone_fake``.
    """
    phone = parse_phone(raw)
    if isinstance(phone, Phone) and phone.is_fake:
        return Refusal("phone_fake")
    return phone


def parse_phone(raw: str) -> Phone | Refusal:
    """Like :func:`normalise_phone`, but an obvious fake comes back as a flagged number."""
    text = fold(raw).strip()
    if _MASKED.search(text):
        return Refusal("phone_masked")
    digits = _EXTENSION.sub("", _SEPARATORS.sub("", text))
    mobile = _MOBILE.fullmatch(digits)
    if mobile and mobile[1][:3] in MOBILE_SEGMENTS:
        return _mobile(mobile[1])
    if not re.search(r"\d", digits):
        return Refusal("phone_missing")
    if _HOTLINE.fullmatch(digits.removeprefix("+86").removeprefix("0086")):
        return Refusal("phone_service_line")
    return _any_phone(digits)


def _mobile(number: str) -> Phone:
    """Return the mainland mobile ``number`` (eleven digits of a known segment)."""
    return Phone(
        e164=f"+86{number}",
        kind=PhoneKind.MOBILE,
        is_virtual=number[:3] in VIRTUAL_SEGMENTS,
        is_fake=_looks_made_up(number),
    )


def _looks_made_up(number: str) -> bool:
    """Tell whether the number is a known example or ends in a long run of digits."""
    tail = number[-_SUSPICIOUS_TAIL:]
    return (
        number in _FAMOUS_FAKES
        or tail == tail[0] * _SUSPICIOUS_TAIL
        or tail in _RUNS[0]
        or tail in _RUNS[1]
    )


def _any_phone(digits: str) -> Phone | Refusal:
    """Ask ``phonenumbers`` about a number that is no plain mainland mobile."""
    # Imported late: its metadata would add a tenth of a second to every start.
    import phonenumbers  # noqa: PLC0415

    number = "+" + digits[2:] if digits.startswith("00") else digits
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        return Refusal("phone_invalid")
    if not phonenumbers.is_valid_number(parsed):
        return _reason(digits)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.country_code != phonenumbers.country_code_for_region("CN"):
        return Phone(e164, PhoneKind.FOREIGN)
    match phonenumbers.number_type(parsed):
        case phonenumbers.PhoneNumberType.MOBILE:
            return _mobile(e164.removeprefix("+86"))
        case phonenumbers.PhoneNumberType.FIXED_LINE:
            return Phone(e164, PhoneKind.LANDLINE)
        case _:
            return Refusal("phone_service_line")


def _reason(digits: str) -> Refusal:
    """Say what is wrong with digits that are no valid number."""
    national = digits.removeprefix("+86").removeprefix("0086")
    if national.startswith("1") and len(national) == _MOBILE_DIGITS:
        return Refusal("phone_unknown_segment")
    if national.startswith("1") or len(national) < _MOBILE_DIGITS - 1:
        return Refusal("phone_wrong_length")
    return Refusal("phone_invalid")


def mask_phone(e164: str) -> str:
    """Return a number that identifies nobody: ``+8613800138000`` → ``138****8000``.

    Landlines keep area code and last four digits as far as they leave four hidden; other
    countries keep their code. Anything shorter is hidden altogether.
    """
    national = e164.removeprefix("+86")
    hidden = 4
    head = len(national) - 2 * hidden
    if head <= 0:
        return "*" * len(national)
    return f"{national[:head]}{'*' * hidden}{national[-hidden:]}"
