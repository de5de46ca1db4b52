"""What a service refused is read where it listens; where nothing can be read nothing is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor.refused import refused_without_one_taken
from tests.unit.bot.doctor_installation import installed

ROUTE = "wecom:clew"
REFUSED = """
# TYPE clew_callbacks_total counter
clew_callbacks_total{result="verified",route="wecom:clew"} 5.0
clew_callbacks_total{result="bad_signature",route="wecom:clew"} 2.0
clew_callbacks_total{result="bad_padding",route="wecom:clew"} 1.0
clew_callbacks_total{result="missing_parameter",route="wecom:clew"} 40.0
clew_callbacks_total{result="bad_signature",route="mp:gh_other"} 8.0
"""
TAKEN = 'clew_callbacks_total{result="duplicate",route="wecom:clew"} 1.0\n'


async def told(folder: Path, page: str, host: str = "127.0.0.1", status: int = 200) -> int:
    async def metrics(request: web.Request) -> web.Response:
        del request
        return web.Response(text=page, status=status)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    async with TestServer(app) as server:
        heard_at = {"CLEW_LISTEN_HOST": host, "CLEW_LISTEN_PORT": str(server.port)}
        async with installed(folder, **heard_at) as installation:
            return await refused_without_one_taken(installation, ROUTE)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104
async def test_refusals_for_its_settings_are_told(tmp_path: Path, host: str) -> None:
    assert await told(tmp_path, REFUSED, host) == 3


@pytest.mark.parametrize(
    "page", [REFUSED + TAKEN, "", "<html>a login page", "clew_callbacks_total"]
)
async def test_nothing_is_told_without_them(tmp_path: Path, page: str) -> None:
    assert await told(tmp_path, page) == 0


async def test_another_service_or_none_tells_nothing(tmp_path: Path) -> None:
    assert await told(tmp_path, REFUSED, status=404) == 0
    async with installed(tmp_path, CLEW_LISTEN_PORT="9") as installation:
        assert await refused_without_one_taken(installation, ROUTE) == 0
