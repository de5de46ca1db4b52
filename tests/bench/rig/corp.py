"""An invented corp with an official account: the settings of its Clew, and its callbacks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

from bot.wecom.codec import Codec
from tests.services.ports import LOOPBACK

CORP_ID, AGENT_ID = "wwclewbench000001", "1000002"
APP_TOKEN, APP_KEY = "benchToken01", "LeadBotExampleKey0LeadBotExampleKey1LeadBot"
MP_ACCOUNT, MP_APP_ID = "gh_clewbench0001", "wxclewbench0000001"
MP_TOKEN, MP_KEY = "benchToken02", "LeadBotExampleKey2LeadBotExampleKey3LeadBot"
REP = "LiLei"

APP_PATH = "/callback/wecom/clew"
MP_PATH = f"/callback/mp/{MP_ACCOUNT}"
APP_SOURCE, MP_SOURCE = "wecom:clew", f"mp:{MP_ACCOUNT}"

#: What followers write, in turn; one message in eleven leaves a phone, which makes
#: some leads mature. Eleven of them, so that everybody says something new each time.
SENTENCES = (
    "数学班多少钱",
    "孩子三年级,想试听英语",
    "你好",
    "在哪里上课",
    "谢谢",
    "周末有课吗",
    "我在上海,孩子上初二",
    "可以试听吗",
    "一节课多长时间",
    "物理和化学一起报多少钱",
    "我的电话138{number:08}",
)

_APP = Codec(APP_TOKEN, APP_KEY, CORP_ID)
_MP = Codec(MP_TOKEN, MP_KEY, MP_APP_ID)

_ADDED = (
    "<xml><ToUserName><![CDATA[{corp}]]></ToUserName>"
    "<FromUserName><![CDATA[sys]]></FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event>"
    "<ChangeType><![CDATA[add_external_contact]]></ChangeType>"
    "<UserID><![CDATA[{rep}]]></UserID><ExternalUserID><![CDATA[{who}]]></ExternalUserID>"
    "<State><![CDATA[expo]]></State><WelcomeCode><![CDATA[{code}]]></WelcomeCode></xml>"
)
_SAID = (
    "<xml><ToUserName><![CDATA[{account}]]></ToUserName>"
    "<FromUserName><![CDATA[{who}]]></FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>"
    "<MsgId>{msgid}</MsgId></xml>"
)


@dataclass(frozen=True, slots=True)
class Callback:
    """What the platform has to tell, before it is sealed.

    ``mark`` is found again in the call to the platform that it causes.
    """

    source: str
    plaintext: bytes
    mark: str


@dataclass(frozen=True, slots=True)
class Request:
    """A callback as it travels."""

    target: str
    body: bytes
    mark: str


def environment(port: int, platform: str, data_dir: str, database_url: str) -> dict[str, str]:
    """Return the settings of a Clew that listens on ``port`` and calls ``platform``."""
    return {
        "CLEW_DATA_DIR": data_dir,
        **({"CLEW_DATABASE_URL": database_url} if database_url else {}),
        "CLEW_MASTER_KEY": "1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=",
        "CLEW_LISTEN_HOST": LOOPBACK,
        "CLEW_LISTEN_PORT": str(port),
        "CLEW_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "CLEW_CORP_ID": CORP_ID,
        "CLEW_APP_AGENT_ID": AGENT_ID,
        "CLEW_APP_SECRET": "ClewBenchAppSecret0000000000000000000000001",
        "CLEW_APP_TOKEN": APP_TOKEN,
        "CLEW_APP_AES_KEY": APP_KEY,
        "CLEW_MP_ACCOUNT": MP_ACCOUNT,
        "CLEW_MP_APP_ID": MP_APP_ID,
        "CLEW_MP_SECRET": "ClewBenchOfficialSecret000000001",
        "CLEW_MP_TOKEN": MP_TOKEN,
        "CLEW_MP_AES_KEY": MP_KEY,
        "CLEW_QYAPI_BASE": platform,
        "CLEW_MP_BASE": platform,
    }


class Callbacks:
    """Makes callbacks that nobody has seen before; all ids begin with ``prefix``."""

    def __init__(self, prefix: str) -> None:
        """``prefix`` keeps the callbacks of one run apart from those of another."""
        self._prefix = prefix
        self._numbers = count(1)
        self._sentences = count()

    def added(self) -> Callback:
        """Return the event that a rep got a new contact, with a welcome to be sent."""
        number = next(self._numbers)
        mark = f"CODE{self._prefix}{number}"
        who = f"wm{self._prefix}{number:0>20}"
        text = _ADDED.format(corp=CORP_ID, at=int(time.time()), rep=REP, who=who, code=mark)
        return Callback(APP_SOURCE, text.encode(), mark)

    def said(self, follower: int | None = None) -> Callback:
        """Return a message of a follower of the official account; without a number of a new one."""
        number = next(self._numbers)
        who = f"o{self._prefix}{number if follower is None else follower:0>20}"
        words = SENTENCES[next(self._sentences) % len(SENTENCES)].format(number=number)
        msgid = 7_000_000_000_000_000_000 + number
        at = int(time.time())
        text = _SAID.format(account=MP_ACCOUNT, at=at, who=who, words=words, msgid=msgid)
        return Callback(MP_SOURCE, text.encode(), who)

    def mixed(self, followers: int | None = None) -> Iterator[Callback]:
        """Yield without end, by turns: a new contact, a message of one of ``followers``."""
        for number in count():
            yield self.added()
            yield self.said(number % followers if followers else None)


def sealed(callback: Callback, nonce: int) -> Request:
    """Return the callback as the platform sends it."""
    is_app = callback.source == APP_SOURCE
    codec = _APP if is_app else _MP
    at = int(time.time())
    envelope = codec.seal_xml(callback.plaintext, timestamp=at, nonce=str(nonce))
    query = {
        "msg_signature": envelope.signature.value,
        "timestamp": envelope.signature.timestamp,
        "nonce": envelope.signature.nonce,
    }
    if is_app:
        receiver, path = f"<AgentID><![CDATA[{AGENT_ID}]]></AgentID>", APP_PATH
    else:
        receiver, path = "", MP_PATH
        query |= {
            "signature": codec.sign_plain(timestamp=at, nonce=str(nonce)).value,
            "openid": callback.mark,
            "encrypt_type": "aes",
        }
    to = CORP_ID if is_app else MP_ACCOUNT
    body = (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>{receiver}"
        f"<Encrypt><![CDATA[{envelope.encrypt}]]></Encrypt></xml>"
    )
    return Request(f"{path}?{urlencode(query)}", body.encode(), callback.mark)
