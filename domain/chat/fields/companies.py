"""Companies, as written: legal names anywhere, short names where somebody works there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.chat.fields.finding import Candidate, Findings
from domain.chat.fields.settle import settle
from domain.chat.lexicon import Lexicon
from domain.chat.passage import Passage, Span
from domain.chat.words.cities import PROVINCES
from domain.cleaning.words import any_word, word_set

_SIGN = r"[\u4e00-\u9fffA-Za-z0-9()·&]"
_LEGAL_FORM = any_word("股份有限公司 有限责任公司 有限公司 集团公司 集团 总公司 分公司 合伙企业")
_LEGAL = re.compile(rf"{_LEGAL_FORM}(?!是什么|什么)")
_LONGEST = 36
#: What may stand before the name inside its clause.
_LEAD = re.compile(
    r"(?:我们|咱们?|我|本人|现在|目前|这边|以前|之前|公司|单位|企业|名称|名字|抬头|发票|全称|请|帮|给|你好|您好"
    r"|老师|来自|就职|任职|供职|工作|上班|合同|写|是|在(?!线)|叫|开(?=\S{2})|为|于|的|就|:|\s)*"
)
_ORGANISATION = any_word(
    """
    科技 集团 医院 学校 大学 学院 中学 小学 幼儿园 银行 事务所 工作室 传媒 网络 信息 贸易 餐饮 物业
    律所 药业 地产 证券 保险 酒店 超市 物流 公司 厂 教育 咨询 培训 广告 设计院 研究院 电子 软件
    实业 建筑 装饰 文化 影视 旅行社 美容院 诊所 健身房 俱乐部 协会 商行 经营部 门店 分行 支行 机构
    """
)
_WORKS_AT = re.compile(
    rf"(?:我|现在|目前|以前|之前|老公|老婆|爱人)?在({_SIGN}{{2,20}}?)(?:上班|工作|任职|做(?!生意|什么|过)|当|实习|打工)"
)
_EMPLOYED = re.compile(rf"(?:就职|任职|供职)(?:于|在)({_SIGN}{{2,20}})")
_LABELLED = re.compile(
    rf"(?:公司|单位|企业|机构)(?:名称|全称|名字|名)?(?:[:：]|\s|是|叫)\s?({_SIGN}{{2,30}})"
)
_FROM = re.compile(rf"(?:我们?|这边|这里)是({_SIGN}{{2,20}}?{_ORGANISATION})的")
_STAFF = re.compile(
    rf"我们?是({_SIGN}{{2,16}}?)的(?:员工|职员|hr|人事|采购|行政|财务|负责人|老板|销售|店长)",
    re.IGNORECASE,
)
_LABELLED_GENERIC = re.compile(r"[做搞卖干什哪不多没有]|规模|小|大|在|人")
#: Words that name a kind of employer, not an employer.
_GENERIC = word_set(
    """
    家 家里 公司 单位 学校 银行 医院 工厂 厂里 外地 外面 国外 老家 国企 央企 私企 外企 民企 机关
    体制内 互联网公司 大厂 附近 市区 郊区 那边 这边 这里 那里 一家公司 本地 事业单位 政府 幼儿园
    小学 中学 大学 高中 初中 保险公司 科技公司 培训机构 教育机构 培训学校 分公司 总公司 集团 店里
    超市 酒店 工地 部队 有限公司 股份有限公司 有限责任公司 集团公司 外贸公司 广告公司 贸易公司
    装修公司 网络公司
    """
)
_PLACE = re.compile(r"(?:区|路|附近|镇|村|县|商圈|大厦|广场|街|旁边|对面)$")
_NOT_OURS = re.compile(
    r"^(?:你们?|您|贵|这家?|那家?|一家|某|哪家?|别的?|其他|该|什么|几家|很多|同一?|个|家|有|是不是)"
)


def find_companies(passage: Passage, lexicon: Lexicon) -> Findings[str]:
    """Return the companies people say they belong to, as written.

    Legal names (``…有限公司``) count wherever they stand; short names only behind a label
    or where the sentence says that somebody works there.
    """
    return settle(passage, _candidates(passage, lexicon))


def _candidates(passage: Passage, lexicon: Lexicon) -> Iterator[Candidate[str]]:
    """Yield legal names first, then short ones that do not overlap them."""
    legal = list(_legal_names(passage))
    taken = {span.start for span, _ in legal} | {span.end for span, _ in legal}
    short = [
        (Span(*found.span(1)), 0.8)
        for pattern in (_WORKS_AT, _EMPLOYED, _LABELLED, _FROM, _STAFF)
        for found in pattern.finditer(passage.text)
    ]
    for span, confidence in (*legal, *(s for s in short if not taken & {s[0].start, s[0].end})):
        if _is_company(span.cut(passage.text), lexicon):
            yield Candidate(span.cut(passage.original), span, confidence)


def _legal_names(passage: Passage) -> Iterator[tuple[Span, float]]:
    """Yield names that end in a legal form, without the words that lead to them."""
    for found in _LEGAL.finditer(passage.text):
        clause = passage.clause_before(found.start(), _LONGEST)
        blank = max(clause.rfind(" "), clause.rfind(":")) + 1
        lead = _LEAD.match(clause, blank)
        start = found.start() - len(clause) + (lead.end() if lead else blank)
        if found.start() - start >= 2:  # noqa: PLR2004 - a name has two characters
            yield Span(start, found.end()), 0.95


def _is_company(name: str, lexicon: Lexicon) -> bool:
    """Refuse kinds of employer, places, other people's companies and our own names."""
    bare = re.sub(rf"{_LEGAL_FORM}$", "", name)
    if name in _GENERIC or name in lexicon.own_names or _NOT_OURS.match(name):
        return False
    if _PLACE.search(name):
        return False
    if bare in PROVINCES or bare.removesuffix("市") in lexicon.cities:
        return False
    return _LABELLED_GENERIC.match(name) is None and "公司" not in bare
