"""Commands as plain sentences: ``把张三从李四转给王五``, ``李四明天请假``."""

from __future__ import annotations

import re

from domain.chat.command import builders as build
from domain.chat.command.builders import Build, Reader
from domain.chat.command.model import Arguments
from domain.chat.command.model import CommandName as N
from domain.chat.lexicon import Lexicon

_WHO_SIGN = r"[^\s,。的把将给从转]"
_WHO = rf"{_WHO_SIGN}{{1,12}}?"
_MAYBE_WHO = rf"{_WHO_SIGN}{{0,12}}?"
_ASK = r"(?:请|帮我|麻烦|给我)?"
_LOOK = r"(?:看看|看下|看一下|查看|查一下|查查|查询|查找|搜索|搜一下|搜|查|调出)"
_THING = r"(?:这个|那个|这条|的)?(?:线索|客户|单子?|名单|资源)?"
_THINGS = r"(?:所有|全部)?(?:线索|客户|单子|名单|资源)(?:全部|都|全|统一)?"
_WORK = r"(?:接单|接收|接新?线索|接客|接新单|分配|派单|接量|进线|接活)"
_HAND = r"(?:转|移|交)(?:交|移|接)?给"
_TAIL = r"(?:一下|吧|了|呗|哈|啊|跟进?|负责|处理|来跟|去跟|[!。.,\s])*$"
_ASKED = r"(?:啊|呢|了|吗|呀|\?)*$"
_OFF = r"(?P<off>去掉|去除|取消|删掉|删除|移除|撤掉|摘掉|拿掉)"
_COUNT = r"(?:\d{1,4}|[一二两三四五六七八九十百]{1,4})[条个]"
_N = r"(?P<n>\d{1,4}|[一二两三四五六七八九十百]{1,4})[条个]"
_POOL = r"(?P<pool>\S{0,4}(?:公海|线索池|培育池|资源池))"
_PERIOD = r"(?:本月|这个月|上个月|本周|这周|上周|今天|昨天|今年)"

_Row = tuple[N, str, Build]

