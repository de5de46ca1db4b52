"""Names of people: one form, surname and title told apart, placeholders refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.cleaning.text import clean_text, fold
from domain.cleaning.words import any_word, word_set
from domain.values import Refusal

#: Surnames of one character, by frequency as far as they are common.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余于杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝"
    "龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左"
    "柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕"
    "屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧"
    "闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝封谈匡鞠惠荆乐冀郁胥南"
    "班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿"
    "国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆"
    "茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
    "肖傅阎洪常贝丘代"
)
#: Surnames of two characters.
DOUBLE_SURNAMES = word_set(
    """
    欧阳 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶
    太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙
    壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘
    左丘 东门 西门
    """
)
#: What people put behind a surname, as a regular expression.
TITLE = any_word(
    """
    先生 女士 小姐 太太 老师 经理 总监 总 老板 同学 校长 园长 医生 大夫 主任 师傅 律师 教授 博士
    会计 店长 主管 部长 局长 处长 科长 院长 董事长 董 工 阿姨 叔叔 哥 姐 叔 姨 爷爷 奶奶
    妈妈 爸爸 妈 爸 家长 夫人
    """
)
#: Titles that may also follow a full name and are dropped there.
POLITE_TITLES = word_set("先生 女士 小姐 太太 同学 老师")

_PLACEHOLDERS = word_set(
    """
    无 未知 匿名 测试 不详 保密 没有 微信用户 用户 客户 家长 先生 女士
    test none null n/a na unknown admin
    """
)
#: What nearly everybody writes; what it may end with when a title stands behind it.
_PLAIN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_ENDS_OF_TITLES = frozenset(title[-1] for title in POLITE_TITLES)
_BLANK_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff·])\s+(?=[\u4e00-\u9fff·])")
_TITLED = re.compile(rf"(.+?)({TITLE})$")
_MAX_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Name:
    """A name without title, or a surname with its title (``李女士``) in ``full``."""

    full: str
    surname: str = ""
    title: str = ""


def surname_of(name: str) -> str:
    """Return the Chinese surname that ``name`` begins with, or an empty string."""
    if name[:2] in DOUBLE_SURNAMES:
        return name[:2]
    return name[:1] if name[:1] in SURNAMES else ""


def normalise_name(raw: str) -> Name | Refusal:
    """Bring a typed or imported name to one form.

    Blanks inside Chinese names go, a polite title behind a full name goes, and a surname
    keeps its title. Refusal codes: ``name_missing`` (nothing, or a placeholder such as
    无 or 微信用户), ``name_invalid`` (digits, an address, no letter), ``name_too_long``.
    """
    name = _BLANK_IN_CHINESE.sub("", clean_text(raw)).strip(" ,.;:、，。；：-_/|\"'")
    if not name or name.casefold() in _PLACEHOLDERS:
        return Refusal("name_missing")
    if len(name) > _MAX_LENGTH:
        return Refusal("name_too_long")
    if any(c.isdigit() or c in "@#/\\<>" for c in name) or not any(c.isalpha() for c in name):
        return Refusal("name_invalid")
    return _split(name)


def name_of(raw: str) -> str | Refusal:
    """Return the name in ``raw`` in one form; refusals are those of :func:`normalise_name`.

    A plain Chinese name costs a sixth of the whole way.
    """
    if (
        _PLAIN.fullmatch(raw)
        and raw[-1] not in _ENDS_OF_TITLES
        and raw not in _PLACEHOLDERS
        and fold(raw) == raw
    ):
        return raw
    name = normalise_name(raw)
    return name if isinstance(name, Refusal) else name.full


def _split(name: str) -> Name:
    """Tell surname and title apart."""
    surname = surname_of(name)
    titled = _TITLED.match(name)
    if not titled:
        return Name(name, surname)
    bare, title = titled[1], titled[2]
    if bare == surname:
        return Name(name, surname, title)
    if surname and title in POLITE_TITLES:
        return Name(bare, surname, title)
    return Name(name, surname)
