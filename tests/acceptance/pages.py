"""Pages of the operations desk in a real Chromium, as a manager sees them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

    from bot.demo import Demo

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
#: Folder for pictures of every state that a test passes; none unless it is set.
SHOTS = os.environ.get("CLEW_SHOTS", "")


@dataclass(slots=True)
class Opened:
    """An open page and what went wrong in its scripts."""

    page: Page
    path: str
    faults: list[str] = field(default_factory=list)

    async def fits(self, name: str) -> None:
        """See that nothing has to be scrolled sideways, on a desk and on a phone."""
        for size in (DESK, PHONE):
            await self.page.set_viewport_size(size)
            wide = await self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], name
            if SHOTS:
                file = f"{SHOTS}/{self.path.strip('/')}-{name}-{size['width']}.png"
                await self.page.screenshot(path=file, full_page=True)


async def opened(both: Demo, browser: Browser, path: str, title: str) -> Opened:
    """Open a page on a phone as the manager, logged in through the stand-in."""
    context = await browser.new_context(viewport=PHONE, locale="zh-CN", accept_downloads=True)
    found = Opened(await context.new_page(), path)
    page = found.page
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    await page.goto(f"{both.service.address}{path}")
    await page.goto(f"{page.url.removesuffix('#wechat_redirect')}&as=WangManager")
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return found
