"""Temporary media (fact sheet 3.5)."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import FormData

from tests.unit.bot.simulator.seeded import ZHANG_SAN, ZHANG_SAN_OPENID

if TYPE_CHECKING:
    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import PlatformCaller

PICTURE = b"\x89PNG picture"


async def upload(
    api: PlatformCaller, data: bytes = PICTURE, kind: str = "image", field: str = "media"
) -> dict[str, Any]:
    form = FormData(quote_fields=False)
    form.add_field(field, BytesIO(data), filename="图.png", content_type="image/png")
    params = {"access_token": await api.fetch_token(), "type": kind}
    response = await api.client.post(api.url("media/upload"), params=params, data=form)
    return await api.answer(response)


async def test_upload_comes_back_byte_for_byte(api: PlatformCaller) -> None:
    answer = await upload(api)
    assert answer["type"] == "image"
    assert isinstance(answer["created_at"], str)
    params = {"access_token": api.token, "media_id": answer["media_id"]}
    response = await api.client.get(api.url("media/get"), params=params)
    assert response.content_type == "image/png"
    assert await response.read() == PICTURE


async def test_media_live_three_days(api: PlatformCaller, clock: DrivenClock) -> None:
    media_id = (await upload(api))["media_id"]
    clock.advance(timedelta(days=3))
    api.token = ""
    assert (await api.get("media/get", media_id=media_id))["errcode"] == 40007


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"data": b"tiny"}, 44001),
        ({"data": b"x" * (2 * 1024 * 1024 + 1), "kind": "voice"}, 45001),
        ({"kind": "poem"}, 40004),
        ({"field": "file"}, 44001),
    ],
)
async def test_wrong_upload_is_refused(
    api: PlatformCaller, change: dict[str, Any], errcode: int
) -> None:
    assert (await upload(api, **change))["errcode"] == errcode


async def test_upload_that_is_no_form_is_refused(api: PlatformCaller) -> None:
    assert (await api.post("media/upload", {}, type="image"))["errcode"] == 44001


@pytest.mark.parametrize("kind", ["image", "file"])
async def test_uploaded_media_can_be_sent_to_members(
    api: PlatformCaller, sim: Simulator, kind: str
) -> None:
    media_id = (await upload(api, kind=kind))["media_id"]
    body = {"touser": "LiLei", "msgtype": kind, "agentid": 1000002, kind: {"media_id": media_id}}
    assert (await api.post("message/send", body))["errcode"] == 0
    (message,) = sim.messages("app:LiLei")
    assert message.body["media_id"] == media_id
    assert message.text == ("" if kind == "image" else "[文件] 图.png")


async def test_account_and_corp_do_not_share_media(
    api: PlatformCaller, mp: PlatformCaller, sim: Simulator
) -> None:
    corps = (await upload(api))["media_id"]
    own = await upload(mp)
    assert isinstance(own["created_at"], int)
    await sim.follow(ZHANG_SAN)
    body = {"touser": ZHANG_SAN_OPENID, "msgtype": "image"}
    codes = [
        (await mp.post("message/custom/send", body | {"image": {"media_id": media_id}}))["errcode"]
        for media_id in (corps, own["media_id"])
    ]
    assert codes == [40007, 0]
    page = {"title": "课程", "appid": "wx1", "pagepath": "p", "thumb_media_id": own["media_id"]}
    program = body | {"msgtype": "miniprogrampage", "miniprogrampage": page}
    assert (await mp.post("message/custom/send", program))["errcode"] == 0
    params = {"access_token": mp.token, "media_id": own["media_id"]}
    response = await mp.client.get(mp.url("media/get"), params=params)
    assert await response.read() == PICTURE


async def test_uploaded_media_can_be_sent_by_kf_and_as_welcome(
    api: PlatformCaller, sim: Simulator, clew: Any
) -> None:
    media_id = (await upload(api))["media_id"]
    await sim.enter_kf(ZHANG_SAN)
    await sim.say_kf(ZHANG_SAN, "在吗")
    head = {"touser": ZHANG_SAN, "open_kfid": "wkclewdemo000001"}
    image = head | {"msgtype": "image", "image": {"media_id": media_id}}
    link = {"title": "课程", "url": "https://a.example", "thumb_media_id": media_id}
    page = {"appid": "wx1", "pagepath": "p", "title": "课程", "thumb_media_id": media_id}
    assert (await api.post("kf/send_msg", image))["errcode"] == 0
    for name, part in (("link", link), ("miniprogram", page)):
        assert (await api.post("kf/send_msg", head | {"msgtype": name, name: part}))["errcode"] == 0
    await sim.scan(ZHANG_SAN, "cwexpo2026b7000000000000000000001")
    await sim.settled()
    code = clew.named("add_external_contact")[0].fields["WelcomeCode"]
    program = {"title": "课程", "pic_media_id": media_id, "appid": "wx1", "page": "p"}
    attachments = [
        {"msgtype": "image", "image": {"media_id": media_id}},
        {"msgtype": "miniprogram", "miniprogram": program},
    ]
    body = {"welcome_code": code, "attachments": attachments}
    assert (await api.post("externalcontact/send_welcome_msg", body))["errcode"] == 0
