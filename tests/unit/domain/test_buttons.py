"""Button keys survive the way through the platform."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.buttons import Button, Verb, read_button


@given(st.sampled_from(Verb), st.integers(0, 2**63), st.text(alphabet="abc:_9", max_size=20))
def test_a_button_comes_back_as_it_was_sent(verb: Verb, about: int, word: str) -> None:
    button = Button(verb, about, word)
    assert read_button(button.key) == button


@pytest.mark.parametrize("key", ["", "accept", "accept:", "accept:x:1", "steal:1:1", "accept:١:1"])
def test_a_key_that_is_not_ours_is_refused(key: str) -> None:
    assert read_button(key) is None
