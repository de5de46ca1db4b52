"""The commands of the chat: their words, who may use them, and what help says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.errors import RuleError
from domain.values import Role


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    ``words`` are what people type, the first one is shown in help; ``usage`` and
    ``summary`` are its line of help (Chinese). A dangerous command is confirmed
    before it is carried out.
    """

    name: str
    words: tuple[str, ...]
    usage: str
    summary: str
    roles: frozenset[Role]
    is_dangerous: bool = False

    def is_open_to(self, roles: Iterable[str]) -> bool:
        """Tell whether somebody with ``roles`` may use it."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Commands:
    """All commands by name, in the order of help."""

    commands: Mapping[str, Command]

    @classmethod
    def of(cls, commands: Iterable[Command]) -> Commands:
        """Build the table.

        Raises:
            RuleError: a name or a word is used twice, or a command has no word.
        """
        found: dict[str, Command] = {}
        words: dict[str, str] = {}
        for command in commands:
            if command.name in found:
                raise RuleError(command.name, code="defined_twice")
            if not command.words:
                raise RuleError(command.name, code="no_word")
            for word in command.words:
                other = words.setdefault(word, command.name)
                if other != command.name:
                    raise RuleError(command.name, code="word_taken", detail=f"{word} = {other}")
            found[command.name] = command
        return cls(MappingProxyType(found))

    def named(self, word: str) -> Command | None:
        """Return the command of a word or name, exactly as written, or None."""
        direct = self.commands.get(word)
        return direct or next((c for c in self.commands.values() if word in c.words), None)

    def open_to(self, roles: Iterable[str]) -> tuple[Command, ...]:
        """Return what somebody with ``roles`` may use, in the order of help."""
        held = frozenset(roles)
        return tuple(c for c in self.commands.values() if c.is_open_to(held))
