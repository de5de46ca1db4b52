"""Segments as they are defined now: those of the files, overlaid by what was defined since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.behaviour.forms import RuleForm, as_form, as_text
from domain.behaviour.mistakes import LanguageError, sentences
from domain.errors import RuleError
from domain.segments.segment import (
    SegmentBook,
    SegmentError,
    SegmentText,
    read_segments,
    words_with,
)
from domain.values import Refusal
from storage.repositories.segments import Segments

if TYPE_CHECKING:
    from domain.behaviour.vocabulary import Vocabulary
    from handlers.context import Context
    from storage.protocols import Transaction
    from storage.unit_of_work import UnitOfWork


async def book_of(tx: Transaction, ctx: Context, draft: SegmentText | None = None) -> SegmentBook:
    """Return all segments, with a draft in its place; one in JSON is written as text.

    Raises:
        SegmentError, RuleError: a definition cannot be read, or does not fit the others.
    """
    tags = await ctx.tag_keeper.refresh(tx)
    texts = await _texts(tx, ctx)
    kept = _names(texts)
    if draft is not None:
        texts = [*(text for text in texts if text.name != draft.name), draft]
        words = words_with(_names(texts), tags.vocabulary)
        texts = [_written(text, words) if text is draft else text for text in texts]
    return read_segments(texts, tags.vocabulary, kept=kept)


def _names(texts: Iterable[SegmentText]) -> frozenset[str]:
    return frozenset(text.name for text in texts)


def _written(draft: SegmentText, words: Vocabulary) -> SegmentText:
    try:
        return replace(draft, text=as_text(draft.text, words))
    except LanguageError as error:
        raise SegmentError(draft.name, error) from None


async def rule_of(tx: Transaction, ctx: Context, name: str, form: RuleForm) -> bytes | str:
    """Return a segment's condition for another system, or in the users' language why not.

    Segments that it mentions are written out.
    """
    book = await book_of(tx, ctx)
    try:
        return as_form(book.wholes[name], form, ctx.tags.vocabulary)
    except LanguageError as error:
        return ctx.words.get("segment.no_rule", name=name, reason=sentences(error, ctx.words))


async def check_among(tx: Transaction, ctx: Context, words: Vocabulary) -> None:
    """Read all segments with other words.

    Raises:
        SegmentError, RuleError: a definition cannot be read with these words.
    """
    texts = await _texts(tx, ctx)
    read_segments(texts, words, kept=_names(texts))


async def _texts(tx: Transaction, ctx: Context) -> list[SegmentText]:
    texts: dict[str, SegmentText | None] = {text.name: text for text in ctx.catalog.segments}
    texts |= await Segments(tx).texts()
    return [text for text in texts.values() if text is not None]


async def checked(tx: Transaction, ctx: Context, draft: SegmentText) -> SegmentBook | str:
    """Return the book with a draft in it, or in the users' language why it does not fit."""
    try:
        return await book_of(tx, ctx, draft)
    except SegmentError as error:
        found = sentences(error.cause, ctx.words)
        if error.name == draft.name:
            return found
        return ctx.words.get("segment.breaks", name=error.name, reason=found)
    except RuleError as error:
        key = f"config.problem.rule.{error.code}"
        return ctx.words.get(key, detail=error.detail)


async def define(
    work: UnitOfWork, ctx: Context, draft: SegmentText, author: str
) -> SegmentText | str:
    """Write a definition, as the next version of its name; a text says why it was not."""
    segments = Segments(work.tx)
    present = (await segments.texts()).get(draft.name)
    shipped = next((text for text in ctx.catalog.segments if text.name == draft.name), None)
    before = present or shipped
    version = before.version + 1 if before else 1
    numbered = replace(draft, version=version)
    found = await checked(work.tx, ctx, numbered)
    if isinstance(found, str):
        return found
    kept = found.texts[draft.name]
    await segments.define(kept, author, work.now)
    return kept


async def withdraw(work: UnitOfWork, ctx: Context, name: str, author: str) -> Refusal | None:
    """Take a segment away, unless another one mentions it."""
    book = await book_of(work.tx, ctx)
    if name not in book.texts:
        return Refusal("no_such_segment", name)
    rest = [text for other, text in book.texts.items() if other != name]
    try:
        read_segments(rest, ctx.tags.vocabulary, kept=_names(rest))
    except SegmentError as error:
        return Refusal("segment_is_mentioned", error.name)
    gone = SegmentText(name, "", version=book.texts[name].version + 1)
    await Segments(work.tx).define(gone, author, work.now)
    return None
