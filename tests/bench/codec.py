"""Opening a callback: our codec beside wechatpy's, one core, tight loop."""

from __future__ import annotations

from statistics import median

from wechatpy.work.crypto import WeChatCrypto

from bot.wecom.codec import Codec
from tests.bench.measure import figure, figure_micros, seconds_per_call

TOKEN = "benchToken01"
KEY = "LeadBotExampleKey0LeadBotExampleKey1LeadBot"
CORP = "wwclewbench000001"
MESSAGE = (
    "<xml><ToUserName><![CDATA[wwclewbench000001]]></ToUserName>"
    "<FromUserName><![CDATA[LiLei]]></FromUserName><CreateTime>1700000000</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[数学班多少钱]]></Content>"
    "<MsgId>7000000000000000001</MsgId><AgentID>1000002</AgentID></xml>"
).encode()


def main() -> None:
    """Print the time of one callback through each."""
    ours = Codec(TOKEN, KEY, CORP)
    theirs = WeChatCrypto(TOKEN, KEY, CORP)
    sealed = ours.seal_xml(MESSAGE, timestamp=1700000001, nonce="998877")
    body, signature = sealed.body, sealed.signature
    stamp = (signature.value, signature.timestamp, signature.nonce)

    opened = seconds_per_call(lambda: ours.open(signature, body), rounds=9, calls=3000)
    figure_micros("codec", "open", opened)
    reference = seconds_per_call(lambda: theirs.decrypt_message(body, *stamp), rounds=9, calls=1000)
    figure_micros("codec", "wechatpy_open", reference)
    seal = seconds_per_call(
        lambda: ours.seal_xml(MESSAGE, timestamp=1700000001, nonce="998877"), rounds=9, calls=3000
    )
    figure_micros("codec", "seal", seal)
    figure("codec", "ratio_open", median(reference) / median(opened), "x")
