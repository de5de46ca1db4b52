"""What is asked of a version of the rules: to be shown, tried or published."""

from __future__ import annotations

from enum import StrEnum

from domain.cleaning.text import fold


class RulesVerb(StrEnum):
    """What is to be done with a version."""

    SHOW = "show"
    TRY = "try"
    PUBLISH = "publish"
    #: Published although it activates many.
    PUBLISH_SURELY = "publish_surely"


def rules_verb(text: str) -> RulesVerb:
    """Return what the words of a ``rules`` command ask for."""
    said = fold(text)
    if "发布" in said:
        return RulesVerb.PUBLISH_SURELY if "确认" in said else RulesVerb.PUBLISH
    return RulesVerb.TRY if "试" in said else RulesVerb.SHOW
