"""Which handler takes which update: by type, one handler per type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from handlers.context import Context
    from handlers.updates import Update
    from storage.unit_of_work import UnitOfWork

#: An entry point: reads the update, calls actions; the worker owns the transaction.
#: Its first parameter is of the registered types.
Handler = Callable[[Any, "UnitOfWork", "Context"], Awaitable[None]]
H = TypeVar("H", bound=Handler)


class Router:
    """A table from update types to handlers; topics have one router each."""

    def __init__(self, topic: str) -> None:
        """Name the topic; it appears in the log line of each update."""
        self.topic = topic
        self._handlers: dict[type[Update], tuple[str, Handler]] = {}

    def on(self, *kinds: type[Update]) -> Callable[[H], H]:
        """Register the decorated function for update types.

        Raises:
            ValueError: a type has a handler already; each has exactly one.
        """

        def register(handler: H) -> H:
            for kind in kinds:
                self._add(kind, self.topic, handler)
            return handler

        return register

    def include(self, other: Router) -> None:
        """Take over all entries of another router."""
        for kind, (topic, handler) in other._handlers.items():
            self._add(kind, topic, handler)

    def find(self, update: Update) -> tuple[str, Handler] | None:
        """Return topic and handler for the update, or None when nobody takes it."""
        return self._handlers.get(type(update))

    def _add(self, kind: type[Update], topic: str, handler: Handler) -> None:
        if kind in self._handlers:
            message = f"{kind.__name__} has a handler already in router {self._handlers[kind][0]}"
            raise ValueError(message)
        self._handlers[kind] = (topic, handler)
