"""What headings of columns usually mean: the guess before somebody says better."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from domain.cleaning.words import word_set
from domain.intake.mapping import FileMapping

#: Field of :class:`FileMapping` → headings, folded.
_KEYS: Mapping[str, frozenset[str]] = {
    "phone": word_set(
        """
        手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话 联系手机 家长手机 家长电话
        客户电话 客户手机 注册手机 手机号1 phone mobile tel telephone phonenumber mobilephone
        """
    ),
    "wechat": word_set("微信 微信号 wechat weixin wechatid"),
    "email": word_set("邮箱 电子邮箱 邮件 电子邮件 email mail e-mail"),
    "name": word_set(
        """
        姓名 名字 客户姓名 客户名称 客户 联系人 联系人姓名 家长姓名 称呼 昵称 学员姓名 学生姓名
        name fullname username customer
        """
    ),
    "uid": word_set(
        """
        编号 客户编号 用户编号 用户id 客户id 会员id 会员编号 会员号 线索编号 线索id id uid userid
        customerid leadid prospectid
        """
    ),
    "channel": word_set(
        "渠道 来源 线索来源 客户来源 渠道来源 来源渠道 获客渠道 推广渠道 channel source leadsource"
    ),
    "at": word_set(
        """
        时间 日期 提交时间 创建时间 录入时间 登记时间 留资时间 报名时间 注册时间 创建日期 录入日期
        time date createdat createtime submittedat
        """
    ),
}
#: Attribute → further headings beside its own label.
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "city": word_set("所在城市 地区 所在地 city 城市"),
    "company": word_set("单位 公司名称 企业 企业名称 company"),
    "child_grade": word_set("孩子年级 学员年级 在读年级 年级 grade"),
    "age": word_set("孩子年龄 学员年龄 age"),
    "subject": word_set("学科 意向科目 报名科目 课程科目 subject"),
    "budget": word_set("预算金额 budget"),
    "position": word_set("职务 岗位 title position"),
    "industry": word_set("所属行业 industry"),
    "gender": word_set("sex gender"),
    "product": word_set("意向产品 意向课程 课程 product"),
    "remark": word_set("备注信息 说明 留言 备注内容 note remark"),
}
_NOISE = re.compile(r"[\s*＊:：_\-]+|[(（\[【].*?[)）\]】]")


def folded(heading: str) -> str:
    """Return a heading as it is compared: half width, lower case, without marks and brackets."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading)).lower()


def guess_mapping(header: Sequence[str], labels: Mapping[str, str], source: str) -> FileMapping:
    """Return what the columns most likely mean; ``labels`` are attributes with their words.

    The first column of a meaning counts. Columns that mean nothing known are left out:
    they may hold what nobody should keep.
    """
    keys: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for column in filter(None, header):
        word = folded(column)
        if key := next((k for k, words in _KEYS.items() if word in words), ""):
            keys.setdefault(key, column)
        elif name := _attribute(word, labels):
            attributes.setdefault(name, column)
    return FileMapping.of(source, keys, attributes)


def _attribute(word: str, labels: Mapping[str, str]) -> str:
    for name, label in labels.items():
        if name not in _KEYS and (word == folded(label) or word in _ATTRIBUTES.get(name, ())):
            return name
    return ""
