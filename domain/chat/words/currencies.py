"""What currencies are called, and the ISO 4217 code of each."""

from __future__ import annotations

#: Spelling in lower case → code. 元, 块 and an amount without currency are yuan.
CURRENCIES = {
    word: code
    for code, words in {
        "CNY": "人民币 元钱 块钱 元整 圆整 元 圆 块 rmb cny ¥ 大洋",
        "USD": "美元 美金 美刀 刀 us$ usd $",
        "HKD": "港元 港币 港纸 蚊 hk$ hkd",
        "EUR": "欧元 欧 eur €",
        "GBP": "英镑 镑 gbp £",
        "JPY": "日元 日圆 日币 jpy",
        "KRW": "韩元 韩币 krw",
        "TWD": "新台币 台币 twd",
        "AUD": "澳元 澳币 澳大利亚元 aud",
        "CAD": "加元 加币 加拿大元 cad",
        "SGD": "新加坡元 新加坡币 新币 sgd",
        "NZD": "新西兰元 纽币 nzd",
        "MOP": "澳门元 澳门币 mop",
        "THB": "泰铢 铢 thb",
        "RUB": "卢布 rub",
        "CHF": "瑞士法郎 瑞郎 法郎 chf",
        "INR": "印度卢比 卢比 inr",
        "VND": "越南盾 vnd",
        "MYR": "林吉特 马币 令吉 myr",
        "PHP": "菲律宾比索 php",
        "BTC": "比特币 btc",
    }.items()
    for word in words.split()
}
#: May stand before the amount.
BEFORE = frozenset(
    {
        "人民币",
        "rmb",
        "cny",
        "¥",
        "美元",
        "us$",
        "usd",
        "$",
        "港币",
        "港元",
        "hk$",
        "hkd",
        "欧元",
        "eur",
        "€",
        "英镑",
        "gbp",
        "£",
        "日元",
        "jpy",
        "台币",
        "twd",
        "澳元",
        "aud",
    }
)
#: Shares of the unit: 角 and its like, 分 and its like.
TENTHS = "角毛毫"
HUNDREDTHS = "分"
