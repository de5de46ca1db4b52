"""What the buttons of our cards mean: a verb, what it is about, and a word more.

The key of a button travels through the platform and comes back with a click,
so it is text: ``accept:123:1``. It is not a secret and proves nothing: whoever
clicks is checked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What a button asks for."""

    #: Take, give back or put off an offered lead; ``word`` is the assignment.
    ACCEPT = "accept"
    RETURN = "return"
    LATER = "later"
    #: Move the follow-up status of a lead; ``word`` is the status.
    STATUS = "status"
    #: Show the portrait of a lead.
    PORTRAIT = "portrait"
    #: A reminder is dealt with, or shall come again.
    DONE = "done"
    SNOOZE = "snooze"
    #: Put a tag on a person or take it off; ``word`` is ``+name`` or ``-name``.
    TAG = "tag"
    #: Keep a drafted segment (``+name=expression``) or not (``-``); ``about`` is 0.
    SEGMENT = "segment"
    #: Two persons of a review are one, or are not; ``about`` is the review.
    MERGE = "merge"
    APART = "apart"
    #: Take a merge apart; ``about`` is its link.
    UNMERGE = "unmerge"
    #: Take a lead from a pool; ask its owner; say that it is one's own 撞单.
    CLAIM = "claim"
    ASK = "ask"
    DISPUTE = "dispute"
    #: A manager's answer to a dispute or registration; ``about`` is the case.
    GRANT = "grant"
    DENY = "deny"


#: Question key of the drop-down that holds the reason of a return.
REASON_QUESTION = "reason"


@dataclass(frozen=True, slots=True)
class Button:
    """One button: ``about`` is the id of what the verb is about: mostly a lead."""

    verb: Verb
    about: int
    word: str = ""

    @property
    def key(self) -> str:
        """Return the text that travels."""
        return f"{self.verb}:{self.about}:{self.word}"


def read_button(key: str) -> Button | None:
    """Return the button of a key that came back, or None when it is none of ours."""
    verb, _, rest = key.partition(":")
    about, _, word = rest.partition(":")
    if verb not in set(Verb) or not (about.isascii() and about.isdigit()):
        return None
    return Button(Verb(verb), int(about), word)
