"""A rep's plain sentences; "now" is Wednesday 11 March 2026, 10:00 in Shanghai."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.chat.follow_up import read_follow_up
from domain.lead import Status
from domain.values import BUSINESS_ZONE

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BUSINESS_ZONE)

T, C, U, K, P, W, X = (
    Status.TO_FOLLOW,
    Status.CONTACTING,
    Status.UNCLEAR,
    Status.CLEAR,
    Status.PAYMENT_BOOKED,
    Status.WON,
    Status.INVALID,
)

CASES: list[tuple[str, str, Status | None, str | None]] = [
    ("张三说下周三再联系，想报数学班", "张三", K, "2026-03-18 09:00"),
    ("李女士约了周六下午两点试听", "李女士", K, "2026-03-14 14:00"),
    ("王总那边要合同，明天上午10点发", "王总", K, "2026-03-12 10:00"),
    ("给陈静报价了，她说考虑一下", "陈静", K, None),
    ("跟赵磊聊了，对价格有点犹豫，过两天再跟", "赵磊", U, "2026-03-13 09:00"),
    ("孙悦再考虑考虑，周五回复", "孙悦", U, "2026-03-13 09:00"),
    ("周先生没接电话，晚上8点再打", "周先生", C, "2026-03-11 20:00"),
    ("刘晓燕电话打不通", "刘晓燕", C, None),
    ("刚加上吴芳微信", "吴芳", C, None),
    ("给郑凯发了资料，还没回", "郑凯", C, None),
    ("何洁在忙，说下午三点再打", "何洁", C, "2026-03-11 15:00"),
    ("张三是空号", "张三", X, None),
    ("李四打错了，不是本人", "李四", X, None),
    ("王五是同行", "王五", X, None),
    ("钱七跟孙悦重复了", "钱七", X, None),
    ("张三已经在别家报名了", "张三", X, None),
    ("李女士让我们别再联系她", "李女士", X, None),
    ("陈先生不需要，没有意向", "陈先生", X, None),
    ("张三交了500定金，周五付尾款", "张三", P, "2026-03-13 09:00"),
    ("李四说明天下午付款", "李四", P, "2026-03-12 12:00"),
    ("王女士约好月底打款", "王女士", P, "2026-03-31 09:00"),
    ("张三全款付清了", "张三", W, None),
    ("李雷已付款8800，成交", "李雷", W, None),
    ("韩梅梅报名成功，学费交完了", "韩梅梅", W, None),
    ("张三：下周一回访", "张三", None, "2026-03-16 09:00"),
    ("张三 待跟进", "张三", T, None),
    ("李四还没联系，明天打", "李四", T, "2026-03-12 09:00"),
    ("联系了杨柳，下周再说", "杨柳", C, "2026-03-16 09:00"),
    ("张三今天来校区参观了，很满意", "张三", K, None),
    ("张三昨天没接，今天下午再打一次", "张三", C, "2026-03-11 12:00"),
    ("想报数学班，下周三再联系", "", K, "2026-03-18 09:00"),
    ("明天下午三点提醒我回访张三", "张三", None, "2026-03-12 15:00"),
    ("13800138000 空号", "13800138000", X, None),
    ("小李妈妈说孩子周末来试课", "小李妈妈", K, "2026-03-14 09:00"),
    ("和马超约了3月20号上午签合同", "马超", K, "2026-03-20 09:00"),
    ("张三还没付款", "张三", None, None),
    ("张三没有成交", "张三", None, None),
    ("上午打了两次张三都没接", "张三", C, None),
    ("张三嫌贵，想对比一下别家", "张三", U, None),
    ("张三要一份报价单", "张三", K, None),
    ("林涛关机，明早再试", "林涛", C, "2026-03-12 09:00"),
    ("周杰孩子五年级，想补英语，约了周日上午十点来试听", "周杰", K, "2026-03-15 10:00"),
    ("孙丽华说学费太贵，问能不能分期", "孙丽华", U, None),
    ("打给钱伟三次都没人接", "钱伟", C, None),
    ("冯先生要我下周二再打", "冯先生", C, "2026-03-17 09:00"),
    ("褚女士下午过来看校区", "褚女士", K, "2026-03-11 12:00"),
    ("卫国强定金已交，月底前付清尾款", "卫国强", P, "2026-03-11 10:00"),
    ("卫国强尾款付了，正式学员", "卫国强", W, None),
    ("蒋欣已经报了隔壁那家", "蒋欣", X, None),
    ("沈阳的那个李总，明天要方案", "李总", K, "2026-03-12 09:00"),
    ("韩雪：意向明确，等她老公同意", "韩雪", K, None),
    ("朱先生跟朱太太是同一家，重复", "朱先生", X, None),
    ("何炅说不急，下个月再联系", "何炅", U, "2026-04-01 09:00"),
    ("施诗说已付3000，剩下的下周一付", "施诗", P, "2026-03-16 09:00"),
    ("张小姐预约了后天下午三点体验课", "张小姐", K, "2026-03-13 15:00"),
    ("魏来今天成交，一年课包8800", "魏来", W, "2026-03-11 10:00"),
    ("戚薇没来试听，联系不上", "戚薇", U, None),
    ("谢娜孩子生病了，试听改到下周六上午9点", "谢娜", K, "2026-03-21 09:00"),
    ("水女士问了课程和价格", "水女士", U, None),
    ("章子怡还没有跟进", "章子怡", T, None),
    ("L23 明天回访", "L23", None, "2026-03-12 09:00"),
    ("跟进一下王五，明天下午", "王五", None, "2026-03-12 12:00"),
    ("客户说明天来", "", K, "2026-03-12 09:00"),
    ("每周五提醒我回访张三", "张三", None, "2026-03-13 09:00"),
    ("今天天气不错", "", None, None),
    ("好的收到", "", None, None),
    ("", "", None, None),
]


@pytest.mark.parametrize(("text", "lead", "status", "reminder"), CASES)
def test_reads_lead_status_and_reminder(
    text: str, lead: str, status: Status | None, reminder: str | None
) -> None:
    found = read_follow_up(text, NOW)
    expected = datetime.fromisoformat(reminder).replace(tzinfo=BUSINESS_ZONE) if reminder else None
    assert (found.lead, found.status, found.reminder_at) == (lead, status, expected)


def test_keeps_the_note_in_the_words_of_the_rep() -> None:
    found = read_follow_up("  张三说下周三再联系，想报数学班 ", NOW)
    assert found.note == "张三说下周三再联系，想报数学班"


def test_a_sentence_without_lead_status_and_time_is_empty() -> None:
    assert read_follow_up("好的收到", NOW).is_empty
    assert not read_follow_up("张三空号", NOW).is_empty


@given(st.text(max_size=120))
def test_any_text_is_read_and_reminders_lie_ahead(text: str) -> None:
    found = read_follow_up(text, NOW)
    assert found.lead in text
    assert found.reminder_at is None or found.reminder_at >= NOW
