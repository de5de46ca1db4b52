"""Commands of reps and managers, as typed; names are invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.command import CommandName, read_command
from domain.chat.lexicon import default_lexicon

N = CommandName

PLAIN: list[tuple[str, CommandName]] = [
    ("漏斗", N.FUNNEL),
    ("看下漏斗", N.FUNNEL),
    ("帮我看看本月的漏斗", N.FUNNEL),
    ("转化漏斗怎么样", N.FUNNEL),
    ("转化情况", N.FUNNEL),
    ("漏抖", N.FUNNEL),
    ("漏 斗", N.FUNNEL),
    ("/漏斗", N.FUNNEL),
    ("漏斗。", N.FUNNEL),
    ("loudou", N.FUNNEL),
    ("funnel", N.FUNNEL),
    ("ＦＵＮＮＥＬ", N.FUNNEL),
    ("funel", N.FUNNEL),
    ("线索 张三", N.LEAD),
    ("线索张三", N.LEAD),
    ("线锁 张三", N.LEAD),
    ("线索：张三", N.LEAD),
    ("查张三", N.LEAD),
    ("查一下张三的线索", N.LEAD),
    ("查询线索 13800138000", N.LEAD),
    ("评分 张三", N.SCORE),
    ("张三多少分", N.SCORE),
    ("张三为什么是72分", N.SCORE),
    ("张三的评分", N.SCORE),
    ("平分 张三", N.SCORE),
    ("打分 张三", N.SCORE),
    ("画像 张三", N.PORTRAIT),
    ("看看李女士的画像", N.PORTRAIT),
    ("我的线索", N.MINE),
    ("我的客户", N.MINE),
    ("我名下有哪些线索", N.MINE),
    ("帮助", N.HELP),
    ("help", N.HELP),
    ("？", N.HELP),
    ("你会什么", N.HELP),
    ("怎么用", N.HELP),
    ("有哪些命令", N.HELP),
    ("待办", N.TODO),
    ("今日待办", N.TODO),
    ("代办", N.TODO),
    ("我今天要跟进谁", N.TODO),
    ("今天有什么要做的", N.TODO),
    ("提醒我明天给张三打电话", N.REMIND),
    ("明天下午三点提醒我回访张三", N.REMIND),
    ("提醒 明天10点 回访李女士", N.REMIND),
    ("下周一叫我联系王总", N.REMIND),
    ("每周一9点提醒我看漏斗", N.REMIND),
    ("定个闹钟半小时后给陈静回电", N.REMIND),
    ("排行", N.RANKING),
    ("销售排行榜", N.RANKING),
    ("本月谁成交最多", N.RANKING),
    ("业绩排名前5", N.RANKING),
    ("公海", N.POOL),
    ("公海里还有多少线索", N.POOL),
    ("看看线索池", N.POOL),
    ("把张三分给李四", N.ASSIGN),
    ("张三分配给李四", N.ASSIGN),
    ("分配 张三 李四", N.ASSIGN),
    ("把张三从李四转给王五", N.TRANSFER),
    ("把李四的线索转给王五", N.TRANSFER),
    ("转移 李四 王五", N.TRANSFER),
    ("李四的客户都交接给王五", N.TRANSFER),
    ("领取张三", N.CLAIM),
    ("领5条", N.CLAIM),
    ("从公海捞3条线索", N.CLAIM),
    ("捞取", N.CLAIM),
    ("释放张三", N.RELEASE),
    ("把张三退回公海", N.RELEASE),
    ("张三我不跟了，放回公海", N.RELEASE),
    ("暂停李四接单", N.PAUSE),
    ("别给李四分线索了", N.PAUSE),
    ("暂停接收", N.PAUSE),
    ("我先不接新线索了", N.PAUSE),
    ("恢复李四接单", N.RESUME),
    ("隔离", N.ISOLATED),
    ("看看隔离名单", N.ISOLATED),
    ("恢复 王小明", N.RESTORE),
    ("解除隔离 张三", N.RESTORE),
    ("恢复线索 尾号5678", N.RESTORE),
    ("恢复接收", N.RESUME),
    ("李四可以继续接线索了", N.RESUME),
    ("李四明天请假", N.LEAVE),
    ("我下周一请假", N.LEAVE),
    ("请假 3月20号", N.LEAVE),
    ("给张三打标签 高意向", N.TAG),
    ("标签 张三 高意向", N.TAG),
    ("把张三的高意向标签去掉", N.TAG),
    ("圈选", N.SEGMENT),
    ("人群 高价值", N.SEGMENT),
    ("评分规则", N.RULES),
    ("规则", N.RULES),
    ("试算规则", N.RULES),
    ("活动", N.CAMPAIGN),
    ("培育活动效果", N.CAMPAIGN),
    ("报表", N.REPORT),
    ("日报", N.REPORT),
    ("上周周报", N.REPORT),
    ("导出本月线索", N.EXPORT),
    ("把上个月的线索导出来", N.EXPORT),
    ("跟进 张三 已付定金", N.FOLLOW),
    ("记录 张三 想报数学班", N.FOLLOW),
    ("审计", N.AUDIT),
    ("谁看过张三的电话", N.AUDIT),
    ("操作记录", N.AUDIT),
    ("渠道", N.CHANNEL),
    ("各渠道效果怎么样", N.CHANNEL),
    ("抖音渠道数据", N.CHANNEL),
    ("李雷为啥分这么低", N.SCORE),
    ("李雷现在是谁在跟", N.LEAD),
    ("李雷的手机号多少", N.LEAD),
    ("找一下李雷这个客户", N.LEAD),
    ("13800138000", N.LEAD),
    ("今天我该联系哪些客户", N.TODO),
    ("我手上还有几个没跟进的", N.TODO),
    ("谁是本月第一", N.RANKING),
    ("本月业绩前三名", N.RANKING),
    ("最近谁导出过数据", N.AUDIT),
    ("谁改了李雷的状态", N.AUDIT),
    ("跟进李雷：今天聊了价格", N.FOLLOW),
    ("记一下，李雷要报数学", N.FOLLOW),
    ("daiban", N.TODO),
    ("今日代办事项", N.TODO),
    ("排航榜", N.RANKING),
    ("销售排行傍", N.RANKING),
    ("下载本周报表", N.EXPORT),
    ("高意向人群", N.SEGMENT),
    ("改一下评分规则", N.RULES),
    ("各渠道本月成交", N.CHANNEL),
    ("设个提醒", N.REMIND),
    ("取消明天的提醒", N.REMIND),
    ("李雷给我跟", N.CLAIM),
    ("李雷我不要了", N.RELEASE),
    ("韩梅梅今天别给她派单", N.PAUSE),
    ("给韩梅梅停掉分配", N.PAUSE),
    ("我可以接单了", N.RESUME),
    ("李四下周调休", N.LEAVE),
]


@pytest.mark.parametrize(("text", "name"), PLAIN)
def test_understands_commands(text: str, name: CommandName) -> None:
    command = read_command(text)
    assert command is not None
    assert command.name is name


TALK = [
    "",
    "他请假了",
    "他不接",
    "谢谢你的帮助",
    "怎么对",
    "多少钱",
    "我想全部回复",
    "提醒的事谢谢",
    "把蛋糕分给大家",
    "分10条给大家",
    "记录 今天不错",
    "通知我",
    "给大家打标签 好人",
    "把天气从晴天转给雨天",
    "周三请假条怎么写",
    "大家把线索转给公司",
    "看看天气",
    "今天就这样",
    "a" * 100,
    "好的",
    "收到",
    "今天天气不错",
    "在吗",
    "谢谢",
    "我觉得最近的线索质量一般",
    "张三说下周三再联系，想报数学班",
    "这个漏斗图怎么这么难看懂啊",
    "张三这个线索不错",
    "漏水了",
    "我去开会了",
    "线索质量太差了",
    "中午吃什么",
    "这个客户要帮助孩子提分",
    "他问有没有活动优惠",
    "你好",
    "哈哈",
    "领导让我去一趟",
    "暂停一下音乐",
    "排队中",
    "公海钓鱼去",
    "规则我懂了",
    "客户嫌报表太复杂",
    "我的天",
    "帮忙订个饭",
    "李四今天请假了吗",
    "刚才待办都做完了",
    "多谢提醒",
]


@pytest.mark.parametrize("text", TALK)
def test_ordinary_talk_is_no_command(text: str) -> None:
    assert read_command(text) is None


ARGUMENTS: list[tuple[str, dict[str, object]]] = [
    ("线索 张三", {"lead": "张三"}),
    ("线索 5678", {"lead": "5678"}),
    ("线索 尾号 5678", {"lead": "5678"}),
    ("评分 手机尾号5678", {"lead": "5678"}),
    ("线索张三", {"lead": "张三"}),
    ("线索：欧阳雪", {"lead": "欧阳雪"}),
    ("查询线索 13800138000", {"lead": "13800138000"}),
    ("评分 张三", {"lead": "张三"}),
    ("张三为什么是72分", {"lead": "张三"}),
    ("看看李女士的画像", {"lead": "李女士"}),
    ("漏斗 上个月", {"period": "last_month"}),
    ("今天的漏斗", {"period": "today"}),
    ("昨天漏斗", {"period": "yesterday"}),
    ("本周漏斗", {"period": "this_week"}),
    ("上周漏斗", {"period": "last_week"}),
    ("本月漏斗", {"period": "this_month"}),
    ("上季度漏斗", {"period": "last_quarter"}),
    ("今年漏斗", {"period": "this_year"}),
    ("近7天漏斗", {"period": "last_7_days"}),
    ("最近三十天漏斗", {"period": "last_30_days"}),
    ("2026年2月漏斗", {"period": "2026-02"}),
    ("2026-02 漏斗", {"period": "2026-02"}),
    ("抖音的漏斗", {"channel": "抖音"}),
    ("上个月抖音渠道漏斗", {"period": "last_month", "channel": "抖音"}),
    ("业绩排名前5", {"n": 5}),
    ("本周排行前十", {"period": "this_week", "n": 10}),
    ("领5条", {"n": 5}),
    ("从公海捞三条线索", {"n": 3}),
    ("领取张三", {"lead": "张三"}),
    ("从数学公海领5条", {"n": 5, "pool": "数学公海"}),
    ("把张三分给李四", {"lead": "张三", "rep": "李四"}),
    ("张三分配给李四", {"lead": "张三", "rep": "李四"}),
    ("分配 张三 李四", {"lead": "张三", "rep": "李四"}),
    ("把张三从李四转给王五", {"lead": "张三", "from_rep": "李四", "rep": "王五"}),
    ("把李四的线索转给王五", {"from_rep": "李四", "rep": "王五"}),
    ("李四的客户都交接给王五", {"from_rep": "李四", "rep": "王五"}),
    ("暂停李四接单", {"rep": "李四"}),
    ("暂停接收", {}),
    ("恢复李四接单", {"rep": "李四"}),
    ("解除隔离 张三", {"lead": "张三"}),
    ("恢复 王小明", {"lead": "王小明"}),
    ("恢复线索 5678", {"lead": "5678"}),
    ("恢复线索 13900001234", {"lead": "13900001234"}),
    ("李四明天请假", {"rep": "李四", "time": "明天"}),
    ("我下周一请假", {"time": "下周一"}),
    ("给张三打标签 高意向", {"lead": "张三", "tag": "高意向"}),
    ("给张三打上高意向标签", {"lead": "张三", "tag": "高意向"}),
    ("标签 张三 高意向", {"lead": "张三", "tag": "高意向"}),
    ("把张三的高意向标签去掉", {"lead": "张三", "tag": "高意向", "remove": True}),
    ("去掉张三的标签 高意向", {"lead": "张三", "tag": "高意向", "remove": True}),
    ("明天下午三点提醒我回访张三", {"lead": "张三", "time": "明天下午三点"}),
    ("提醒我明天给张三打电话", {"lead": "张三", "time": "明天"}),
    ("下周一叫我联系王总", {"lead": "王总", "time": "下周一"}),
    ("导出本月线索", {"period": "this_month"}),
    ("释放张三", {"lead": "张三"}),
    ("把张三退回公海", {"lead": "张三"}),
    ("把张三退回数学公海", {"lead": "张三", "pool": "数学公海"}),
    ("跟进 张三 已付定金", {"lead": "张三"}),
    ("谁看过张三的电话", {"lead": "张三"}),
    ("抖音渠道数据", {"channel": "抖音"}),
    ("待办", {}),
    ("我的线索", {}),
    ("把公海里的20条线索分给小王", {"n": 20, "rep": "小王"}),
    ("随机分10条给小王", {"n": 10, "rep": "小王"}),
    ("给小王再分五条", {"n": 5, "rep": "小王"}),
    ("把抖音的10条线索分给小王", {"n": 10, "rep": "小王", "channel": "抖音"}),
    ("捞10条抖音的线索", {"n": 10, "channel": "抖音"}),
    ("我要去数学公海里捞10条抖音来的客户", {"n": 10, "channel": "抖音", "pool": "数学公海"}),
    ("我要领李雷", {"lead": "李雷"}),
    ("韩梅梅离职了，把她的客户转给李雷", {"from_rep": "韩梅梅", "rep": "李雷"}),
    ("把李雷交给韩梅梅", {"lead": "李雷", "rep": "韩梅梅"}),
    ("这条线索分给小王", {"rep": "小王"}),
    ("转移 李四 王五", {"from_rep": "李四", "rep": "王五"}),
    ("韩梅梅今天别给她派单", {"rep": "韩梅梅"}),
    ("李雷加标签 已试听", {"lead": "李雷", "tag": "已试听"}),
    ("取消明天的提醒", {"time": "明天", "remove": True}),
    ("每天早上9点提醒我看待办", {"time": "每天早上9点"}),
    ("数学公海", {"pool": "数学公海"}),
    ("最近谁导出过数据", {}),
    ("昨天谁成交最多", {"period": "yesterday"}),
    ("短视频渠道漏斗", {"channel": "短视频"}),
    ("L12", {"lead": "L12"}),
]


@pytest.mark.parametrize(("text", "expected"), ARGUMENTS)
def test_reads_arguments(text: str, expected: dict[str, object]) -> None:
    command = read_command(text)
    assert command is not None
    assert command.arguments.given() == expected


def test_a_rep_asking_for_results_means_the_own_ones() -> None:
    mine, everybody = read_command("业绩", "rep"), read_command("业绩", "manager")
    assert mine is not None
    assert everybody is not None
    assert (mine.name, everybody.name) == (N.MINE, N.REPORT)


def test_channels_of_the_corp_come_from_its_lexicon() -> None:
    lexicon = replace(default_lexicon(), channels=frozenset({"老王摊位"}))
    command = read_command("老王摊位的漏斗", lexicon=lexicon)
    assert command is not None
    assert command.arguments.given() == {"channel": "老王摊位"}


def test_keeps_the_text_as_typed() -> None:
    command = read_command(" 跟进 张三 已付定金 ")
    assert command is not None
    assert command.text == "跟进 张三 已付定金"


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    command = read_command(text)
    assert command is None or isinstance(command.name, CommandName)
