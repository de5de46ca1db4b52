"""What is written out is read back."""

from __future__ import annotations

from hypothesis import given, settings

from domain.behaviour.checking.check import check
from domain.behaviour.reading.parse import parse
from domain.behaviour.showing.show import show
from domain.behaviour.syntax import Expression
from domain.behaviour.words import Language
from tests.expressions import VOCABULARY, expressions


@settings(max_examples=150, deadline=None)
@given(expressions)
def test_every_expression_reads_back_as_it_was_written_in_both_languages(tree: Expression) -> None:
    kind = check(tree, VOCABULARY)
    for language in Language:
        text = show(tree, VOCABULARY, language)
        assert repr(parse(text, VOCABULARY)) == repr(tree), text
        assert check(parse(text, VOCABULARY), VOCABULARY) is kind
