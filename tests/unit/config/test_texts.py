from pathlib import Path

import pytest

from config.texts import FILE, Texts, TextsFileError, load_texts
from domain.errors import TextError


def test_fills_placeholders_and_ignores_values_too_many() -> None:
    texts = Texts({"offer.title": "新线索：{name}"})
    assert texts.get("offer.title", name="张三", score=80) == "新线索：张三"


@pytest.mark.parametrize(("key", "reason"), [("gone", "no such text"), ("a", "no value for name")])
def test_says_which_text_or_value_is_missing(key: str, reason: str) -> None:
    with pytest.raises(TextError, match=reason) as caught:
        Texts({"a": "{name}"}).get(key)
    assert caught.value.subject == key
    assert isinstance(caught.value, KeyError)


def test_values_are_never_taken_for_placeholders() -> None:
    texts = Texts({"a": "{name}"})
    assert texts.get("a", name="{secret}") == "{secret}"


def test_knows_its_keys() -> None:
    texts = Texts({"field.name": "姓名", "field.city": "城市", "fields.x": "?", "a.b.c": "d"})
    assert texts.keys_under("field") == {"name", "city"}
    assert texts.keys_under("a") == {"b"}
    assert "field.name" in texts
    assert "field" not in texts


def test_own_texts_lie_over_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[card]\nnameless = "无名氏"\n', encoding="utf-8")
    texts = load_texts(tmp_path)
    assert texts.get("card.nameless") == "无名氏"
    assert texts.get("card.source") == load_texts().get("card.source")
    assert load_texts(tmp_path / "nowhere").get("card.nameless") == "未留姓名"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a = ", "Invalid value"),
        ("a = 1", "must be a text"),
        ('a = "{0}"', "no placeholder"),
        ('a = "{name"', "expected '}'"),
        ('a = "{x.__class__}"', "no placeholder"),
    ],
)
def test_refuses_a_broken_file_with_its_place(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(TextsFileError, match=reason):
        load_texts(tmp_path)
