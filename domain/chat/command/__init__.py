"""Commands of reps and managers, understood before any permission is checked."""

from domain.chat.command.model import Arguments, Command, CommandName
from domain.chat.command.read import read_command

__all__ = ["Arguments", "Command", "CommandName", "read_command"]
