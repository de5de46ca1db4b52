"""Intents of invented customer messages; the labels are those of the chat conventions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.intent import Intent, read_intent

CASES: dict[Intent, list[str]] = {
    Intent.PRICE: [
        "多少钱",
        "这个课怎么收费",
        "学费一年多少",
        "有优惠吗",
        "能便宜点吗",
        "太贵了吧",
        "能不能再少点",
        "3980还能低吗",
        "可以分期吗",
        "有没有团购价",
        "报价发我一份",
        "一节课下来大概多少",
        "价格表有吗",
        "老学员介绍有折扣吗",
        "别家才2000，你们怎么要3000",
        "你好，请问费用怎么算",
        "谢谢，那价格呢",
        "花呗能分几期",
        "试听课收费吗",
        "啥价啊",
        "最低多少能拿下",
        "送课时吗，不送就算贵了",
        "双十一有活动价吗",
        "怎麼收費",
        "duoshaoqian",
    ],
    Intent.CONTENT: [
        "你们是教什么的",
        "适合几岁的孩子",
        "上课时间是几点",
        "线上还是线下",
        "一个班多少人",
        "老师是什么学历",
        "有课程介绍吗，发我看看",
        "资料发我一份",
        "不满意可以退吗",
        "退费规则是怎样的",
        "学完能达到什么水平",
        "课程有回放吗",
        "你们校区在哪里",
        "用什么教材",
        "想了解一下英语课",
        "这个班和那个班有什么区别",
        "以后有新课记得通知我",
        "继续给我发资料吧",
        "不要打电话，把资料发我微信就行",
        "多久能学会",
        "零基础能学吗",
        "几月份开班",
        "咨询一下编程课",
        "上课用平板可以吗",
        "介绍下你们的课",
        "能退款吗，万一孩子不喜欢",
    ],
    Intent.TRIAL: [
        "想预约试听",
        "能先体验一节课吗",
        "什么时候可以去参观",
        "周六下午想过去看看",
        "给我回个电话",
        "下午三点打给我",
        "约个时间聊聊",
        "安排老师联系我",
        "有免费的体验课吗，帮我约一节",
        "能做个演示吗",
        "我想约明天上午的试听课",
        "现在不方便，晚上打给我",
        "在开会，下午再打给我吧",
        "别发消息了，直接打电话给我",
        "能上门讲讲吗",
        "想带孩子去校区看看",
        "试学一节行不行",
        "申请试用",
        "试听怎么预约",
        "周日有试听课吗，想报个名",
        "13800138000，方便的时候联系我",
    ],
    Intent.BUY: [
        "怎么报名",
        "我要报名",
        "在哪里付款",
        "付款链接发我",
        "支付失败了怎么回事",
        "付不了款",
        "我要买这个课",
        "给孩子报一个数学班",
        "现在就下单",
        "定金怎么交",
        "可以刷卡吗，我现在过来交钱",
        "签合同吧",
        "帮我办理一下报名手续",
        "已经转账了，查收一下",
        "多少钱，我直接报了",
        "续费怎么弄",
        "扣款了但是没显示成功",
        "就要这个了，怎么付",
        "拍下了",
        "想给孩子报名英语",
    ],
    Intent.COMPLAIN: [
        "我要退款",
        "你们这是骗人的吧",
        "老师一点都不负责",
        "态度太差了",
        "等了三天没人理我",
        "孩子学了半年一点效果都没有",
        "我要投诉你们的老师",
        "不给退款我就去12315举报",
        "垃圾机构",
        "呵呵，你们服务可真好",
        "真棒，打了五次电话没一个人接",
        "太坑了，后悔报名",
        "退课，不学了",
        "说好的外教变成中教了",
        "差评",
        "谢谢你们让我等了两个小时",
        "课程质量跟宣传的完全不一样",
        "你们可真会做生意，交完钱就找不到人",
        "一直忽悠我",
        "退费怎么还没到账",
        "孩子被老师骂哭了",
    ],
    Intent.REFUSE: [
        "不需要",
        "不用了谢谢",
        "暂时不考虑",
        "不感兴趣",
        "我再想想",
        "已经报别家了",
        "没时间学",
        "算了，太远了",
        "太贵了，不要了",
        "以后再说吧",
        "孩子不想学",
        "不报了",
        "没钱",
        "现在没空",
        "在忙",
        "等明年再说",
        "我考虑一下",
        "跟家里人商量一下再说",
        "用不上",
        "不買",
        "没这个打算",
        "下次吧",
        "孩子还小，过两年再看",
    ],
    Intent.OPT_OUT: [
        "退订",
        "TD",
        "T",
        "td",
        "回T",
        "别再给我发了",
        "不要再打电话了",
        "不要给我打电话",
        "请勿打扰",
        "别烦我",
        "再打我就报警",
        "再发就拉黑",
        "已拉黑",
        "举报了",
        "再骚扰我就投诉到工信部",
        "把我的电话删掉",
        "把我从名单里去掉",
        "取消订阅",
        "不想再收到你们的消息",
        "不需要，别再联系了",
        "谢谢，不用再给我推送了",
        "你们能不能别老打电话",
        "一天打八个电话，烦不烦",
        "怎么一直打",
        "unsubscribe",
        "STOP",
        "stop sending me messages",
        "别发了",
        "莫再打了",
        "唔好再打嚟",
        "別再傳訊息給我",
        "拜托别骚扰我了行吗",
        "以后不要联系我",
        "不要再推荐课程给我了",
        "烦死了天天发广告",
        "麻烦把我移出群发",
        "我不想接到推销电话",
        "請不要再打來",
        "多少钱都不要再打了",
        "勿扰",
        "不用给我发了，已经报别家了",
        "先别联系我，有需要我找你",
        "删了我吧",
        "免打扰谢谢",
        "滚",
        "停止发送",
        "屏蔽了",
        "这是骚扰电话吧，别打了",
        "退訂短信",
        "怎么退订",
        "把我踢出群吧",
        "b了烦人，拉黑了",
        "別 再 打 了",
        "别.再.发.了",
    ],
    Intent.THANKS: [
        "谢谢",
        "谢谢老师",
        "非常感谢",
        "辛苦了",
        "老师讲得真好",
        "孩子很喜欢你们的课，谢谢",
        "太感谢了，资料收到了",
        "点赞",
        "3q",
        "谢啦",
        "多谢",
        "孩子进步很大，很满意",
        "麻烦你了",
        "你们服务很好",
    ],
    Intent.OTHER: [
        "你好",
        "在吗",
        "早上好",
        "哈哈哈",
        "收到",
        "好的",
        "嗯嗯",
        "你打错了",
        "打错电话了吧",
        "你是谁",
        "今天天气不错",
        "快递到了吗",
        "发票什么时候开",
        "我叫王芳",
        "孩子三年级",
        "新年快乐",
        "我是3班的家长",
        "1",
        "？",
        "",
        "吃了吗",
        "什么事",
        "没听清",
        "教室空调坏了吗",
        "我老公在忙",
        "你不是机器人吧",
        "我不会拉黑你的放心",
        "课上别举报同学",
        "刚才在忙，没看到消息",
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [(text, intent) for intent, texts in CASES.items() for text in texts],
)
def test_reads_the_main_intent(text: str, expected: Intent) -> None:
    assert read_intent(text).main is expected


NOT_OPT_OUT = [
    "不要发微信，打电话给我",
    "别打电话了，微信聊",
    "晚上别打电话，白天打",
    "上课时间别打电话，下课再打",
    "别打我老公电话，打我的",
    "不要给我发语音，发文字",
    "别删我啊",
    "不是骚扰，我是想问问价格",
    "会不会一直打电话骚扰我",
    "取消明天的预约",
    "不要停，继续发",
    "别忘了给我打电话",
    "能不能打个折，别这么小气",
    "别发错了，发我这个邮箱",
    "课程可以中途停止吗",
    "不要挂电话",
    "你们会拉黑没交钱的人吗",
    "我把前一家拉黑了，想找家靠谱的",
    "退课",
    "退款",
    "取消订单",
    "我被别家骚扰怕了，你们怎么收费",
    "不打扰你了，先忙",
    "打扰了，请问多少钱",
    "T恤多少钱",
    "别再涨价了",
    "孩子老打扰别人上课怎么办",
    "不要再犹豫了，我报名",
    "不回我消息就投诉",
    "不用打电话，发我资料就行",
    "别光发广告，发点干货",
    "怎么没给我发资料",
    "发错人了",
    "stop motion课程有吗",
    "我不想错过活动，有消息通知我",
    "删除订单怎么操作",
    "退群了，麻烦再拉我一下",
]


@pytest.mark.parametrize("text", NOT_OPT_OUT)
def test_never_invents_an_opt_out(text: str) -> None:
    intents = read_intent(text)
    assert intents.main is not Intent.OPT_OUT
    assert Intent.OPT_OUT not in intents.others


@pytest.mark.parametrize(
    "text",
    [
        "多少钱？算了，别再给我打电话了",
        "谢谢你，以后不用再发了",
        "想退款，还有别再骚扰我",
        "先别发了，价格我知道了，再发拉黑",
        "你好" * 200 + "，别再给我打电话了",
    ],
)
def test_an_opt_out_wins_over_everything_else_in_the_message(text: str) -> None:
    assert read_intent(text).main is Intent.OPT_OUT


OTHERS = [
    ("多少钱，怎么报名", Intent.BUY, Intent.PRICE),
    ("谢谢，多少钱", Intent.PRICE, Intent.THANKS),
    ("太贵了，不要了", Intent.REFUSE, Intent.PRICE),
    ("想试听，多少钱一节", Intent.TRIAL, Intent.PRICE),
    ("不用了谢谢", Intent.REFUSE, Intent.THANKS),
    ("退款，别再联系我", Intent.OPT_OUT, Intent.COMPLAIN),
    ("适合几岁，怎么收费", Intent.PRICE, Intent.CONTENT),
]


@pytest.mark.parametrize(("text", "main", "other"), OTHERS)
def test_further_intents_stand_beside_the_main_one(text: str, main: Intent, other: Intent) -> None:
    intents = read_intent(text)
    assert intents.main is main
    assert other in intents.others


def test_evidence_span_shows_where_the_intent_was_read() -> None:
    text = "你好，别再打电话了，谢谢"
    span = read_intent(text).span
    assert span is not None
    assert "打电话" in text[span.start : span.end]


def test_letters_that_grow_in_lower_case_move_no_evidence() -> None:
    text = "İİİ多少钱"
    span = read_intent(text).span
    assert span is not None
    assert text[span.start : span.end] == "多少钱"


@given(st.text(max_size=300))
def test_every_text_has_exactly_one_main_intent(text: str) -> None:
    intents = read_intent(text)
    assert intents.main not in intents.others
    assert Intent.OTHER not in intents.others
