"""Members talk to the AI bot; Clew hears it by webhook and answers in streams and cards."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.simulator import demo
from bot.simulator.acts.stage import ActRefused
from bot.simulator.world.windows import MessageKind
from bot.wecom.codec import Codec
from handlers.updates import BotCardClicked, BotChatEntered, BotMessage, BotStreamPolled
from tests.unit.bot.simulator.listening_clew import Answer, utf8_json
from tests.unit.bot.simulator.seeded import GROUP
from tests.unit.bot.simulator.understanding import updates

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew

WINDOW = "bot:LiLei"
SOURCE = f"aibot:{demo.BOT_ID}"
CARD = {
    "card_type": "button_interaction",
    "main_title": {"title": "张三"},
    "task_id": "bot-1",
    "button_list": [{"text": "接收", "style": 1, "key": "accept"}],
}


def sealed(content: dict[str, Any]) -> Answer:
    """Return the encrypted JSON answer of a webhook."""
    codec = Codec(demo.BOT_TOKEN, demo.BOT_KEY, "")
    body = codec.seal_json(utf8_json(content), timestamp=int(time.time()), nonce="n1").body
    return Answer(body=body)


def stream(content: str, *, finish: bool) -> Answer:
    return sealed(
        {"msgtype": "stream", "stream": {"id": "S1", "content": content, "finish": finish}}
    )


def answers(sim: Simulator, window: str = WINDOW) -> list[str]:
    return [m.text for m in sim.messages(window) if m.sender == "clew"]


@pytest.fixture(autouse=True)
def _entered(sim: Simulator, clock: DrivenClock) -> None:
    """Leave out the greeting of the day's first entry."""
    assert sim.world.bot is not None
    sim.world.bot.entered["LiLei"] = clock.now().date()


async def test_a_stream_grows_until_it_is_finished(sim: Simulator, clew: ListeningClew) -> None:
    clew.answers.extend(
        [stream("正在查", finish=False), stream("正在查，共 3 条线索", finish=True)]
    )
    sim.bots.say("LiLei", "我有几条线索")
    await sim.settled()
    assert answers(sim) == ["正在查"]
    sim.bots.poll()
    await sim.settled()
    sim.bots.poll()
    await sim.settled()
    assert answers(sim) == ["正在查，共 3 条线索"]
    asked, polled = updates(clew, SOURCE)
    assert isinstance(asked, BotMessage)
    assert isinstance(polled, BotStreamPolled)
    assert polled.stream_id == "S1"


async def test_a_stream_is_no_longer_asked_for_after_six_minutes(
    sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    clew.answers.append(stream("正在查", finish=False))
    sim.bots.say("LiLei", "在吗")
    await sim.settled()
    clock.advance(timedelta(minutes=6))
    sim.bots.poll()
    await sim.settled()
    assert len(clew.arrived) == 1


async def test_the_first_word_of_a_day_enters_the_chat_and_may_be_greeted(
    sim: Simulator, clew: ListeningClew, clock: DrivenClock
) -> None:
    clew.answers.append(sealed({"msgtype": "text", "text": {"content": "早上好"}}))
    clock.advance(timedelta(days=1))
    sim.bots.say("LiLei", "在吗")
    await sim.settled()
    heard = {type(one) for one in updates(clew, SOURCE)}
    assert heard == {BotChatEntered, BotMessage}


async def test_a_mention_in_a_group_reaches_clew_and_is_answered_there(
    sim: Simulator, clew: ListeningClew
) -> None:
    clew.answers.append(stream("收到", finish=True))
    sim.bots.overhear(GROUP, "HanMeimei", "大家好")
    assert sim.world.bot is not None
    sim.bots.overhear(GROUP, "HanMeimei", f"@{sim.world.bot.name} 记一下张三")
    await sim.settled()
    (mention,) = updates(clew, SOURCE)
    assert isinstance(mention, BotMessage)
    assert (mention.userid, mention.chat_id) == ("HanMeimei", GROUP)
    assert answers(sim, f"group:{GROUP}") == ["收到"]


async def test_a_tapped_card_is_redrawn_by_the_answer(sim: Simulator, clew: ListeningClew) -> None:
    clew.answers.append(sealed({"msgtype": "template_card", "template_card": CARD}))
    sim.bots.say("LiLei", "新线索")
    await sim.settled()
    (card,) = [m for m in sim.messages(WINDOW) if m.kind is MessageKind.CARD]
    taken = {**CARD, "main_title": {"title": "张三 · 已接收"}, "button_list": []}
    clew.answers.append(sealed({"response_type": "update_template_card", "template_card": taken}))
    sim.bots.click(card.id, "accept", {})
    await sim.settled()
    assert card.body["card"] == taken
    clicked = updates(clew, SOURCE)[-1]
    assert isinstance(clicked, BotCardClicked)
    assert (clicked.task_id, clicked.key) == ("bot-1", "accept")


async def test_the_response_url_takes_one_late_answer(
    sim: Simulator, clew: ListeningClew, client: TestClient[Any, Any], clock: DrivenClock
) -> None:
    sim.bots.say("LiLei", "算一下报价")
    await sim.settled()
    (message,) = updates(clew, SOURCE)
    assert isinstance(message, BotMessage)
    clock.advance(timedelta(minutes=50))
    late = utf8_json({"msgtype": "markdown", "markdown": {"content": "**2980 元**"}})
    codes = []
    for _ in range(2):
        response = await client.post(message.response_url, data=late)
        codes.append((await response.json())["errcode"])
    assert codes == [0, 846605]
    assert answers(sim) == ["**2980 元**"]


async def test_a_fourth_question_waits_for_an_answer(sim: Simulator, clew: ListeningClew) -> None:
    clew.answers.extend(stream("想一想", finish=False) for _ in range(3))
    for number in range(3):
        sim.bots.say("LiLei", f"问题{number}")
        await sim.settled()
    with pytest.raises(ActRefused):
        sim.bots.say("LiLei", "还有")


async def test_an_answer_that_does_not_open_shows_that_the_bot_is_silent(
    sim: Simulator, clew: ListeningClew
) -> None:
    clew.answers.append(Answer(body=b"success"))
    sim.bots.say("LiLei", "在吗")
    await sim.settled()
    assert sim.messages(WINDOW)[-1].kind is MessageKind.EVENT
