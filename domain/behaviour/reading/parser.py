"""Text → parse tree of the grammar, or the one mistake that stopped the parser."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from domain.behaviour import words
from domain.behaviour.mistakes import LanguageError, Mistake, Span, mistake_at, nearest
from domain.behaviour.walk import MOST_DEPTH

Node = Tree[Token]

#: Characters of an expression, at most; the longest sensible one has a few hundred.
MOST_CHARACTERS = 10_000


#: What nobody sees: control characters, marks without width, halves of characters.
INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_QUOTES = "'\"‘’“”「」＇＂`"
_SKIPPED = re.compile(
    r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|‘[^‘’]*’|“[^“”]*”|「[^「」]*」|`[^`]*`"
)
_CLOSING = {"(": ")", "（": ")", "[": "]", "［": "]", "【": "]"}
_CLOSERS = {")": ")", "）": ")", "]": "]", "］": "]", "】": "]"}


@cache
def _parser() -> Lark:
    grammar = (files("domain.behaviour") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(
        f"{grammar}\n{words.terminals()}\n",
        parser="lalr",
        lexer="contextual",
        propagate_positions=True,
        maybe_placeholders=False,
    )


def parse_tree(text: str) -> Node:
    """Return the parse tree of ``text``.

    Time grows with the length of the text only, and nothing recurses.

    Raises:
        LanguageError: it is too long or too deep, has characters that nobody
            sees, or does not follow the grammar; the mistake says where.
    """
    _check_characters(text)
    try:
        tree: Node = _parser().parse(text)
    except UnexpectedInput as error:
        raise LanguageError([_mistake_of(error, text)]) from None
    _check_depth(tree, text)
    return tree


def span_of(tree: Node | Token) -> Span:
    """Return where a node was written."""
    if isinstance(tree, Token):
        place = (tree.start_pos, tree.end_pos, tree.line, tree.column)
    else:
        place = (tree.meta.start_pos, tree.meta.end_pos, tree.meta.line, tree.meta.column)
    start, end, line, column = place
    return Span(start or 0, end or 0, line or 1, column or 1)


def span_at(text: str, start: int, end: int) -> Span:
    """Return the span of characters ``start`` to ``end`` of ``text``."""
    line = text.count("\n", 0, start) + 1
    return Span(start, end, line, start - text.rfind("\n", 0, start))


def _check_characters(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        values = {"length": str(len(text)), "most": str(MOST_CHARACTERS)}
        raise LanguageError([Mistake("too_long", 1, 1, values=values)])
    if not text.strip():
        raise LanguageError([Mistake("empty", 1, 1)])
    if found := INVISIBLE.search(text):
        span = span_at(text, found.start(), found.end())
        name = f"U+{ord(found[0]):04X}"
        raise LanguageError([Mistake("invisible_character", span.line, span.column, name)])


def _check_depth(tree: Node, text: str) -> None:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MOST_DEPTH:
            values = {"most": str(MOST_DEPTH)}
            raise LanguageError([mistake_at(span_of(node), text, "too_deep", values=values)])
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]


def _mistake_of(error: UnexpectedInput, text: str) -> Mistake:
    if isinstance(error, UnexpectedCharacters):
        return _of_character(error, text)
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return _of_token(error, text)
    if opened := _unclosed(text):
        return mistake_at(opened, text, "unclosed")
    end = len(text.rstrip())
    return mistake_at(span_at(text, end, end), text, "unexpected_end")


def _of_character(error: UnexpectedCharacters, text: str) -> Mistake:
    start = cast("int", error.pos_in_stream)
    span = span_at(text, start, start + 1)
    if text[start] in _QUOTES:
        return mistake_at(span_at(text, start, len(text)), text, "unclosed_text")
    return mistake_at(span, text, "unexpected_character")


def _of_token(error: UnexpectedToken, text: str) -> Mistake:
    token = error.token
    expected = set(error.expected)
    if token.type == "RELATION" and "AND" in expected:
        return mistake_at(span_of(token), text, "chained_comparison")
    if token.type in {"_RPAR", "_RSQB"}:
        code = "unopened" if _unopened(text, token.start_pos or 0) else "operand_missing"
        return mistake_at(span_of(token), text, code)
    if "AND" in expected:
        hint = nearest(str(token), _joining_words()) if token.type == "NAME" else ""
        return mistake_at(span_of(token), text, "unexpected_word", hint=hint)
    return mistake_at(span_of(token), text, "operand_missing")


def _joining_words() -> list[str]:
    groups = (words.AND, words.OR, words.IN, words.NOT_IN, words.LACKS, words.KNOWN, words.MISSING)
    joining = chain(groups, words.RELATIONS.values())
    return [word for group in joining for word in group.all() if word[0].isalpha()]


def _open_brackets(text: str, until: int) -> list[int]:
    """Return where the brackets were opened that are still open before ``until``."""
    blanked = _SKIPPED.sub(lambda found: " " * len(found[0]), text)
    opened: list[int] = []
    for position, character in enumerate(blanked[:until]):
        if character in _CLOSING:
            opened.append(position)
        elif character in _CLOSERS and opened:
            opened.pop()
    return opened


def _unclosed(text: str) -> Span | None:
    opened = _open_brackets(text, len(text))
    return span_at(text, opened[-1], opened[-1] + 1) if opened else None


def _unopened(text: str, position: int) -> bool:
    """Tell whether a closing bracket has no partner, or one of the other shape."""
    opened = _open_brackets(text, position)
    return not opened or _CLOSING[text[opened[-1]]] != _CLOSERS[text[position]]
