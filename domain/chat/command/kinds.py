"""What is asked about event kinds: all of them, one of them, or a registration."""

from __future__ import annotations

from dataclasses import dataclass

_REGISTER = frozenset({"登记", "注册", "register"})
#: ``事件 登记 name label``.
_WORDS_TO_REGISTER = 4


@dataclass(frozen=True, slots=True)
class KindsAsked:
    """``name`` is empty where all kinds are meant; a ``label`` asks for a registration."""

    name: str = ""
    label: str = ""
    #: A registration without all of its words.
    is_incomplete: bool = False


def kinds_asked(text: str) -> KindsAsked:
    """Return what the words of an ``events`` command ask for."""
    words = text.replace(":", " ", 1).replace("：", " ", 1).split()
    if len(words) == 1:
        return KindsAsked()
    if words[1] not in _REGISTER:
        return KindsAsked(name=" ".join(words[1:]))
    if len(words) != _WORDS_TO_REGISTER:
        return KindsAsked(is_incomplete=True)
    return KindsAsked(name=words[2], label=words[3])
