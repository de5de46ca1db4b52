"""Invented leads in any number, one in ten of them twice, named as people and firms are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂华建文辉力玲飞红"
_CITIES = ("北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "")
_TRADES = ("科技", "贸易", "教育科技", "信息技术", "文化传媒", "餐饮管理")
_CHANNELS = ("expo", "book_qr", "sem", "")
#: Share of rows that tell of somebody again.
AGAIN = 0.1
_REMEMBERED = 5_000


def brands(data: Path) -> list[str]:
    """Return short names of firms."""
    file = data / "company_brand_zh" / "company_shorter_form.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if len(line.strip()) > 1]


def firm(dice: random.Random, names: list[str]) -> str:
    """Return the full name of a firm."""
    place = dice.choice(_CITIES)
    return f"{place}{dice.choice(names)}{dice.choice(_TRADES)}有限公司"


def leads(count: int, names: list[str], seed: int = 7) -> Iterator[dict[str, str]]:
    """Yield rows; those told again differ in the channel alone."""
    dice = random.Random(seed)
    told: list[dict[str, str]] = []
    for _ in range(count):
        if told and dice.random() < AGAIN:
            yield dice.choice(told) | {"channel": dice.choice(_CHANNELS)}
            continue
        row = {
            "name": dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=2)),
            "phone": f"13{dice.choice('5689')}{dice.randrange(10**8):08d}",
            "company": firm(dice, names) if dice.random() < 0.5 else "",
            "city": dice.choice(_CITIES),
            "channel": dice.choice(_CHANNELS),
        }
        if len(told) < _REMEMBERED:
            told.append(row)
        else:
            told[dice.randrange(_REMEMBERED)] = row
        yield row
