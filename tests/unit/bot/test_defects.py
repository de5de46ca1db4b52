from __future__ import annotations

from bot.defects import describe_defect


def test_a_defect_is_named_by_type_and_place_and_never_by_its_words() -> None:
    try:
        int("13812345678x")
    except ValueError as error:
        described = describe_defect(error)
    assert described.startswith("ValueError at test_defects.py:")
    assert "138" not in described


def test_a_defect_without_a_place_is_named_by_type() -> None:
    assert describe_defect(KeyError("x")) == "KeyError"
