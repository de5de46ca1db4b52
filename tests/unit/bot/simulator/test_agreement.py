"""Clew's own client, renderers and parser against the stand-in: do both read the sheet alike?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.simulator import demo
from bot.simulator.acts.friends import Edit
from bot.simulator.app import OFFICIAL_BASE
from bot.wecom import cards, render
from bot.wecom.client.contact import ContactWayRequest
from bot.wecom.client.corp import CorpClient
from bot.wecom.client.kf import PullRequest, ServiceState, SessionState
from bot.wecom.client.media import MediaKind
from bot.wecom.client.official import OfficialAccount, OfficialClient
from bot.wecom.client.tokens import MemoryTokenStore
from bot.wecom.client.transport import Transport, Upload
from bot.wecom.errors import Family, WireError
from domain.messages import (
    Card,
    CardButton,
    CardRow,
    CardUpdate,
    Choice,
    MarkTag,
    Menu,
    Remark,
    Text,
    Welcome,
)
from tests.unit.bot.simulator.seeded import (
    EXPO,
    GROUP,
    TAG_HIGH,
    TEMPLATE,
    ZHANG_SAN,
    ZHANG_SAN_OPENID,
)
from tests.unit.bot.simulator.understanding import updates

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient

    from bot.clock import DrivenClock
    from bot.simulator.simulator import Simulator
    from tests.unit.bot.simulator.listening_clew import ListeningClew

BUTTONS = (CardButton("接收", "accept:1"), CardButton("详情", "", url="https://a.example"))
CARD = Card(
    title="新线索 张三",
    task_id="lead-1",
    description="展会 B7",
    rows=(CardRow("渠道", "展会 B7"), CardRow("负责人", "李雷", userid="LiLei")),
    buttons=BUTTONS,
    choice=Choice("reason", "退回原因", (("busy", "太忙"), ("area", "不在本区"))),
    advice="先问孩子年级",
    text="评分 72（B1）",
    source="线索助手",
)
NOTICE = Card(title="画像", task_id="portrait-1", text="近七天互动 5 次", url="https://a.example/1")


@pytest.fixture
def official(
    client: TestClient[Any, Any], session: aiohttp.ClientSession, clock: DrivenClock
) -> OfficialClient:
    account = OfficialAccount(demo.MP_APPID, demo.MP_SECRET)
    transport = Transport(session, str(client.make_url(OFFICIAL_BASE)), Family.OFFICIAL)
    return OfficialClient(account, transport, MemoryTokenStore(), clock)


def app_envelope(send_id: int) -> render.AppEnvelope:
    return render.AppEnvelope("LiLei", demo.AGENTID, send_id, "https://a.example")


async def test_texts_cards_and_updates_are_taken(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    await corp.app.send(render.app_message(Text("今日待办"), app_envelope(1)))
    notice = await corp.app.send(render.app_message(NOTICE, app_envelope(2)))
    answer = await corp.app.send(render.app_message(CARD, app_envelope(3)))
    assert answer.response_code
    assert answer.refuses("Nobody") is False
    text, portrait, card = sim.messages("app:LiLei")
    assert text.text.startswith("今日待办")
    assert [m.kind for m in (portrait, card)] == ["card", "card"]
    await sim.click(card.id, "accept:1", {"reason": "area"})
    await sim.settled()
    assert len(updates(clew, "wecom:clew")) == 1
    code = clew.arrived[0].fields["ResponseCode"]
    grey = CardUpdate(code, ("LiLei",), replace_name="已接收")
    assert await corp.app.update_card(cards.card_update(grey, demo.AGENTID, "")) == ()
    assert card.as_json()["replaced"] == "已接收"
    fresh = CardUpdate(answer.response_code, ("LiLei",), card=NOTICE)
    await corp.app.update_card(cards.card_update(fresh, demo.AGENTID, "https://a.example"))
    assert card.as_json()["replaced"] is None
    await corp.app.recall(notice.msgid)
    assert portrait.kind == "event"
    assert [call.warnings for call in sim.calls("message/send")] == [(), (), ()]


async def test_menu_and_directory_are_taken(corp: CorpClient, sim: Simulator) -> None:
    button: dict[str, object] = {"type": "click", "name": "我的线索", "key": "mine"}
    await corp.app.create_menu([button])
    assert sim.world.app.menu == {"button": [button]}
    assert (await corp.directory.user("LiLei"))["name"] == "李雷"
    assert len(await corp.directory.users_of(2)) == 3
    assert len(await corp.directory.departments()) == 2


async def test_customer_contact_is_taken(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    request = ContactWayRequest(("LiLei", "HanMeimei"), "sem_baidu", "百度")
    way = await corp.contacts.add_contact_way(request)
    await sim.scan(ZHANG_SAN, way.config_id)
    await sim.settled()
    updates(clew, "wecom:clew")
    code = clew.arrived[0].fields["WelcomeCode"]
    body = Welcome(code, "您好", "课程", "https://a.example")
    await corp.contacts.send_welcome(render.welcome(body))
    await corp.contacts.remark(render.remark(Remark("LiLei", "张三", "想报数学班"), ZHANG_SAN))
    await corp.contacts.mark_tag(render.mark_tag(MarkTag("LiLei", (TAG_HIGH,)), ZHANG_SAN))
    told = await corp.contacts.get(ZHANG_SAN)
    assert told["external_contact"]["name"] == "张三"  # type: ignore[index]
    assert await corp.contacts.customers_of("LiLei") == (ZHANG_SAN,)
    assert len((await corp.contacts.batch_by_user(["LiLei"])).items) == 1
    assert len(await corp.contacts.tag_groups()) == 1
    added = await corp.contacts.add_tags("等级", ["A"], demo.AGENTID)
    assert added["group_name"] == "等级"
    kinds = [m.kind.value for m in sim.messages(f"friend:{ZHANG_SAN}:LiLei")]
    assert kinds == ["event", "welcome", "link"]


async def test_groups_and_media_are_taken(corp: CorpClient, sim: Simulator) -> None:
    await sim.join_group(ZHANG_SAN, GROUP)
    group = (await corp.groups.get(GROUP))["group_chat"]
    assert len(group["member_list"]) == 2  # type: ignore[index]
    assert len((await corp.groups.groups_of(["HanMeimei"])).items) == 1
    stored = await corp.media.upload(MediaKind.FILE, Upload("a.txt", b"some text"))
    assert (await corp.media.get(stored.media_id)).content == b"some text"


async def test_desk_is_taken(corp: CorpClient, sim: Simulator, clew: ListeningClew) -> None:
    await sim.enter_kf(ZHANG_SAN, "web", "sem=1")
    await sim.say_kf(ZHANG_SAN, "多少钱")
    await sim.settled()
    updates(clew, "wecom:clew")
    token = clew.arrived[-1].fields["Token"]
    page = await corp.kf.pull(PullRequest(demo.OPEN_KFID, token=token))
    event, text = page.messages
    code = event["event"]["welcome_code"]  # type: ignore[index]
    greeting = Menu("想了解什么？", (("price", "价格"), ("trial", "试听")), "谢谢")
    await corp.kf.send_on_event(render.kf_event_message(greeting, str(code), "e-1"))
    envelope = render.KfEnvelope(ZHANG_SAN, demo.OPEN_KFID, "s-1")
    for _ in range(2):
        assert await corp.kf.send(render.kf_message(Text("您好"), envelope)) == "s-1"
    shown = [m.text for m in sim.messages(f"kf:{ZHANG_SAN}") if m.sender == demo.OPEN_KFID]
    assert shown == ["想了解什么？", "您好"]
    await corp.kf.move(demo.OPEN_KFID, ZHANG_SAN, ServiceState(SessionState.BOT))
    assert (await corp.kf.state(demo.OPEN_KFID, ZHANG_SAN)).state is SessionState.BOT
    assert len(await corp.kf.accounts()) == 1
    assert (await corp.kf.customers([ZHANG_SAN]))["invalid_external_userid"] == []
    assert await corp.kf.add_contact_way(demo.OPEN_KFID, "web")
    assert text["msgtype"] == "text"


async def test_official_account_is_taken(
    official: OfficialClient, sim: Simulator, clew: ListeningClew
) -> None:
    code = await official.create_qrcode("expo2026_b7", timedelta(days=7))
    assert code.expires_in == timedelta(days=7)
    await sim.follow(ZHANG_SAN, "expo2026_b7")
    await sim.say_mp(ZHANG_SAN, "有试听吗")
    await official.send(render.official_message(Text("有的"), ZHANG_SAN_OPENID))
    menu = Menu("想了解？", (("1", "价格"),))
    await official.send(render.official_message(menu, ZHANG_SAN_OPENID))
    data = {"thing1": {"value": "数学试听课"}}
    template = {"touser": ZHANG_SAN_OPENID, "template_id": TEMPLATE, "data": data}
    assert await official.send_template(template)
    assert (await official.user(ZHANG_SAN_OPENID))["subscribe"] == 1
    await sim.unfollow(ZHANG_SAN)
    await sim.settled()
    assert len(updates(clew, f"mp:{demo.MP_ACCOUNT}")) == 4


async def test_login_is_taken(corp: CorpClient, sim: Simulator) -> None:
    code = sim.world.login_codes.issue("LiLei", sim.world.now, timedelta(minutes=5))
    assert (await corp.login.visitor(code)).userid == "LiLei"
    assert await corp.login.page_ticket() != await corp.login.agent_ticket()


async def test_every_corp_callback_is_known_to_the_parser(
    corp: CorpClient, sim: Simulator, clew: ListeningClew
) -> None:
    await corp.app.create_menu([{"type": "click", "name": "我的线索", "key": "mine"}])
    await sim.scan(ZHANG_SAN, EXPO, is_half=True)
    sim.friends.confirm(ZHANG_SAN, "LiLei")
    sim.friends.edit(ZHANG_SAN, "LiLei", Edit(remark="张三"))
    await sim.delete_rep(ZHANG_SAN, "LiLei")
    sim.friends.drop_customer(ZHANG_SAN, "LiLei", "DELETE_BY_TRANSFER")
    await sim.join_group(ZHANG_SAN, GROUP)
    sim.rooms.leave(ZHANG_SAN, GROUP)
    sim.rooms.rename(GROUP, "数学家长一群")
    await sim.say_app("LiLei", "漏斗")
    await sim.app_menu("LiLei", "mine")
    sim.members.event("LiLei", "enter_agent", [("EventKey", "")])
    sim.staff.move("LiLei", [1, 2])
    sim.staff.resign("HanMeimei")
    await sim.settled()
    assert len(updates(clew, "wecom:clew")) == 13


async def test_killed_token_is_fetched_anew_and_refusals_keep_their_code(
    corp: CorpClient, sim: Simulator
) -> None:
    await corp.directory.departments()
    sim.kill_tokens()
    assert len(await corp.directory.departments()) == 2
    with pytest.raises(WireError) as refused:
        await corp.directory.user("Nobody")
    assert "60111" in str(refused.value)
