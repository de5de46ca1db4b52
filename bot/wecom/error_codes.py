"""What each platform code asks of us (fact sheet 4.2), as data.

``advice`` is a key of ``wire_errors`` in ``config/texts.zh.toml``: what to tell
the operator. A code that means something else for official accounts stands in
:data:`OFFICIAL_CODES` too; codes of neither table are an answer like any other,
a permanent one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Reaction(StrEnum):
    """What an answer, or its absence, asks of the caller."""

    OK = "ok"
    #: A passing fault of the platform; the call may or may not have had its effect.
    RETRY_LATER = "retry_later"
    #: The access token is refused: refresh once, retry once, then it is an operator's matter.
    REFRESH_CREDENTIALS = "refresh_credentials"
    #: A ticket of the JS-SDK is refused, or of the wrong kind.
    REFRESH_TICKET = "refresh_ticket"
    #: Too many calls: wait for :attr:`Verdict.pause`, with the whole endpoint.
    SLOW_DOWN = "slow_down"
    #: Somebody must change a setting; keep the job, stop calling.
    OPERATOR = "operator"
    #: This call will never succeed.
    PERMANENT = "permanent"
    #: As permanent, and our copy of contacts, customers or tags is out of date.
    RESYNC = "resync"
    #: Outside the app's visible scope: leave this item, go on with the others.
    SKIP = "skip"
    #: Too late or done already: forget it, count it.
    DROP = "drop"
    #: Nothing more until the customer speaks.
    WAIT_FOR_CUSTOMER = "wait_for_customer"
    #: Member and customer (or follower and account) have no relation any more.
    RELATION_GONE = "relation_gone"
    #: The media id has expired: upload again, retry once.
    REUPLOAD = "reupload"
    #: An OAuth code or user ticket is spent: log in again, never retry.
    RESTART_LOGIN = "restart_login"
    #: No answer was needed to know: the call did not leave, or was turned away unread.
    NOT_SENT = "not_sent"
    #: It left and no answer came: it may have had its effect.
    OUTCOME_UNKNOWN = "outcome_unknown"


class Pause(StrEnum):
    """How long a whole endpoint rests after :attr:`Reaction.SLOW_DOWN`."""

    NONE = "none"
    #: 1 to 3 seconds with jitter: concurrency.
    MOMENT = "moment"
    #: A minute's window is used up.
    MINUTE = "minute"
    #: A day's quota is used up: until midnight in the platform's zone.
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Reaction to a code, the key of the advice, and the pause it asks for."""

    reaction: Reaction
    advice: str
    pause: Pause = Pause.NONE


UNKNOWN_CODE = Verdict(Reaction.PERMANENT, "unknown_code")

