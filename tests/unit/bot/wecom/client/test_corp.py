from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.clock import DrivenClock
from bot.wecom.client.corp import CorpAccount, CorpClient
from bot.wecom.client.media import FetchedMedia, MediaKind, StoredMedia
from bot.wecom.client.tokens import MemoryTokenStore
from bot.wecom.client.transport import Transport, Upload
from bot.wecom.errors import PlatformError
from tests.unit.bot.loopback_platform import Platform

TOKEN = "/cgi-bin/gettoken"


async def test_each_secret_has_its_own_token(
    transport: Transport, clock: DrivenClock, platform: Platform
) -> None:
    account = CorpAccount("ww1", 7, "app-s", contact_secret="contact-s", kf_secret="kf-s")
    corp = CorpClient(account, transport, MemoryTokenStore(), clock)
    await corp.app.recall("M")
    await corp.contacts.tag_groups()
    await corp.kf.accounts()
    await corp.directory.departments()
    secrets = [asked.query["corpsecret"] for asked in platform.calls(TOKEN)]
    assert secrets == ["app-s", "contact-s", "kf-s"]
    department = platform.calls("/cgi-bin/department/list")[0]
    assert department.query["access_token"] == "T1"


async def test_apps_of_one_corp_share_no_token(
    transport: Transport, clock: DrivenClock, platform: Platform
) -> None:
    store = MemoryTokenStore()
    for agent, secret in ((7, "s7"), (8, "s8")):
        corp = CorpClient(CorpAccount("ww1", agent, secret), transport, store, clock)
        await corp.app.recall("M")
    used = [asked.query["access_token"] for asked in platform.calls("/cgi-bin/message/recall")]
    assert used == ["T1", "T2"]


def test_an_account_never_shows_its_secrets() -> None:
    account = CorpAccount("ww1", 7, "hidden1", "hidden2", "hidden3", "hidden4")
    assert "hidden" not in repr(account)


async def test_members_and_departments_are_read(corp: CorpClient, platform: Platform) -> None:
    platform.on("/cgi-bin/user/get", {"userid": "LiLei", "name": "李雷"})
    platform.on("/cgi-bin/user/simplelist", {"userlist": [{"userid": "LiLei"}]})
    platform.on("/cgi-bin/department/list", {"department": [{"id": 1}]})
    assert (await corp.directory.user("LiLei"))["name"] == "李雷"
    assert await corp.directory.users_of(1) == ({"userid": "LiLei"},)
    assert await corp.directory.departments() == ({"id": 1},)


async def test_media_lives_three_days(corp: CorpClient, platform: Platform) -> None:
    platform.on("/cgi-bin/media/upload", {"media_id": "MID", "created_at": "1700000000"})
    stored = await corp.media.upload(MediaKind.IMAGE, Upload("a.png", b"PNG", "image/png"))
    made = datetime.fromtimestamp(1700000000, UTC)
    assert stored == StoredMedia("MID", made + timedelta(days=3))
    assert platform.calls("/cgi-bin/media/upload")[0].query["type"] == "image"


async def test_media_is_fetched_as_bytes(corp: CorpClient, platform: Platform) -> None:
    async def picture(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"PNG", content_type="image/png")

    platform.on("/cgi-bin/media/get", picture, {"errcode": 40007, "errmsg": "invalid media_id"})
    assert await corp.media.get("MID") == FetchedMedia("image/png", b"PNG")
    with pytest.raises(PlatformError):
        await corp.media.get("OLD")
