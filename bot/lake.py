"""Keeps histories in files beside the database, for what is computed over everybody.

Whoever has refreshed them once by hand has them refreshed each night from then on, before
the truth check. Answers are those of the database whatever the files hold, so nothing
hangs on a night that was missed.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.crowds import HAS_LAKE, Home, View, crowds_of, lake_folder
from bot.looks import is_ours, look_every
from bot.threads import until_done
from domain.changing import replace
from domain.columns.days import microseconds, moment_of
from domain.events.registry import PropertyType
from storage.ids import first_id_at
from storage.lake.layout import Layout
from storage.lake.manifest import Bucket, Manifest, lake_in
from storage.lake.tail import OVERLAP
from storage.marks import LINEAGE, mark_of
from storage.queries.everybody import count_events_since, count_roots

if TYPE_CHECKING:
    from bot.bootstrap import Parts
    from bot.crowds import Crowds
    from config.settings import StoreSettings
    from handlers.context import Context
    from storage.lake.refreshing import Errand

log = structlog.get_logger("clew.lake")

#: Name of the duty that schedulers of several processes apply for.
DUTY = "lake"
#: Real seconds between two looks at the clock.
LOOK_SECONDS = 60.0
#: So long before the truth check the files are refreshed.
BEFORE_CHECK = timedelta(minutes=30)
_LOCK = "lake.lock"


class LakeBusyError(Exception):
    """Another process of this machine is refreshing the files."""


class LakeExtraError(Exception):
    """The extra ``lake`` is not installed."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many buckets there are, how many of them were written, and what they hold."""

    buckets: int
    written: int
    persons: int
    events: int


@dataclass(frozen=True, slots=True)
class LakeStatus:
    """What the files hold, and what the database has beside them.

    ``bytes`` on disk; ``refreshed_at`` None before the first refresh came to its end.
    ``persons_now`` are those of the database, ``events_since`` came in since the oldest
    bucket was refreshed (a few minutes before that included).
    """

    folder: Path
    buckets: int
    persons: int
    events: int
    bytes: int
    refreshed_at: datetime | None
    persons_now: int
    events_since: int


class LakeKeeper:
    """Refreshes the files: one process at a time, work done in processes of their own."""

    def __init__(self, crowds: Crowds, settings: StoreSettings) -> None:
        """Keep files where ``settings`` say, as long as the duty of ``crowds`` is held."""
        self._crowds = crowds
        self._settings = settings

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return lake_folder(self._settings)

    async def run(self) -> None:
        """Refresh once a day until cancelled; a storage away is waited for."""
        await look_every(LOOK_SECONDS, self.refresh_if_due, "lake")

    async def refresh_if_due(self) -> bool:
        """Refresh before the truth check, where files were ever made; True when it was done.

        Raises:
            StorageError: the database is not there; the rest is done at the next look.
        """
        manifest = Manifest.read(self.folder) if HAS_LAKE else None
        if manifest is None or not self._is_due(manifest) or not await is_ours(self._crowds.duty):
            return False
        try:
            return await self.refresh() is not None
        except LakeBusyError:
            return False

    def _is_due(self, manifest: Manifest) -> bool:
        zone = self._crowds.context.zone
        local = self._crowds.clock.now().astimezone(zone)
        check_at = datetime.combine(local.date(), self._crowds.context.rules.check_at, zone)
        due_at = max(check_at - BEFORE_CHECK, datetime.combine(local.date(), time(), zone))
        return local >= due_at and moment_of(manifest.refreshed_at) < due_at

    async def refresh(self, *, is_whole: bool = False) -> Refreshed | None:
        """Bring all buckets up to date; None when another process took the duty over.

        What was done until then stays. With ``is_whole`` nothing is taken from old files.

        Raises:
            LakeExtraError, LakeBusyError: see there.
        """
        if not HAS_LAKE:
            raise LakeExtraError
        with _alone(self.folder):
            return await self._refresh(is_whole=is_whole)

    async def _refresh(self, *, is_whole: bool) -> Refreshed | None:
        from storage.lake.refreshing import Errand, drop_unnamed, planned  # noqa: PLC0415 — an extra

        crowds, folder, now = self._crowds, self.folder, self._crowds.clock.now()
        async with crowds.store.database.read() as tx:
            await crowds.context.kinds.refresh(tx)
            lake = await lake_in(folder, tx)
            before = lake.manifest if lake else Manifest(await mark_of(tx, LINEAGE))
            plan = await planned(tx, before)
        keeping = _Keeping(folder, plan)
        layout = layout_of(crowds.context)
        errands = [Errand(folder, layout, bucket, is_whole) for bucket in plan.buckets]
        done = await crowds.apart(Home.of(self._settings), bring_up_one, errands, now, keeping.take)
        if done is None:
            return None
        old = {bucket.number: bucket.generation for bucket in plan.buckets}
        written = sum(bucket.generation != old[bucket.number] for bucket in done)
        manifest = replace(keeping.manifest, refreshed_at=microseconds(now))
        await until_done(manifest.write, folder)
        await until_done(drop_unnamed, folder, before, manifest)
        log.info("lake_refreshed", buckets=len(done), written=written, events=manifest.events)
        return Refreshed(len(done), written, manifest.persons, manifest.events)

    async def status(self) -> LakeStatus | None:
        """Return what the files hold; None when there are none of this database."""
        async with self._crowds.store.database.read() as tx:
            lake = await lake_in(self.folder, tx)
            if lake is None:
                return None
            manifest = lake.manifest
            seen_at = min((bucket.seen_at for bucket in manifest.buckets), default=0)
            since = first_id_at(moment_of(seen_at) - OVERLAP) if seen_at else 0
            persons, events = await count_roots(tx), await count_events_since(tx, since)
        paths = [*self.folder.glob("*.parquet")]
        return LakeStatus(
            self.folder,
            len(manifest.buckets),
            manifest.persons,
            manifest.events,
            sum(path.stat().st_size for path in paths),
            moment_of(manifest.refreshed_at) if manifest.refreshed_at else None,
            persons,
            events,
        )


@dataclass(slots=True)
class _Keeping:
    """Names buckets in the manifest as they are done: a refresh that is killed keeps them."""

    folder: Path
    manifest: Manifest

    async def take(self, bucket: Bucket) -> None:
        self.manifest = self.manifest.with_bucket(bucket)
        await until_done(self.manifest.write, self.folder)


async def bring_up_one(view: View, errand: Errand) -> Bucket:
    """Bring one bucket up to date, in one snapshot."""
    from storage.lake.refreshing import bring_up  # noqa: PLC0415 — an extra

    async with view.store.database.read() as tx:
        return await bring_up(tx, errand, view.now)


def layout_of(ctx: Context) -> Layout:
    """Return what files hold: every kind, and each property that a kind declares."""
    properties: dict[str, PropertyType] = {}
    for _, kind in sorted(ctx.events.kinds.items()):
        for name, spec in kind.properties.items():
            properties.setdefault(name, spec.type.stored)
    kinds = tuple(sorted(ctx.events.kinds))
    return Layout(ctx.zone, kinds, ctx.events.interactions(), properties, {})


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder alone; the kernel lets go of it when the process dies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / _LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LakeBusyError(str(folder)) from None
        yield


def lake_keeper_of(parts: Parts) -> LakeKeeper:
    """Return the keeper of a service."""
    return LakeKeeper(crowds_of(parts, DUTY), parts.settings.store)