#: (reaction, advice, codes): the rows of the table, in the order of the fact sheet.
_ROWS: tuple[tuple[Reaction, str, tuple[int, ...]], ...] = (
    (Reaction.OK, "none", (0,)),
    (Reaction.RETRY_LATER, "platform_busy", (-1,)),
    (Reaction.RETRY_LATER, "data_conflict", (6000,)),
    (Reaction.RETRY_LATER, "mass_send_not_ready", (41063,)),
    (Reaction.REFRESH_CREDENTIALS, "check_secret", (40001, 40014, 42001, 42007)),
    (Reaction.OPERATOR, "check_secret", (40091, 40125)),
    (Reaction.PERMANENT, "report_bug", (41001, 40033, 40008, 40058, 40063, 44004, 47001)),
    (Reaction.OPERATOR, "check_corp_and_agent", (40013, 40056)),
    (Reaction.RESYNC, "resync_members", (40003, 60111, 46004)),
    (Reaction.REUPLOAD, "media_expired", (40007,)),
    (Reaction.RESTART_LOGIN, "login_again", (40029, 40163, 84014)),
    (Reaction.PERMANENT, "chat_gone", (40050, 86001, 86003, 86008)),
    (Reaction.RESYNC, "resync_tags", (40068, 40071, 40126, 81011)),
    (Reaction.RESYNC, "resync_customers", (40096, 84084, 610004)),
    (Reaction.OPERATOR, "member_not_activated", (40098, 41054)),
    (Reaction.PERMANENT, "member_full", (40099,)),
    (Reaction.REFRESH_TICKET, "ticket_refused", (40093, 42012)),
    (Reaction.PERMANENT, "contact_way_refused", (41044, 41045)),
    (Reaction.PERMANENT, "mass_send_refused", (41048, 41064, 41065)),
    (Reaction.DROP, "welcome_too_late", (41050,)),
    (Reaction.DROP, "welcome_already_given", (41051,)),
    (Reaction.DROP, "welcome_needs_consent", (41053,)),
    (Reaction.PERMANENT, "card_task_id_refused", (42014,)),
    (Reaction.OPERATOR, "callback_url_missing", (43012,)),
    (Reaction.PERMANENT, "member_without_wechat", (43004,)),
    (Reaction.PERMANENT, "content_too_large", (45001, 45002, 45007, 45008, 45029)),
    (Reaction.WAIT_FOR_CUSTOMER, "official_window_over", (45015,)),
    (Reaction.WAIT_FOR_CUSTOMER, "official_quota_used", (45047,)),
    (
        Reaction.OPERATOR,
        "grant_permission",
        (48001, 48002, 48004, 48006, 48009, 50001, 50002, 50003, 301002),
    ),
    (Reaction.SKIP, "outside_scope", (60011, 60021, 84074)),
    (Reaction.OPERATOR, "allow_ip", (60020, 301042, 40164)),
    (Reaction.PERMANENT, "no_valid_receiver", (81013,)),
    (Reaction.PERMANENT, "receivers_refused", (82001, 82002, 82003)),
    (Reaction.RELATION_GONE, "relation_gone", (84061,)),
    (Reaction.OPERATOR, "robot_disabled", (93000, 93004, 93008)),
    (Reaction.WAIT_FOR_CUSTOMER, "kf_count_used", (95001,)),
    (Reaction.WAIT_FOR_CUSTOMER, "kf_window_over", (95002,)),
    (Reaction.WAIT_FOR_CUSTOMER, "kf_session_ended", (95013,)),
    (Reaction.PERMANENT, "kf_servicer_refused", (95014,)),
    (Reaction.PERMANENT, "kf_state_refused", (95016,)),
    (Reaction.RETRY_LATER, "kf_pull_token_refused", (95007,)),
    (Reaction.OPERATOR, "archive_refused", (301052, 301053, 301054, 301055)),
    (Reaction.OPERATOR, "archive_refused", (301056, 301057, 301058, 301059)),
    (Reaction.OPERATOR, "licence_missing", (701008,)),
    (Reaction.PERMANENT, "template_refused", (40037, 47003)),
    (Reaction.PERMANENT, "user_refused", (43101, 43116)),
)

_PAUSES: dict[int, Verdict] = {
    45009: Verdict(Reaction.SLOW_DOWN, "rate_used", Pause.MINUTE),
    45011: Verdict(Reaction.SLOW_DOWN, "rate_used", Pause.MINUTE),
    45033: Verdict(Reaction.SLOW_DOWN, "concurrency_used", Pause.MOMENT),
}

CODES: Mapping[int, Verdict] = MappingProxyType(
    {code: Verdict(reaction, advice) for reaction, advice, codes in _ROWS for code in codes}
    | _PAUSES
)

#: Where an official account means something else by the same number.
OFFICIAL_CODES: Mapping[int, Verdict] = MappingProxyType(
    {
        43004: Verdict(Reaction.RELATION_GONE, "not_a_follower"),
        45009: Verdict(Reaction.SLOW_DOWN, "daily_quota_used", Pause.DAY),
    }
)
