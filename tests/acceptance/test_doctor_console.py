"""What the platform's console has otherwise than the settings, found by the operator's check."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.bootstrap import callback_accounts
from bot.clock import SystemClock
from bot.doctor.callback import verification
from bot.doctor.finding import Severity
from bot.doctor.report import words
from config.settings import load_settings
from tests.acceptance.doctored import TEXTS, Scene, codes, staged


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with staged(tmp_path) as found:
        yield found


async def asked_with(scene: Scene, **console: str) -> int:
    """Let the platform's console, where this was typed in, check the address; return the status."""
    settings = load_settings(TEXTS, scene.settings | console)
    account = callback_accounts(settings)[0]
    query = verification(account, "1234567", SystemClock())
    async with ClientSession() as http:
        url = f"{scene.settings['CLEW_PUBLIC_URL']}{account.path}"
        async with http.get(url, params=query) as answer:
            return answer.status


@pytest.mark.parametrize(
    "console",
    [{"CLEW_APP_TOKEN": "typedInTheConsole"}, {"CLEW_CORP_ID": "wwsomebodyelse001"}],
)
async def test_what_the_console_says_otherwise_shows_in_what_the_service_refused(
    console: dict[str, str], scene: Scene
) -> None:
    assert await asked_with(scene, **console) == 403
    finding = (await scene.found())["callback clew"].finding
    assert (finding.severity, finding.code) == (Severity.WARNING, "callback_none_taken")
    assert finding.values["count"] == 1
    assert "openapi回调地址请求不通过" in words(finding, TEXTS)
    assert "Token" in words(finding, TEXTS)


async def test_strangers_at_an_address_that_takes_callbacks_are_no_finding(scene: Scene) -> None:
    await asked_with(scene, CLEW_APP_TOKEN="aStranger")
    scene.callbacks.labels("wecom:clew", "stored").inc()
    assert codes(await scene.found())["callback clew"] == "callback_local"
