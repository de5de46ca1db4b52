from __future__ import annotations

from datetime import timedelta

from bot.wecom.client.official import OfficialClient
from tests.unit.bot.loopback_platform import Platform


async def test_a_template_message_returns_its_number_as_text(
    official: OfficialClient, platform: Platform
) -> None:
    platform.on("/cgi-bin/message/template/send", {"errcode": 0, "msgid": 2000000001})
    assert await official.send_template({"touser": "o1"}) == "2000000001"


async def test_a_timed_code_knows_its_picture(
    official: OfficialClient, platform: Platform, address: str
) -> None:
    path = "/cgi-bin/qrcode/create"
    platform.on(path, {"ticket": "g/Q+=", "expire_seconds": 600, "url": "http://weixin/q"})
    code = await official.create_qrcode("expo_b7", timedelta(minutes=10))
    assert code.image_url == f"{address}/cgi-bin/showqrcode?ticket=g%2FQ%2B%3D"
    assert code.expires_in == timedelta(minutes=10)
    assert platform.calls(path)[0].json == {
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "expo_b7"}},
        "expire_seconds": 600,
    }


async def test_a_permanent_code_has_no_end(official: OfficialClient, platform: Platform) -> None:
    path = "/cgi-bin/qrcode/create"
    platform.on(path, {"ticket": "T", "url": "http://weixin/q"})
    assert (await official.create_qrcode("expo_b7", None)).expires_in is None
    assert platform.calls(path)[0].json["action_name"] == "QR_LIMIT_STR_SCENE"


async def test_a_follower_is_read(official: OfficialClient, platform: Platform) -> None:
    platform.on("/cgi-bin/user/info", {"subscribe": 1, "openid": "o1", "unionid": "u1"})
    assert (await official.user("o1"))["unionid"] == "u1"
    assert platform.calls("/cgi-bin/user/info")[0].query["openid"] == "o1"
