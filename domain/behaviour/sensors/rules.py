"""Pieces of a rule in JSON, taken out with a name for what is wrong about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.behaviour.sensors.terms import IGNORED, refused


@dataclass(frozen=True, slots=True)
class Piece:
    """An object of a rule and the path to it; everything in it has to be asked for."""

    path: str
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, value: object, path: str) -> Piece:
        """Take an object.

        Raises:
            LanguageError: it is none.
        """
        if not isinstance(value, dict):
            raise refused(path, "sensors_object_wanted")
        return cls(path, value)

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def only(self, *names: str) -> None:
        """Refuse fields that would be dropped silently.

        Raises:
            LanguageError: there is a field besides ``names`` that means something.
        """
        for name in self.fields:
            if name not in names and name not in IGNORED:
                raise refused(self.at(name), "sensors_unknown_field")

    def text(self, name: str) -> str:
        """Return a text, empty where it is left out.

        Raises:
            LanguageError: it is no text.
        """
        value = self.fields.get(name, "")
        if value is None:
            return ""
        if not isinstance(value, str):
            raise refused(self.at(name), "sensors_text_wanted")
        return value

    def items(self, name: str) -> list[Any]:
        """Return a list, empty where it is left out.

        Raises:
            LanguageError: it is no list.
        """
        value = self.fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise refused(self.at(name), "sensors_list_wanted")
        return value

    def pieces(self, name: str) -> list[Piece]:
        """Return the objects of a list.

        Raises:
            LanguageError: it is no list of objects.
        """
        at = self.at(name)
        return [Piece.of(item, f"{at}[{place}]") for place, item in enumerate(self.items(name))]
