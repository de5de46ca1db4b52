"""Error codes of fact sheet 4.2 and the noise in which the platform wraps them."""

from __future__ import annotations

from enum import IntEnum

#: Where the platform's error messages point; only ever text, never fetched.
ADVICE_URL = "https://open.work.weixin.qq.com/devtool/query"


class Code(IntEnum):
    """``errcode`` values the stand-in answers with."""

    BUSY = -1
    OK = 0
    DATA_CONFLICT = 6000
    BAD_SECRET = 40001
    BAD_USERID = 40003
    BAD_MEDIA_TYPE = 40004
    BAD_MEDIA_ID = 40007
    BAD_MSGTYPE = 40008
    BAD_CORPID = 40013
    BAD_TOKEN = 40014
    BAD_MENU = 40016
    BAD_LOGIN_CODE = 40029
    UNICODE_ESCAPES = 40033
    BAD_TEMPLATE = 40037
    BAD_CHAT = 40050
    BAD_AGENTID = 40056
    BAD_PARAMETER = 40058
    TAG_MISSING = 40068
    TAG_EXISTS = 40071
    BAD_EXTERNAL_USERID = 40096
    TRANSFER_MISUSED = 40097
    TRANSFER_UNDER_WAY = 40129
    TRANSFERRED_LATELY = 40128
    TRANSFER_TO_SAME = 40130
    TRANSFER_NOT_FOLLOWED = 40131
    TOO_MANY_CORP_TAGS = 40126
    MP_BAD_SECRET = 40125
    MP_IP_NOT_ALLOWED = 40164
    TOKEN_MISSING = 41001
    BAD_CONTACT_WAY = 41044
    MASS_SEND_NOBODY = 41048
    WELCOME_CODE_LATE = 41050
    WELCOME_CODE_USED = 41051
    MEMBER_NOT_ACTIVATED = 41054
    MASS_SEND_NOT_READY = 41063
    TOKEN_EXPIRED = 42001
    BAD_TASK_ID = 42014
    NOT_A_FOLLOWER = 43004
    NO_RECEIVE_URL = 43012
    EMPTY_MEDIA = 44001
    EMPTY_TEXT = 44004
    MEDIA_TOO_LARGE = 45001
    TEXT_TOO_LONG = 45002
    TOO_MANY_ARTICLES = 45008
    RATE = 45009
    MP_MINUTE_RATE = 45011
    MP_WINDOW_OVER = 45015
    CONCURRENCY = 45033
    MP_QUOTA_USED = 45047
    NO_MENU = 46003
    BAD_JSON = 47001
    BAD_TEMPLATE_FIELD = 47003
    NO_RIGHT = 48002
    BAD_REDIRECT = 50001
    BAD_DEPARTMENT = 60003
    IP_NOT_ALLOWED = 60020
    UNKNOWN_USERID = 60111
    TAG_OF_ANOTHER = 81011
    NO_VALID_RECEIVER = 81013
    TOO_MANY_OWNERS = 81017
    NO_RECEIVER = 82001
    TOO_MANY_PARTIES = 82002
    TOO_MANY_TAGS = 82003
    NO_RELATION = 84061
    KF_COUNT = 95001
    KF_TIME = 95002
    KF_TOKEN = 95007
    KF_ENDED = 95013
    KF_SERVICER = 95014
    KF_STATE = 95016


#: The fact sheet names no code for these; the nearest documented one is used.
BAD_RESPONSE_CODE = Code.BAD_PARAMETER
KF_EVENT_CODE_LATE = Code.WELCOME_CODE_LATE
KF_EVENT_CODE_USED = Code.WELCOME_CODE_USED
BAD_OPEN_KFID = Code.BAD_PARAMETER
BAD_LINK = Code.BAD_PARAMETER
BAD_CHAT_KEY = Code.BAD_PARAMETER
BAD_MASS_SEND = Code.BAD_PARAMETER
MASS_SEND_OVER = Code.BAD_PARAMETER
TOO_MANY_REMINDERS = Code.RATE


class Refused(Exception):  # noqa: N818 - the platform's expected "no"
    """A call is answered with ``code``; ``detail`` says why in the platform's English."""

    def __init__(self, code: int, detail: str) -> None:
        """Refuse with ``code`` because of ``detail``."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


def wecom_noise(code: int, detail: str, hint: str, remote: str) -> str:
    """Return an errmsg as WeCom writes it: nothing a program should rely on."""
    return f"{detail}, hint: [{hint}], from ip: {remote}, more info at {ADVICE_URL}?e={code}"


def official_noise(detail: str, hint: str) -> str:
    """Return an errmsg as the official-account API writes it."""
    return f"{detail} rid: {hint}"
