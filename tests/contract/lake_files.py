"""Files of a lake, brought up to date in the process of the test."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from storage.database import Database
from storage.lake.layout import Layout
from storage.lake.manifest import Manifest
from storage.lake.refreshing import Errand, bring_up, planned


async def brought_up(
    database: Database, folder: Path, layout: Layout, now: datetime, size: int
) -> Manifest:
    """Bring buckets of at most ``size`` persons up to date; return the manifest in force."""
    manifest = Manifest.read(folder) or Manifest(0)
    async with database.read() as tx:
        manifest = await planned(tx, manifest, size)
    for bucket in manifest.buckets:
        async with database.read() as tx:
            manifest = manifest.with_bucket(await bring_up(tx, Errand(folder, layout, bucket), now))
        manifest.write(folder)
    return manifest
