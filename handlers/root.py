"""All routers together."""

from __future__ import annotations

from handlers.chat import (
    cards,
    contacts,
    corp_tags,
    directory,
    employees,
    entering,
    groups,
    messages,
    quiet,
    syncing,
)
from handlers.doors import archived, forms, tracks
from handlers.jobs import hooks, timers
from handlers.routing import Router


def root_router() -> Router:
    """Return the router that knows every update somebody takes."""
    root = Router("root")
    for topic in (
        contacts,
        groups,
        messages,
        employees,
        cards,
        directory,
        corp_tags,
        syncing,
        entering,
        timers,
        hooks,
        quiet,
        forms,
        tracks,
        archived,
    ):
        root.include(topic.router)
    return root
