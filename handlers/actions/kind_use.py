"""Who speaks of event kinds: tags, segments, rules. Would they still be understood?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import ClewError, RuleError
from domain.segments.segment import SegmentError
from domain.tags.reading import FormulaError
from domain.values import Refusal
from handlers.actions.segments.defining import check_among

if TYPE_CHECKING:
    from domain.behaviour.vocabulary import Vocabulary
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

#: Refusal codes: what would no longer be understood is named in the detail.
BREAKS_TAG = "kind_breaks_tag"
BREAKS_SEGMENT = "kind_breaks_segment"
BREAKS_RULES = "kind_breaks_rules"


async def refusal_by_use(work: UnitOfWork, ctx: Context, among: Vocabulary) -> Refusal | None:
    """Return what the kinds of ``among`` would leave unreadable, or None.

    What cannot be read with the present kinds either is no reason.
    """
    found = await _broken(work, ctx, among)
    if found is None or await _broken(work, ctx, ctx.vocabulary) == found:
        return None
    return found


async def _broken(work: UnitOfWork, ctx: Context, among: Vocabulary) -> Refusal | None:
    try:
        words = await ctx.tag_keeper.words_among(work.tx, among)
        await check_among(work.tx, ctx, words)
    except FormulaError as error:
        return Refusal(BREAKS_TAG, error.name)
    except SegmentError as error:
        return Refusal(BREAKS_SEGMENT, error.name)
    except RuleError as error:
        return Refusal(BREAKS_TAG, error.subject)
    version = await work.rules.version(await work.rules.in_force())
    if version is None:
        return None
    try:
        reader = ctx.rulebook.reader.among(among)
        reader.read(version.sources, version.frame, version.number)
    except ClewError:
        return Refusal(BREAKS_RULES, str(version.number))
    return None
