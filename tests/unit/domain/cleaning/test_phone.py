from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.cleaning.phone import (
    MOBILE_SEGMENTS,
    Phone,
    PhoneKind,
    e164_of,
    e164s_of,
    mask_phone,
    normalise_phone,
    parse_phone,
)
from domain.values import Refusal


@pytest.mark.parametrize(
    "raw",
    [
        "15900129033",
        "159 0012 9033",
        "１５９－００１２－９０３３",
        "+86 159 0012 9033",
        "0086-159-0012-9033",
        "8615900129033",
        "(159)00129033",
        " 159.0012.9033 ",
    ],
)
def test_brings_mobile_numbers_to_one_form(raw: str) -> None:
    assert normalise_phone(raw) == Phone("+8615900129033", PhoneKind.MOBILE)


@pytest.mark.parametrize(
    ("raw", "e164", "kind"),
    [
        ("010-62288559", "+861062288559", PhoneKind.LANDLINE),
        ("(0571) 8888 1234", "+8657188881234", PhoneKind.LANDLINE),
        ("021-68804868转801", "+862168804868", PhoneKind.LANDLINE),
        ("+852 6123 4567", "+85261234567", PhoneKind.FOREIGN),
        ("00852 6123 4567", "+85261234567", PhoneKind.FOREIGN),
        ("+1 541-754-3010", "+15417543010", PhoneKind.FOREIGN),
        ("17405001234", "+8617405001234", PhoneKind.MOBILE),
    ],
)
def test_understands_other_lines(raw: str, e164: str, kind: PhoneKind) -> None:
    assert normalise_phone(raw) == Phone(e164, kind)


@pytest.mark.parametrize("segment", ["162", "165", "167", "170", "171"])
def test_flags_virtual_operators(segment: str) -> None:
    phone = normalise_phone(f"{segment}00129033")
    assert isinstance(phone, Phone)
    assert phone.is_virtual


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "phone_missing"),
        ("无", "phone_missing"),
        ("138****8000", "phone_masked"),
        ("138xxxx8000", "phone_masked"),
        ("400-800-1234", "phone_service_line"),
        ("8008101234", "phone_service_line"),
        ("95588", "phone_service_line"),
        ("10086", "phone_service_line"),
        ("110", "phone_service_line"),
        ("10100177", "phone_service_line"),
        ("16883204", "phone_service_line"),
        ("1590012903", "phone_wrong_length"),
        ("159001290333", "phone_wrong_length"),
        ("12345678901", "phone_unknown_segment"),
        ("14000129033", "phone_unknown_segment"),
        ("62288559", "phone_wrong_length"),
        ("099912345678", "phone_invalid"),
        ("+999123", "phone_invalid"),
        ("13800138000", "phone_fake"),
        ("13888888888", "phone_fake"),
        ("15912345678", "phone_fake"),
        ("15987654321", "phone_fake"),
    ],
)
def test_refuses_with_a_reason(raw: str, code: str) -> None:
    assert normalise_phone(raw) == Refusal(code)


@given(st.one_of(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(max_size=14)))
@example("13800138000")
@example("１３９００１３９０００")
def test_the_short_way_ends_as_the_long_one(raw: str) -> None:
    phone = normalise_phone(raw)
    assert e164_of(raw) == (phone.e164 if isinstance(phone, Phone) else phone)


@pytest.mark.parametrize(
    "raw",
    [
        "13926410003/13926410004",
        "13926410003、13926410004",
        "13926410003；13926410004",
        "13926410003，13926410004",
        "13926410003,13926410004",
        "13926410003 13926410004",
        "13926410003\n13926410004",
        "139 2641 0003 / +86 139-2641-0004",
        "１３９２６４１０００３　１３９２６４１０００４",
        "13926410003/13926410003/13926410004/",
    ],
)
def test_two_numbers_in_one_cell_are_two(raw: str) -> None:
    assert e164s_of(raw) == ("+8613926410003", "+8613926410004")


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("139 2641 0003", ("+8613926410003",)),
        ("13926410003/1392641", ("+8613926410003", Refusal("phone_wrong_length"))),
        ("1392641/13926410003", ("+8613926410003", Refusal("phone_wrong_length"))),
        ("13800138000/13926410003", ("+8613926410003", Refusal("phone_fake"))),
        ("13926410003/无", ("+8613926410003",)),
        ("010-62288559/13926410003", ("+861062288559", "+8613926410003")),
        ("13800138000", (Refusal("phone_fake"),)),
        ("无", (Refusal("phone_missing"),)),
        ("1392641 / 1392642", (e164_of("1392641 / 1392642"),)),
    ],
)
def test_a_cell_tells_right_numbers_first_and_what_is_wrong_beside_them(
    raw: str, read: tuple[str | Refusal, ...]
) -> None:
    assert e164s_of(raw) == read


@given(st.text(alphabet="13926 /、,\n无", max_size=60))
def test_a_number_of_its_own_is_read_as_before(raw: str) -> None:
    whole, read = e164_of(raw), e164s_of(raw)
    assert len(read) > 0
    if isinstance(whole, str) or (len(read) == 1 and isinstance(read[0], Refusal)):
        assert read == (whole,)


def test_parsing_alone_keeps_a_fake_and_flags_it() -> None:
    phone = parse_phone("13800138000")
    assert isinstance(phone, Phone)
    assert phone.is_fake


@pytest.mark.parametrize(
    ("e164", "masked"),
    [
        ("+8613800138000", "138****8000"),
        ("+861062288559", "10****8559"),
        ("+8657188881234", "571****1234"),
        ("+85261234567", "+852****4567"),
        ("12345678", "********"),
        ("", ""),
    ],
)
def test_masks_the_middle(e164: str, masked: str) -> None:
    assert mask_phone(e164) == masked


@given(st.integers(10**10, 2 * 10**10 - 1))
def test_fast_path_agrees_with_phonenumbers(number: int) -> None:
    raw = str(number)
    try:
        valid = phonenumbers.is_valid_number(phonenumbers.parse(raw, "CN"))
    except phonenumbers.NumberParseException:
        valid = False
    mobile = valid and not raw.startswith("10")
    assert isinstance(parse_phone(raw), Phone) is mobile


@pytest.mark.parametrize("segment", sorted(MOBILE_SEGMENTS))
def test_every_number_of_a_listed_segment_is_valid(segment: str) -> None:
    for middle in range(0, 10_000, 613):
        number = phonenumbers.parse(f"{segment}{middle:04d}9033", "CN")
        assert phonenumbers.is_valid_number(number)


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_refusal(raw: str) -> None:
    assert isinstance(normalise_phone(raw), Phone | Refusal)


@given(st.integers(0, 10**8 - 1))
def test_a_number_is_its_own_normal_form(tail: int) -> None:
    first = parse_phone(f"159{tail:08d}")
    assert isinstance(first, Phone)
    assert parse_phone(first.e164) == first
