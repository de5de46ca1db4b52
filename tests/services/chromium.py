"""The distribution's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

#: Names the program to use instead of the first one on the path.
VARIABLE = "CLEW_CHROMIUM"
MISSING = "no Chromium; as root: apt-get install chromium fonts-noto-cjk"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
#: Root has no sandbox for its renderers, and containers have a small shared memory.
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage"]
#: Until something is given up that a page should show: machines stand still at times.
PATIENCE_MS = 60_000


def chromium_program() -> str | None:
    """Return the path of Chromium, or None when the machine has none."""
    named = os.environ.get(VARIABLE)
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


@asynccontextmanager
async def launched(program: str) -> AsyncIterator[Browser]:
    """Yield a headless browser; it is closed afterwards."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=OPTIONS, timeout=PATIENCE_MS
        )
        try:
            yield browser
        finally:
            await browser.close()