_REMIND: tuple[_Row, ...] = (
    (
        N.REMIND,
        (
            r"(?!.*(?:多谢|谢谢|感谢|不用|别再?)提醒)(?:.*(?P<off>取消|删除|关掉)[^,。]{0,6}(?:提醒|闹钟)"
            r"|(?P<first>(?:请|帮我|麻烦)?(?:设个|设置|定个|加个|来个)?(?:提醒(?!的|了)|闹钟)).*"
            r"|.*(?:提醒(?:我|一下|下我)|叫我|喊我|通知我|闹钟).*)$"
        ),
        build.remind,
    ),
)
_TAG: tuple[_Row, ...] = (
    (N.TAG, rf"{_ASK}{_OFF}(?P<lead>{_WHO})的?(?:标签|tag)[\s:]*(?P<tag>\S{{1,20}})$", build.tag),
    (N.TAG, rf"{_ASK}{_OFF}(?P<lead>{_WHO})的(?P<tag>\S{{1,20}}?)(?:这个)?标签$", build.tag),
    (
        N.TAG,
        rf"{_ASK}(?:把|将)?(?P<lead>{_WHO})的(?P<tag>\S{{1,20}}?)(?:这个)?标签(?:给)?{_OFF}{_TAIL}",
        build.tag,
    ),
    (
        N.TAG,
        (
            rf"{_ASK}(?:给|把|为|对)?(?P<lead>{_WHO})\s?(?:打|加|贴|添加|标记)(?:上|个|一个)*标签[\s:为]*"
            r"(?P<tag>\S{1,20})$"
        ),
        build.tag,
    ),
    (
        N.TAG,
        (
            rf"{_ASK}(?:给|把|为|对)(?P<lead>{_WHO})\s?(?:打|加|贴|添加|标)(?:上|个|一个|成|为)*"
            rf"(?P<tag>\S{{1,20}}?)的?标签{_TAIL}"
        ),
        build.tag,
    ),
    (
        N.TAG,
        (
            r"(?:打?标签|tag)[\s:]+(?P<lead>\S{1,12})[\s:]+"
            r"(?:(?P<off>-|去掉|取消|移除|删除|删掉|拿掉)\s*)?(?P<tag>\S{1,20})$"
        ),
        build.tag,
    ),
)
_TRANSFER: tuple[_Row, ...] = (
    (
        N.TRANSFER,
        (
            rf"{_ASK}(?:把|将)?(?P<lead>{_WHO}){_THING}从(?P<from_rep>{_WHO})(?:那里|那边|那|手上|名下|手里)?"
            rf"(?:转|移|调|换|改)(?:交|移|派|分)?(?:给|到)(?P<rep>{_WHO})(?:名下)?{_TAIL}"
        ),
        build.transfer,
    ),
    (
        N.TRANSFER,
        (
            rf"(?P<from_rep>{_WHO})(?:要|已经)?(?:离职|走|休假|请假|调岗|转岗)了?[,\s]*(?:把|将)?"
            rf"(?:[他她]|手上|名下)?的?{_THINGS}{_HAND}(?P<rep>{_WHO}){_TAIL}"
        ),
        build.transfer,
    ),
    (
        N.TRANSFER,
        rf"{_ASK}(?:把|将)?(?P<from_rep>{_WHO})(?:名下|手上|手里)?的?{_THINGS}{_HAND}(?P<rep>{_WHO}){_TAIL}",
        build.transfer,
    ),
    (
        N.TRANSFER,
        rf"{_ASK}(?:把|将)?(?P<lead>{_WHO}){_THING}(?:转交|移交|交接|转移|转|交)给(?P<rep>{_WHO}){_TAIL}",
        build.transfer,
    ),
    (
        N.TRANSFER,
        r"(?:转移|移交|交接|转交)[\s:]+(?P<from_rep>\S{1,8})\s+(?:到|给)?\s*(?P<rep>\S{1,8})$",
        build.transfer,
    ),
)
_INTAKE: tuple[_Row, ...] = (
    (
        N.PAUSE,
        (
            rf"{_ASK}(?:暂停|停止|停掉|先停)(?:一下|给)?(?P<rep>{_MAYBE_WHO})的?{_WORK}{_TAIL}"
            rf"|(?:先)?(?:别|不要|不用|停止)(?:再)?给(?P<rep2>{_WHO})(?:再)?"
            rf"(?:分|派|发|推)(?:新)?(?:线索|单子?|客户|活|配)?{_TAIL}"
            rf"|给(?P<rep3>{_WHO})(?:停|暂停|停掉|停止)(?:一下)?(?:分配|派单|接单|线索|单子?){_TAIL}"
            rf"|(?P<rep4>{_WHO})(?:今天|先|暂时|这两天|明天)*(?:别|不要)(?:再)?给[他她](?:分|派|发)"
            rf"(?:线索|单子?|客户|配)?{_TAIL}"
            rf"|(?P<rep5>{_MAYBE_WHO})(?:先|暂时|今天|这两天)*(?:不|别|停止|暂停)(?:再)?{_WORK}(?:新)?(?:的)?"
            rf"(?:线索|单子?|客户)?{_TAIL}"
        ),
        build.rep,
    ),
    (
        N.RESUME,
        (
            rf"{_ASK}(?:恢复|重新开启|重启|开启|打开)(?P<rep>{_MAYBE_WHO})的?{_WORK}{_TAIL}"
            rf"|(?P<rep2>{_MAYBE_WHO})(?:可以|能|已经可以|又可以|要)?(?:继续|重新|恢复|开始|正常|可以){_WORK}"
            rf"(?:新)?(?:的)?(?:线索|单子?|客户)?{_TAIL}"
        ),
        build.rep,
    ),
    (
        N.LEAVE,
        (
            r"(?P<who>.{0,30}?)(?:请|休)(?:个|[一二两三半\d.]+天)?(?:病|事|年|产|婚|调)?假(?:条)?"
            r"(?!.*(?:[吗?]|怎么|什么)|的|单).{0,16}$"
        ),
        build.leave,
    ),
    (N.LEAVE, r"(?P<who>.{0,20}?)调休(?!.*(?:[吗?]|怎么|什么)|的).{0,16}$", build.leave),
)
_ASSIGN: tuple[_Row, ...] = (
    (
        N.ASSIGN,
        (
            rf"{_ASK}(?:把|将)?(?P<what>\S{{0,10}}?{_COUNT}){_THING}(?:分配|指派|分派|安排|派|分)给(?P<rep>{_WHO}){_TAIL}"
            rf"|{_ASK}(?:随机|再|先)?(?:分配|分|派)(?P<what2>{_COUNT})(?:线索|客户)?给(?P<rep2>{_WHO}){_TAIL}"
        ),
        build.assign_number,
    ),
    (
        N.ASSIGN,
        rf"{_ASK}给(?P<rep>{_WHO})(?:再)?(?:分配|分|派)(?P<what>{_COUNT})(?:线索|客户)?{_TAIL}",
        build.assign_number,
    ),
    (
        N.ASSIGN,
        rf"{_ASK}(?:把|将)?(?P<lead>{_WHO}){_THING}(?:分配|指派|分派|安排|派|分)给(?P<rep>{_WHO}){_TAIL}",
        build.assign,
    ),
    (
        N.ASSIGN,
        r"(?:分配|指派|派单|分派)[\s:]+(?P<lead>\S{1,12})\s+(?:给)?\s*(?P<rep>\S{1,8})$",
        build.assign,
    ),
)
_POOLS: tuple[_Row, ...] = (
    (
        N.CLAIM,
        (
            rf"{_ASK}(?:我要|我想|我)?(?:从|去|在)?{_POOL}?(?:里|中)?(?:领取?|捞取?|抢|认领|拿|取)"
            rf"(?:{_N}\S{{0,8}}?(?:线索|客户|新线索)?|(?P<lead>{_WHO})){_TAIL}"
        ),
        build.claim,
    ),
    (
        N.CLAIM,
        rf"(?P<n>)(?P<pool>)(?P<lead>{_WHO}){_THING}(?:给我跟?|我来跟|归我|我跟){_TAIL}",
        build.claim,
    ),
    (
        N.RELEASE,
        (
            rf"{_ASK}(?:把|将)?(?P<lead>{_WHO}){_THING}(?:我?不跟了|我?不要了|我?不想跟了)?[,\s]*"
            rf"(?:退回|放回|释放|退|放|扔回|丢回|还)(?:到|给|去|进)?{_POOL}{_TAIL}"
        ),
        build.release,
    ),
    (
        N.RELEASE,
        rf"{_ASK}(?:释放|退回|放弃|放回)\s?:?(?P<lead>{_WHO}){_THING}{_TAIL}",
        build.release,
    ),
    (N.RELEASE, rf"(?P<lead>{_WHO}){_THING}我?(?:不要|不跟|不想跟)了?{_TAIL}", build.release),
)
_LISTS: tuple[_Row, ...] = (
    (
        N.TODO,
        (
            r"(?:[今明]天|现在|接下来|我|还|有)*(?:该|要|需要|应该)(?:联系|跟进|跟|打给|回访)"
            rf"(?:谁|哪些(?:客户|线索|人)?|哪几个|的人){_ASKED}"
        ),
        build.nothing,
    ),
    (
        N.TODO,
        (
            r"(?:我|手上|手里|名下|今天|还)*有?(?:几个|多少|哪些)(?:没|待|未)(?:有)?跟进的?"
            rf"(?:客户|线索)?{_ASKED}"
        ),
        build.nothing,
    ),
    (
        N.RANKING,
        rf"{_PERIOD}?谁(?:是)?{_PERIOD}?(?:的)?(?:业绩|成交|签单)?(?:最好|最多|第一|最高)(?:的)?{_ASKED}",
        build.only_period,
    ),
    (
        N.AUDIT,
        (
            rf"(?:最近|{_PERIOD})?谁(?:都)?(?:导出|下载|查看|看|修改|改|删除|删)(?:过|了)"
            rf"(?:数据|线索|客户|名单|什么|规则|电话|哪些)*{_ASKED}"
        ),
        build.only_period,
    ),
    (
        N.AUDIT,
        (
            rf"谁(?:都)?(?:看|查|动|改|导出?|访问|浏览)(?:过|了)(?P<lead>{_WHO})的?"
            rf"(?:电话|手机号?|资料|线索|信息|号码|微信|画像|状态|归属|标签|评分)?{_TAIL}"
        ),
        build.lead,
    ),
)
_LEAD: tuple[_Row, ...] = (
    (
        N.FOLLOW,
        rf"{_ASK}(?:跟进|记录|记一下|记一笔|备注|补充)(?:一下)?[\s:,]*(?P<lead>{_WHO})[\s:,].+$",
        build.lead,
    ),
    (N.FOLLOW, r"(?:记录|记一下|记一笔|备注)[\s:,]*(?P<rest>.+)$", build.follow),
    (
        N.SCORE,
        (
            rf"(?:为什么|为啥|怎么)?(?P<lead>{_WHO})(?:现在|目前)?(?:为什么|为啥|怎么|凭什么)?"
            rf"(?:是|才|只有|有|得|会是|的)*(?:\d{{1,3}}|多少|几)分(?:数)?{_ASKED}"
        ),
        build.lead,
    ),
    (
        N.SCORE,
        (
            rf"(?:为什么|为啥|怎么)?(?P<lead>{_WHO})的?(?:为什么|为啥|怎么|凭什么)?的?分数?(?:这么|那么|才|只|又)?"
            rf"(?:低|高|少|掉了|降了|涨了){_ASKED}"
        ),
        build.lead,
    ),
    (
        N.SCORE,
        (
            rf"{_ASK}(?:{_LOOK}|解释一?下?)?(?P<lead>{_WHO})的?(?:评分|得分|分数|打分|积分)"
            rf"(?:明细|情况|是多少|多少|怎么来的|呢)?{_TAIL}"
        ),
        build.lead,
    ),
    (N.PORTRAIT, rf"{_ASK}{_LOOK}?(?P<lead>{_WHO})的?(?:客户|用户)?画像{_TAIL}", build.lead),
    (
        N.LEAD,
        (
            rf"{_ASK}{_LOOK}(?:线索|客户)?[\s:]*(?P<lead>{_WHO})(?:的|这个|这条)?"
            rf"(?:线索|客户|资料|信息|情况|详情)?{_TAIL}"
        ),
        build.lead,
    ),
    (
        N.LEAD,
        rf"{_ASK}找(?:一下|下)?(?P<lead>{_WHO})(?:这个|这条|的)?(?:线索|客户|资料|信息){_TAIL}",
        build.lead,
    ),
    (
        N.LEAD,
        (
            rf"(?P<lead>{_WHO})(?:现在|目前)?(?:是谁的(?:客户|线索)?|是谁在跟|谁在跟|归谁|在谁(?:那|手上|名下)"
            r"|什么情况|到哪一步了|的?(?:手机号?|电话|微信|联系方式|状态)(?:号|是|多少|什么)+)"
            rf"{_ASKED}"
        ),
        build.lead,
    ),
    (N.LEAD, r"(?P<lead>1[3-9]\d{9}|[Ll#]\d{1,8})$", build.lead),
    (N.LEAD, rf"(?P<lead>{_WHO})的(?:线索|资料|详情|信息|详细资料)(?:呢|发我)?{_TAIL}", build.lead),
)
#: Tried in order; the first whose people are people wins.
_SENTENCES = tuple(
    (name, re.compile(pattern), make)
    for name, pattern, make in (
        *_REMIND, *_TAG, *_TRANSFER, *_INTAKE, *_ASSIGN, *_POOLS, *_LISTS, *_LEAD,
    )
)  # fmt: skip


def read_sentence(text: str, lexicon: Lexicon) -> tuple[N, Arguments] | None:
    """Return the command that the folded sentence gives, or None."""
    reader = Reader(text, lexicon)
    for name, pattern, make in _SENTENCES:
        found = pattern.match(text)
        arguments = make(found, reader) if found else None
        if arguments is not None:
            return name, arguments
    return None
