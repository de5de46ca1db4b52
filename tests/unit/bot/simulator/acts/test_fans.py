"""People at the official account (fact sheet 1.5, 2.11)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.acts.stage import ActRefused, No
from bot.simulator.config import BodyMode, DeliveryConfig, SimulatorConfig
from bot.simulator.world.windows import MessageKind, Said
from tests.unit.bot.simulator.listening_clew import Answer, ListeningClew
from tests.unit.bot.simulator.seeded import ZHANG_SAN, ZHANG_SAN_OPENID

if TYPE_CHECKING:
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.platform_caller import OfficialCaller

WINDOW = f"mp:{ZHANG_SAN}"
APOLOGY = "该公众号提供的服务出现故障，请稍后再试"
REPLY = (
    f"<xml><ToUserName>{ZHANG_SAN_OPENID}</ToUserName><MsgType>text</MsgType>"
    "<Content><![CDATA[收到]]></Content></xml>"
).encode()


@pytest.fixture(params=list(BodyMode))
def mode(request: pytest.FixtureRequest) -> BodyMode:
    chosen: BodyMode = request.param
    return chosen


@pytest.fixture
def base_config(mode: BodyMode) -> SimulatorConfig:
    config = demo.demo_config()
    return replace(
        config,
        official=replace(config.official, mode=mode),
        delivery=DeliveryConfig(pause=0.0, tries=2),
    )


async def last(sim: Simulator, clew: ListeningClew) -> dict[str, str]:
    await sim.settled()
    return clew.arrived[-1].fields


async def test_follow_and_write_arrive_in_every_mode(sim: Simulator, clew: ListeningClew) -> None:
    await sim.follow(ZHANG_SAN)
    fields = await last(sim, clew)
    assert (fields["Event"], fields["EventKey"]) == ("subscribe", "")
    assert "Ticket" not in fields
    assert fields["ToUserName"] == demo.MP_ACCOUNT
    await sim.say_mp(ZHANG_SAN, "多少钱")
    fields = await last(sim, clew)
    assert (fields["MsgType"], fields["Content"]) == ("text", "多少钱")
    assert fields["FromUserName"] == clew.arrived[-1].query["openid"] == ZHANG_SAN_OPENID
    assert int(fields["MsgId"]) > 2**31


class TestEncrypted:
    @pytest.fixture
    def mode(self) -> BodyMode:
        return BodyMode.ENCRYPTED

    async def test_scene_has_a_prefix_only_when_following(
        self, sim: Simulator, clew: ListeningClew
    ) -> None:
        await sim.follow(ZHANG_SAN, "expo")
        fields = await last(sim, clew)
        assert fields["EventKey"] == "qrscene_expo"
        assert fields["Ticket"]
        await sim.follow(ZHANG_SAN, "desk")
        fields = await last(sim, clew)
        assert (fields["Event"], fields["EventKey"]) == ("SCAN", "desk")

    async def test_following_again_without_a_scene_is_refused(self, sim: Simulator) -> None:
        await sim.follow(ZHANG_SAN)
        with pytest.raises(ActRefused) as refused:
            await sim.follow(ZHANG_SAN)
        assert refused.value.code is No.ALREADY_FOLLOWING

    async def test_leaving_is_told_and_silences(self, sim: Simulator, clew: ListeningClew) -> None:
        await sim.follow(ZHANG_SAN)
        await sim.unfollow(ZHANG_SAN)
        assert (await last(sim, clew))["Event"] == "unsubscribe"
        for act in (sim.say_mp(ZHANG_SAN, "在吗"), sim.unfollow(ZHANG_SAN)):
            with pytest.raises(ActRefused):
                await act
        await sim.follow(ZHANG_SAN)
        assert (await last(sim, clew))["Event"] == "subscribe"

    async def test_menu_buttons_click_and_view(
        self, sim: Simulator, clew: ListeningClew, mp: OfficialCaller
    ) -> None:
        await sim.follow(ZHANG_SAN)
        buttons: list[dict[str, Any]] = [
            {"type": "click", "name": "课程", "key": "courses"},
            {
                "name": "更多",
                "sub_button": [{"type": "view", "name": "官网", "url": "https://a.example"}],
            },
        ]
        await mp.post("menu/create", {"button": buttons})
        sim.fans.tap_menu(ZHANG_SAN, "courses")
        fields = await last(sim, clew)
        assert (fields["Event"], fields["EventKey"]) == ("CLICK", "courses")
        sim.fans.tap_menu(ZHANG_SAN, "https://a.example")
        assert (await last(sim, clew))["Event"] == "VIEW"
        with pytest.raises(ActRefused):
            sim.fans.tap_menu(ZHANG_SAN, "invented")
        assert sim.messages(WINDOW)[-1].text == "点击了菜单“官网”"

    async def test_tapped_menu_line_carries_its_id(
        self, sim: Simulator, clew: ListeningClew
    ) -> None:
        await sim.follow(ZHANG_SAN)
        sim.fans.say(ZHANG_SAN, "价格", "101")
        assert (await last(sim, clew))["bizmsgmenuid"] == "101"

    async def test_other_types_of_message_are_sent(
        self, sim: Simulator, clew: ListeningClew
    ) -> None:
        await sim.follow(ZHANG_SAN)
        body = {"MediaId": "m1", "PicUrl": "https://a.example/1.png"}
        sim.fans.send(ZHANG_SAN, "image", body, Said(MessageKind.IMAGE))
        assert (await last(sim, clew))["MediaId"] == "m1"

    async def test_sealed_reply_is_shown_and_a_plain_one_is_an_outage(
        self, sim: Simulator, clew: ListeningClew
    ) -> None:
        await sim.follow(ZHANG_SAN)
        await sim.settled()
        sealed = clew.official.seal_xml(REPLY, timestamp=1700000000, nonce="n")
        clew.answers.append(Answer(body=sealed.body))
        await sim.say_mp(ZHANG_SAN, "在吗")
        await sim.settled()
        shown = sim.messages(WINDOW)[-1]
        assert (shown.sender, shown.text) == (demo.MP_ACCOUNT, "收到")
        clew.answers.append(Answer(body=REPLY))
        await sim.say_mp(ZHANG_SAN, "在吗")
        await sim.settled()
        assert sim.messages(WINDOW)[-1].text == APOLOGY

    @pytest.mark.parametrize("answers", [[Answer(body=b'{"ok":true}')], [Answer(500), Answer(500)]])
    async def test_json_and_failure_show_the_apology(
        self, sim: Simulator, clew: ListeningClew, answers: list[Answer]
    ) -> None:
        await sim.follow(ZHANG_SAN)
        await sim.settled()
        clew.answers.extend(answers)
        await sim.say_mp(ZHANG_SAN, "在吗")
        await sim.settled()
        assert sim.messages(WINDOW)[-1].text == APOLOGY

    @pytest.mark.parametrize("body", [b"", b"success"])
    async def test_acknowledgement_shows_nothing(
        self, sim: Simulator, clew: ListeningClew, body: bytes
    ) -> None:
        await sim.follow(ZHANG_SAN)
        clew.answers.append(Answer(body=body))
        await sim.say_mp(ZHANG_SAN, "在吗")
        await sim.settled()
        assert sim.messages(WINDOW)[-1].text == "在吗"


class TestPlain:
    @pytest.fixture
    def mode(self) -> BodyMode:
        return BodyMode.PLAIN

    async def test_plain_reply_is_shown(self, sim: Simulator, clew: ListeningClew) -> None:
        await sim.follow(ZHANG_SAN)
        await sim.settled()
        clew.answers.append(Answer(body=REPLY))
        await sim.say_mp(ZHANG_SAN, "在吗")
        await sim.settled()
        assert sim.messages(WINDOW)[-1].text == "收到"
