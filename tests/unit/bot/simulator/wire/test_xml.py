"""Callback plaintext."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.wire.xml import Field, render

#: Characters XML 1.0 can carry, except CR, which parsers turn into a newline.
CARRIED = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


def test_strings_are_cdata_numbers_bare_and_lists_nested() -> None:
    fields: list[Field] = [("A", "线索"), ("N", 7), ("L", [("I", "1"), ("I", "2")])]
    expected = (
        "<xml><A><![CDATA[线索]]></A><N>7</N><L><I><![CDATA[1]]></I><I><![CDATA[2]]></I></L></xml>"
    )
    assert render(fields) == expected.encode()


@pytest.mark.parametrize("text", ["]]>", "a]]>b]]>", "<b>&amp;", "]]", ""])
def test_text_cannot_leave_its_section(text: str) -> None:
    root = ET.fromstring(render([("Content", text), ("After", "x")]))  # noqa: S314 - our own
    assert (root.findtext("Content") or "") == text
    assert [child.tag for child in root] == ["Content", "After"]


@given(st.text(CARRIED))
def test_any_text_comes_back(text: str) -> None:
    root = ET.fromstring(render([("Content", text)]))  # noqa: S314 - our own
    assert (root.findtext("Content") or "") == text
