from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import asyncpg
import pytest
from redis import asyncio as aioredis

from tests.services import postgres
from tests.services.loopback import OutsideConnectionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Browser


def test_own_postgres_starts_and_stops_without_a_running_one() -> None:
    with postgres.started_server() as address:
        assert postgres.may_create_databases(address)
    assert not postgres.may_create_databases(address)


async def test_every_test_gets_an_empty_postgres_database(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        tables = await connection.fetchval(
            "select count(*) from information_schema.tables where table_schema = 'public'"
        )
    finally:
        await connection.close()
    assert tables == 0


def test_database_url_names_both_backends(database_url: str) -> None:
    assert database_url.startswith(("sqlite:///", "postgresql://"))


async def test_redis_answers(redis_address: str) -> None:
    async with aioredis.from_url(redis_address) as client:
        assert await client.ping()


def test_free_port_can_be_bound(free_port: Callable[[], int]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_connecting_outside_loopback_is_refused(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(OutsideConnectionError, match="loopback"):
        outside.connect((host, 443))


def test_looking_up_an_outside_name_is_refused() -> None:
    with pytest.raises(OutsideConnectionError, match=r"qyapi\.example"):
        socket.getaddrinfo("qyapi.example", 443)


def test_settings_of_the_developer_do_not_reach_tests() -> None:
    kept = ("CLEW_TEST_", "CLEW_SHARED", "CLEW_CHROMIUM")
    settings = [name for name in os.environ if name.startswith("CLEW_")]
    assert [name for name in settings if not name.startswith(kept)] == []


#: Draws a character and returns its pixels; without a font all Chinese look alike: a box.
DRAW = """character => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.font = "40px sans-serif";
  pen.fillText(character, 0, 40);
  return canvas.toDataURL();
}"""


@pytest.mark.browser
async def test_browser_has_a_font_for_chinese(browser: Browser) -> None:
    page = await browser.new_page()
    assert await page.evaluate(DRAW, "线") != await page.evaluate(DRAW, "索")
