"""Scores and rules in the windows of the stand-in, through callbacks, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.rules_desk import LocalRulesDesk, NewDraft
from bot.scoring.days import CHECKED, SWEPT
from bot.simulator.world.windows import MessageKind
from bot.story.reading import of_kind, shown
from bot.story.script import CONTACT_WAY, HAN_MEIMEI, LI_LEI, MANAGER, ZHANG_SAN
from bot.story.stage import Stage
from config.rules import seed_sources
from domain.scoring.truth import Truth
from handlers.actions.rule_drafts import Handed
from storage.marks import mark_of
from tests.patience import until
from tests.story import WORDS, told_by
from tests.unit.bot.scoring.histories import truth_of_parts

if TYPE_CHECKING:
    from pathlib import Path

DRAFT = (
    seed_sources(None)["scorecard.toml"]
    .replace('name = "默认评分"', 'name = "宽松评分"')
    .replace("pass_mark = 60", "pass_mark = 20")
)


def visible(text: str) -> str:
    """Return a message without the signs nobody sees, which tell one send from another."""
    return text.rstrip("\u200b\u200c")


async def mark(stage: Stage, name: str) -> int:
    async with stage.demo.service.parts.database.read() as tx:
        return await mark_of(tx, name)


async def test_scores_are_explained_replayed_tried_and_published_in_chat(
    tmp_path: Path, database_url: str
) -> None:
    async with told_by(tmp_path, database_url) as story:
        stage = Stage(story.demo, story.clock, WORDS.get)
        parts = story.demo.service.parts
        await stage.demo.sim.scan(ZHANG_SAN, CONTACT_WAY)
        await stage.demo.sim.enter_kf(ZHANG_SAN)
        await stage.quiet()

        answer = await stage.say(MANAGER, "评分 张三", "第 1/6 步")
        assert "添加企业微信" in answer
        assert visible(await stage.say(LI_LEI, "评分 张三", "等级")) == visible(answer)
        assert await stage.say(HAN_MEIMEI, "规则", WORDS.get("command.not_allowed"))

        number = await LocalRulesDesk(parts).keep(NewDraft([Handed(DRAFT)], "cli"))
        await stage.say(MANAGER, "规则", f"第 {number} 版「宽松评分」草稿")
        await stage.say(MANAGER, f"规则 发布 {number}", WORDS.get("refusals.rules_not_tried"))
        await stage.say(MANAGER, f"规则 试算 {number}", "开始试算")

        def tried() -> bool:
            seen = [shown(m) for m in stage.app_window(MANAGER)]
            return any("试算：1 条线索" in text for text in seen)

        await until(tried)
        await stage.say(MANAGER, f"规则 发布 {number}", "确认")
        await stage.say(MANAGER, f"规则 发布 {number} 确认", "已发布")

        async def rescored() -> bool:
            return (await stage.lead_of("张三")).lead.score.rules_version == number

        await until(rescored)
        await stage.quiet()
        card = stage.last(f"app:{LI_LEI}", of_kind(MessageKind.CARD))
        assert "张三" in shown(card), "crossing the lower pass mark activates"

        await stage.pass_time(timedelta(days=1))
        await stage.say(MANAGER, "评分 张三 昨天", f"按当时第 {number} 版规则")
        await stage.say(MANAGER, "评分 张三 上周二", WORDS.get("score.past.not_yet", name="张三"))

        async def checked() -> bool:
            today = story.clock.now().astimezone(parts.context.zone).toordinal()
            return await mark(stage, CHECKED) == await mark(stage, SWEPT) == today

        await until(checked)
        assert await truth_of_parts(parts) == Truth(leads=1)
