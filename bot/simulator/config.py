"""What the stand-in is told at its start: who it plays, where Clew listens, which limits hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent


class Right(StrEnum):
    """What a secret's token may call (fact sheet 3.1: one token per secret)."""

    #: Messages, cards, menu, login of the corp app.
    APP = "app"
    #: Departments and members.
    CONTACTS = "contacts"
    #: Customer contact, 客户联系.
    CUSTOMERS = "customers"
    #: 微信客服.
    KF = "kf"
    #: 会话存档.
    ARCHIVE = "archive"
    #: The official account.
    OFFICIAL = "official"


class Face(StrEnum):
    """Which of the two hosts an endpoint belongs to."""

    WECOM = "wecom"
    OFFICIAL = "official"


class BodyMode(StrEnum):
    """How the official account's callbacks are written (fact sheet 1.6)."""

    PLAIN = "plain"
    COMPAT = "compat"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of the corp and the rights of its tokens."""

    value: str
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class CallbackTarget:
    """Where callbacks go and how they are sealed; an empty ``url`` switches them off."""

    url: str
    token: str
    encoding_aes_key: str


@dataclass(frozen=True, slots=True)
class CorpConfig:
    """The corp and its one app; the app's token is that of ``app_secret``."""

    corpid: str
    agentid: int
    app_secret: str
    callback: CallbackTarget
    #: Further secrets (通讯录, 客户联系, 微信客服) with narrower rights.
    secrets: tuple[Secret, ...] = ()
    #: Hosts that OAuth may return to; empty = any (50001 otherwise).
    trusted_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfficialConfig:
    """The official account; ``account`` is its gh_ id."""

    account: str
    appid: str
    secret: str
    callback: CallbackTarget
    mode: BodyMode = BodyMode.ENCRYPTED


@dataclass(frozen=True, slots=True)
class BotConfig:
    """The AI bot. With an empty ``callback.url`` only its socket reaches Clew.

    ``is_stream_delta``: a stream's content is what is new, not the full text so
    far (fact sheet 2.10; unverified).
    """

    bot_id: str
    secret: str
    callback: CallbackTarget
    is_stream_delta: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveConfig:
    """会话内容存档, bought for all members; ``secret`` opens the lines."""

    secret: str


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    """How callbacks are delivered (fact sheet 1.5); seconds are real seconds.

    ``redeliver`` sends every callback that many times, ``shuffle`` (a seed) mixes
    it with its neighbours, ``parallel`` callbacks are under way at once.
    """

    answer_within: float = 5.0
    verify_within: float = 1.0
    tries: int = 3
    pause: float = 0.05
    redeliver: int = 1
    shuffle: int | None = None
    parallel: int = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """The platform's numbers (fact sheet 3 and 4); tests may shrink them."""

    token_life: timedelta = timedelta(seconds=7200)
    failed_tokens_per_hour: int = 2000
    member_per_minute: int = 30
    member_per_hour: int = 1000
    welcome_life: timedelta = timedelta(seconds=20)
    response_code_life: timedelta = timedelta(hours=72)
    recall_within: timedelta = timedelta(hours=24)
    kf_token_life: timedelta = timedelta(minutes=10)
    kf_log_life: timedelta = timedelta(days=3)
    kf_budget: int = 5
    kf_window: timedelta = timedelta(hours=48)
    kf_page: int = 100
    #: Every n-th pull that has something to give answers an empty page first; 0 = never.
    kf_empty_every: int = 4
    kf_tokenless_per_minute: int = 60
    mp_message_budget: int = 5
    mp_message_window: timedelta = timedelta(hours=48)
    mp_action_budget: int = 3
    mp_action_window: timedelta = timedelta(minutes=1)
    media_life: timedelta = timedelta(days=3)
    oauth_code_life: timedelta = timedelta(minutes=5)
    ticket_corp_per_hour: int = 400
    ticket_app_per_hour: int = 100
    parallel_calls: int = 10
    parallel_narrow_calls: int = 5
    corp_tags: int = 10_000
    #: A handed-over customer is with the new member after this span unless they refuse.
    transfer_after: timedelta = timedelta(hours=24)
    #: Within this span a customer is handed over so often, then refused (40128).
    transfer_again_after: timedelta = timedelta(days=90)
    transfers_in_span: int = 2
    customers_per_member: int = 20_000
    #: get_groupmsg_send_result of a younger task is refused (41063).
    mass_send_ready_after: timedelta = timedelta(seconds=2)
    mass_sends_per_day: int = 1
    mass_sends_per_month: int = 4
    mass_send_reminders: int = 3
    #: balance_low is told once fewer are left.
    acquisition_low: int = 20
    calls_per_minute: int = 10_000
    calls_per_hour: int = 150_000
    ip_calls_per_minute: int = 20_000
    ip_calls_per_hour: int = 600_000
    debug_calls_per_minute: int = 5
    archive_notice_every: timedelta = timedelta(seconds=15)
    archive_life: timedelta = timedelta(days=5)
    #: Messages of one user that the bot may be answering at once.
    bot_in_flight: int = 3
    bot_stream_life: timedelta = timedelta(minutes=6)
    bot_response_url_life: timedelta = timedelta(hours=1)
    bot_answer_within: timedelta = timedelta(seconds=5)
    bot_per_minute: int = 30
    bot_per_hour: int = 1000


EMPTY_TEMPLATES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """Everything the stand-in is told; people and channels come from the ``seed`` file."""

    corp: CorpConfig
    official: OfficialConfig
    delivery: DeliveryConfig = field(default_factory=DeliveryConfig)
    limits: Limits = field(default_factory=Limits)
    bot: BotConfig | None = None
    archive: ArchiveConfig | None = None
    seed: Path = HERE / "demo.zh.toml"
    pages: Path = HERE / "pages"
    #: Real seconds that every API call takes; makes parallel calls overlap.
    latency: float = 0.0
    #: Part of every id; empty = random, so that a restart never repeats an id.
    run: str = ""
