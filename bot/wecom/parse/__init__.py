"""Parsing: from a decrypted payload to its typed update (fact sheet section 2)."""

from bot.wecom.parse.arrival import Peek
from bot.wecom.parse.document import ParseError
from bot.wecom.parse.parser import parse, peek

__all__ = ["ParseError", "Peek", "parse", "peek"]
