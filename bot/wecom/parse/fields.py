"""Takes typed values out of a document, whatever small liberties the platform takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from bot.wecom.parse.document import Document, Value
from domain.values import UserId
from handlers.updates.base import NOTHING

#: Storage keeps whole numbers in 64 bits.
LARGEST = 2**63 - 1
#: Beyond this a moment is in milliseconds: as seconds it would lie in the year 5138.
_MILLISECONDS_FROM = 100_000_000_000


class MissingField(Exception):  # noqa: N818 — names the finding
    """A field that the update cannot do without is absent or empty."""


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """Return a name without case and underscores: ``ExternalUserID`` = ``external_userid``."""
    return name.replace("_", "").lower()


def as_text(value: Value) -> str:
    """Return a scalar as text; structures and nothing give an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return as_text(value[0]) if value else ""
    if value is None or isinstance(value, dict):
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def as_moment(text: str) -> datetime | None:
    """Return unix seconds or milliseconds as a UTC moment, None if they make no sense."""
    try:
        stamp = int(text)
        seconds = stamp / 1000 if stamp >= _MILLISECONDS_FROM else stamp
        return datetime.fromtimestamp(seconds, UTC) if stamp > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def as_json(value: Value) -> str:
    """Return text as it is, structures as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class Fields:
    """The fields of a document, read by name without regard to case and underscores.

    Reading a field takes it out: what nobody read remains and is kept as
    :meth:`rest`. Wrong types read as absent, so a liberty of the platform in
    one field never costs the others.
    """

    __slots__ = ("_document", "_values")

    def __init__(self, document: Document) -> None:
        """Read from ``document``, which is not changed."""
        self._document = document
        self._values = {canonical(name): value for name, value in document.items()}

    @property
    def document(self) -> Document:
        """The document as it came."""
        return self._document

    def see(self, name: str) -> str:
        """Return a text without taking it out, empty if absent."""
        value = self._values.get(canonical(name))
        return value if isinstance(value, str) else as_text(value)

    def view(self, name: str) -> Fields:
        """Return a structure without taking it out, an empty one if absent."""
        value = self._values.get(canonical(name))
        return Fields(value if isinstance(value, dict) else {})

    def drop(self, *names: str) -> None:
        """Take fields out that say nothing new."""
        for name in names:
            self._values.pop(canonical(name), None)

    def take(self, name: str) -> Value:
        """Return the raw value, None if absent."""
        return self._values.pop(canonical(name), None)

    def has(self, name: str) -> bool:
        """Tell whether the field is there, empty or not."""
        return canonical(name) in self._values

    def text(self, name: str) -> str:
        """Return a text, empty if absent."""
        value = self._values.pop(canonical(name), None)
        return value if isinstance(value, str) else as_text(value)

    def need(self, name: str) -> str:
        """Return a text.

        Raises:
            MissingField: it is absent or empty.
        """
        text = self.text(name)
        if not text:
            raise MissingField(name)
        return text

    def optional(self, name: str) -> str | None:
        """Return a text, None if the field is absent."""
        return self.text(name) if self.has(name) else None

    def userid(self, name: str) -> UserId | None:
        """Return a member's id, None if absent or empty."""
        return UserId(text) if (text := self.text(name)) else None

    def whole(self, name: str) -> int | None:
        """Return a whole number of 64 bits, None if absent or no such number."""
        try:
            number = int(self.text(name))
        except ValueError:
            return None
        return number if abs(number) <= LARGEST else None

    def number(self, name: str) -> float:
        """Return a number, 0 if absent or no finite number."""
        try:
            number = float(self.text(name))
        except ValueError:
            return 0.0
        return number if abs(number) < float("inf") else 0.0

    def moment(self, name: str) -> datetime | None:
        """Return a moment given in unix seconds or milliseconds."""
        return as_moment(self.text(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return one, several or no texts; empty ones are left out."""
        value = self.take(name)
        several = value if isinstance(value, list) else [value]
        return tuple(text for item in several if (text := as_text(item)))

    def listed(self, name: str) -> tuple[str, ...]:
        """Return the parts of a comma list."""
        parts = (part.strip() for text in self.texts(name) for part in text.split(","))
        return tuple(part for part in parts if part)

    def node(self, name: str) -> Fields:
        """Return a structure, an empty one if absent; of several the first."""
        return next(iter(self.nodes(name)), Fields({}))

    def nodes(self, name: str) -> tuple[Fields, ...]:
        """Return one, several or no structures."""
        value = self.take(name)
        several = value if isinstance(value, list) else [value]
        return tuple(Fields(item) for item in several if isinstance(item, dict))

    def rest(self) -> Mapping[str, str]:
        """Return what nobody has read, under the platform's own names."""
        if not self._values:
            return NOTHING
        return {
            name: as_json(value)
            for name, value in self._document.items()
            if canonical(name) in self._values
        }
