"""Commands about duplicates: 查重, 报备, 审核, 撤销合并, and 别名 of companies."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from domain.chat.command.model import Arguments
from domain.chat.command.model import CommandName as N
from domain.cleaning.words import word_set

_HEADS = {
    N.LOOK_UP: word_set("查重 查重复 查一下重 查撞单 撞单查询 重复查询 查重查询 chachong dedup"),
    N.REGISTER: word_set(
        "报备 客户报备 线索报备 报备客户 报备线索 登记报备 我要报备 baobei register"
    ),
    N.UNMERGE: word_set("撤销合并 取消合并 撤回合并 还原合并 拆分 拆开 拆分客户 unmerge split"),
    N.ALIAS: word_set(
        """
        别名 公司别名 品牌别名 客户别名 添加别名 新增别名 增加别名 加别名 别名列表 删除别名
        取消别名 去掉别名 移除别名 删除公司别名 alias aliases
        """
    ),
    N.REVIEW: word_set(
        """
        审核 待审核 审核列表 合并审核 重复审核 审核重复 审核合并 疑似重复 疑似重复列表 重复线索 合并
        待合并 合并列表 shenhe review
        """
    ),
}
#: Characters typed for others of the same sound, in these words only.
_SOUNDS = str.maketrans(
    {
        typed: meant
        for meant, typos in {
            "查": "察茶插", "重": "虫从众崇", "报": "抱暴爆", "备": "被背倍", "审": "申深身",
            "核": "和何盒",
        }.items()
        for typed in typos
    }
)  # fmt: skip
_SHORTEST_FUZZY = 4
_CITY = "重庆"
_AFTER = re.compile(r"^(?:一下|下|客户|线索|[\s:,])+")
_BEHIND = re.compile(r"(?:一下|吧|吗|呢|啊|[\s?!.。])+$")
_ASKED = re.compile(
    r"(?P<lead>\S.{1,40}?)(?:这个?客户|这家公司|这家)?\s?"
    r"(?:有没有人(?:在)?跟(?:进)?|有人(?:在)?跟(?:进)?[了吗]+|是不是重复|(?:是否|有没有)重复|重复(?:了)?吗"
    r"|撞单(?:了)?吗|会撞单吗|报备(?:过|了)(?:吗|没)|有没有报备)[\s?了吗呢]*$"
)
_TAKES_WORDS = frozenset({N.LOOK_UP, N.REGISTER, N.UNMERGE, N.ALIAS})
#: How a word begins that takes something away.
_REMOVES = ("删除", "取消", "去掉", "移除")


def read_dedup(text: str) -> tuple[N, Arguments] | None:
    """Return the command about duplicates that folded ``text`` gives, or None."""
    lowered = text.lower()
    for reading in dict.fromkeys((lowered, lowered.translate(_SOUNDS))):
        if found := _headed(reading, text):
            return found
    if asked := _ASKED.fullmatch(text):
        return N.LOOK_UP, Arguments(lead=asked["lead"].strip())
    return _mistyped(lowered)


def _headed(reading: str, text: str) -> tuple[N, Arguments] | None:
    """Return a command that begins with its word; the rest is what it is about, as typed."""
    heads = ((head, name) for name, words in _HEADS.items() for head in words)
    for head, name in sorted(heads, key=lambda pair: -len(pair[0])):
        if not reading.startswith(head):
            continue
        rest = text[len(head) :]
        if head.isascii() and rest[:1].isalnum():
            continue
        if f"{head}{rest}"[1:].startswith(_CITY):  # 查重庆的客户
            continue
        about = _BEHIND.sub("", _AFTER.sub("", rest))
        if not about or name in _TAKES_WORDS:
            is_removal = name is N.ALIAS and head.startswith(_REMOVES)
            return name, Arguments(lead=about, remove=is_removal)
    return None


def _mistyped(text: str) -> tuple[N, Arguments] | None:
    """Return the command of which the whole text, or its first word, is one slip away."""
    head, _, about = text.partition(" ")
    for name, words in _HEADS.items():
        for word in words:
            is_long = min(len(word), len(head)) >= _SHORTEST_FUZZY
            is_near = is_long and OSA.distance(word, head, score_cutoff=1) <= 1
            if is_near and (not about or name in _TAKES_WORDS):
                return name, Arguments(lead=about.strip())
    return None
