"""``commands.toml``: the words of commands, who may use them, and their help."""

from __future__ import annotations

from config.tables.rows import Code, Name, TomlRow
from domain.commands import Command, Commands
from domain.values import Role

FILE = "commands.toml"


class CommandRow(TomlRow, frozen=True):
    """One ``[[command]]``."""

    name: Code
    words: list[Name]
    usage: Name
    summary: Name
    roles: list[Role]
    dangerous: bool = False

    def build(self) -> Command:
        """Return the command."""
        return Command(
            self.name,
            tuple(self.words),
            self.usage,
            self.summary,
            frozenset(self.roles),
            self.dangerous,
        )


class CommandsFile(TomlRow, frozen=True):
    """The whole file."""

    command: list[CommandRow]

    def build(self) -> Commands:
        """Return all commands.

        Raises:
            RuleError: a name or a word is used twice.
        """
        return Commands.of(row.build() for row in self.command)
