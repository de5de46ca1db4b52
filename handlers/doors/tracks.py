"""Records of trackers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.actions.take_track import take_track
from handlers.routing import Router
from handlers.updates.tracked import TrackReceived

if TYPE_CHECKING:
    from handlers.context import Context
    from storage.unit_of_work import UnitOfWork

router = Router("tracks")


@router.on(TrackReceived)
async def track_received(update: TrackReceived, work: UnitOfWork, ctx: Context) -> None:
    """A website or app told what somebody does."""
    await take_track(work, ctx, update)
