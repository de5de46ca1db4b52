"""What the words around a row of digits call it."""

from __future__ import annotations

import re
from enum import Enum, auto

from domain.chat.passage import Passage, Span
from domain.cleaning.words import any_word


class Label(Enum):
    """What a number is called: a phone, a WeChat id, something else, or nothing."""

    PHONE = auto()
    WECHAT = auto()
    OTHER_NUMBER = auto()
    NONE = auto()


_OTHER_NUMBER = any_word(
    """
    订单 单号 运单 快递 物流 快件 包裹 卡号 银行卡 信用卡 储蓄卡 账号 帐号 身份证 证件 护照 QQ qq
    Qq 扣扣 企鹅号 群号 会议 学号 工号 编号 编码 验证码 发票 税号 合同 流水 房间 车牌 座位 准考证
    条码 型号 货号 ID id 邀请码 券码 密码 兑换码 取件码 门牌 邮编 股票 彩票
    """
)
_PHONE = any_word(
    "手机 电话 座机 固话 号码 联系方式 联系 tel phone mobile 拨 致电 call 打我 打给 本人号"
)
_WECHAT = any_word("微信 薇信 威信 wx vx wechat 加v 加V")
_NAMED = re.compile(
    rf"(?P<OTHER_NUMBER>{_OTHER_NUMBER})|(?P<WECHAT>{_WECHAT})|(?P<PHONE>{_PHONE})", re.IGNORECASE
)
#: Only these may stand between the name of a number and the number itself.
_FILLER = re.compile(
    r"(?:号码?|是|为|在|[:#=,()\s]|的|我|你|记|一下|就|这个|叫|可以|请|用|发|也|同|步|吧|麻烦|回)*"
)
_NAMED_BEHIND = re.compile(
    rf"[\s,)]{{0,3}}(?:这个?|那个?)?(?:才|就|也)?是(?:我|你们?|本|该)?的?(?:{_OTHER_NUMBER})"
    rf"|\s?(?:这个|那个|的)?(?:{_OTHER_NUMBER})"
)
#: A line of the seller, not of the customer (``你们的电话…``, ``客服热线…``).
_OUR_LINE = re.compile(
    r"(?:你们?|您们?)的?[^我,。]{0,4}(?:电话|号码|热线|手机|座机)(?:是|的|[:\s])*$"
    r"|(?:贵司|贵公司|你家|客服|官方|总部|校区|前台|机构|热线)[^我,。]{0,4}"
    r"(?:电话|号码|热线|手机|座机)?(?:是|的|[:\s])*$"
)
_TO_US = re.compile(
    r"(?:你们?|您们?)(?:可以|就|要|直接|再|先|有空|方便|记)?[^,。]{0,4}(?:打|拨|联系|记|加|存|call)"
)
_REACH = 16


def label_of(passage: Passage, span: Span) -> Label:
    """Return what the nearest word before (or a phrase behind) calls the number."""
    clause = passage.clause_before(span.start, _REACH)
    if _OUR_LINE.search(clause) and not _TO_US.search(clause):
        return Label.OTHER_NUMBER
    if _NAMED_BEHIND.match(passage.after(span.end, _REACH)):
        return Label.OTHER_NUMBER
    before = passage.before(span.start, _REACH)
    named = list(_NAMED.finditer(before))
    if not named or not named[-1].lastgroup:
        return Label.NONE
    label = Label[named[-1].lastgroup]
    gap = before[named[-1].end() :]
    return label if label is Label.PHONE or _FILLER.fullmatch(gap) else Label.NONE
