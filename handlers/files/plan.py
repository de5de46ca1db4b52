"""How a file is to be taken in: as leads, or as a list of people who get a tag."""

from __future__ import annotations

from dataclasses import dataclass

from domain.intake.id_list import IdList
from domain.intake.mapping import FileMapping
from handlers.updates.plain import from_json, to_json


@dataclass(frozen=True, slots=True)
class Plan:
    """One of both. By ``digest`` (SHA-256 of the file) a file that was begun is found again."""

    leads: FileMapping | None = None
    tags: IdList | None = None
    digest: str = ""

    def text(self) -> str:
        """Return the plan as it is kept."""
        return to_json(self, is_sorted=True).decode()

    @staticmethod
    def read(text: str) -> Plan:
        """Return the plan that :meth:`text` wrote."""
        return from_json(text.encode(), Plan)
