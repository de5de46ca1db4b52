"""Secrets and addresses: from ``CLEW_…`` variables or one TOML to frozen values.

Every setting ``name`` is read from ``CLEW_NAME``, from the file that
``CLEW_NAME_FILE`` points to, or from the TOML at ``CLEW_CONFIG``, in this order.
Nothing is read at import, and all problems are said together.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from config import accounts, parsers
from config.accounts import AibotSettings, KfSettings, MpSettings
from config.problems import ConfigError
from config.source import Source, read_source, variable
from config.texts import Texts

NAMES = frozenset(
    {
        "config",
        "data_dir",
        "database_url",
        "redis_url",
        "master_key",
        "tables_dir",
        "zone",
        "listen_host",
        "listen_port",
        "public_url",
        "corp_id",
        "app_agent_id",
        "app_secret",
        "app_token",
        "app_aes_key",
        "contact_secret",
        "directory_secret",
        "managers",
        *(f"{kind}_{name}" for kind, names in accounts.NAMES.items() for name in names),
        "keep_payloads_days",
        "keep_keys_days",
        "keep_sent_days",
        "keep_unknown_days",
        "qyapi_base",
        "oauth_base",
        "mp_base",
        "jssdk_urls",
        "dedup_hook_url",
        "dedup_hook_secret",
        "product_line",
        "lease_seconds",
    }
)

#: The scripts that give a page ``wx.config`` and ``wx.agentConfig``, in this order.
JSSDK_URLS = (
    "https://res.wx.qq.com/open/js/jweixin-1.2.0.js,"
    "https://open.work.weixin.qq.com/wwopen/js/jwxwork-1.0.0.js"
)

#: The variable of each setting.
VARIABLES: Mapping[str, str] = MappingProxyType({name: variable(name) for name in sorted(NAMES)})


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where data lives. ``master_keys`` are 32 bytes each, by number.

    The highest that is not in ``standby_keys`` seals (:class:`storage.vault.MasterKeys`).
    ``files`` are the files that settings were read from: they hold secrets.
    """

    data_dir: Path
    database_url: str
    redis_url: str
    master_keys: Mapping[int, bytes] = field(repr=False)
    zone: ZoneInfo
    tables_dir: Path | None
    files: tuple[Path, ...]
    standby_keys: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """How long things are kept that have served their purpose.

    ``payloads`` of what came in, its ``keys`` (by which a repeat is known), bodies
    of what was ``sent``, updates of ``unknown`` kinds.
    """

    payloads: timedelta
    keys: timedelta
    sent: timedelta
    unknown: timedelta


@dataclass(frozen=True, slots=True)
class CorpSettings:
    """The WeCom corp and its one app; an empty further secret means that the app's own is used.

    ``managers`` are userids; everybody else in the app's scope is a rep.
    """

    corp_id: str
    agent_id: str
    app_secret: str = field(repr=False)
    app_token: str = field(repr=False)
    app_aes_key: str = field(repr=False)
    contact_secret: str = field(repr=False)
    directory_secret: str = field(repr=False)
    managers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that Clew is told from outside.

    ``lease_for`` is how long a claimed row is lent: a process that died gives its
    rows back after that. ``product_line`` takes the place of the default line in
    ``channels.toml``; empty leaves it to the table. ``jssdk_urls`` are the scripts that
    pages inside WeCom load to speak with its client.
    """

    store: StoreSettings
    listen_host: str
    listen_port: int
    public_url: str
    corp: CorpSettings
    kf: tuple[KfSettings, ...]
    mp: tuple[MpSettings, ...]
    aibots: tuple[AibotSettings, ...]
    keep: KeepSettings
    qyapi_base: str
    oauth_base: str
    mp_base: str
    jssdk_urls: tuple[str, ...]
    dedup_hook_url: str
    dedup_hook_secret: str = field(repr=False)
    product_line: str
    lease_for: timedelta

    @property
    def office_socket(self) -> Path:
        """Where the running service listens to the command line of this machine."""
        return self.store.data_dir / "clew.sock"


def load_settings(texts: Texts, environ: Mapping[str, str] | None = None) -> Settings:
    """Read all settings; without ``environ`` from the environment of the process.

    Raises:
        ConfigError: some are missing or wrong; it lists all of them.
    """
    source = _source(texts, environ)
    settings = Settings(
        store=_store(source),
        listen_host=source.take("listen_host", parsers.host, "127.0.0.1"),
        listen_port=source.take("listen_port", parsers.port, "8000"),
        public_url=source.take("public_url", parsers.web_address),
        corp=_corp(source),
        kf=accounts.kf_accounts(source),
        mp=accounts.mp_accounts(source),
        aibots=accounts.aibots(source),
        keep=_keep(source),
        qyapi_base=source.take("qyapi_base", parsers.web_address, "https://qyapi.weixin.qq.com"),
        oauth_base=source.take("oauth_base", parsers.web_address, "https://open.weixin.qq.com"),
        mp_base=source.take("mp_base", parsers.web_address, "https://api.weixin.qq.com"),
        jssdk_urls=source.take("jssdk_urls", parsers.web_addresses, JSSDK_URLS),
        dedup_hook_url=source.take("dedup_hook_url", parsers.no_or_web_address, ""),
        dedup_hook_secret=_hook_secret(source),
        product_line=source.take("product_line", parsers.no_or_code, ""),
        lease_for=source.take("lease_seconds", parsers.seconds, "120"),
    )
    _refuse(source)
    return settings


def load_store_settings(texts: Texts, environ: Mapping[str, str] | None = None) -> StoreSettings:
    """Read only what commands need that talk to the database, not to the platform.

    Raises:
        ConfigError: as :func:`load_settings`.
    """
    source = _source(texts, environ)
    store = _store(source)
    _refuse(source)
    return store


def _source(texts: Texts, environ: Mapping[str, str] | None) -> Source:
    return read_source(
        os.environ if environ is None else environ, NAMES, frozenset(accounts.NAMES), texts
    )


def _refuse(source: Source) -> None:
    if source.problems:
        raise ConfigError(source.problems, source.texts)


def _store(source: Source) -> StoreSettings:
    data_dir = source.take("data_dir", parsers.folder, "var")
    main = f"sqlite:///{data_dir / 'clew.db'}"
    keys = source.take("master_key", parsers.master_keys)
    return StoreSettings(
        data_dir=data_dir,
        database_url=source.take("database_url", parsers.database_address, main),
        redis_url=source.take("redis_url", parsers.redis_address, ""),
        master_keys=keys,
        zone=source.take("zone", parsers.zone, "Asia/Shanghai"),
        tables_dir=source.take("tables_dir", parsers.existing_folder, ""),
        files=tuple(source.files),
        standby_keys=parsers.standby_keys(source.values["master_key"]) if keys else frozenset(),
    )


def _keep(source: Source) -> KeepSettings:
    return KeepSettings(
        payloads=source.take("keep_payloads_days", parsers.days, "7"),
        keys=source.take("keep_keys_days", parsers.days, "90"),
        sent=source.take("keep_sent_days", parsers.days, "30"),
        unknown=source.take("keep_unknown_days", parsers.days, "90"),
    )


def _hook_secret(source: Source) -> str:
    """Return the secret of the hook, which is wanted where there is one."""
    if source.values.get("dedup_hook_url"):
        return source.take("dedup_hook_secret", parsers.secret)
    return source.take("dedup_hook_secret", parsers.no_or_secret, "")


def _corp(source: Source) -> CorpSettings:
    return CorpSettings(
        corp_id=source.take("corp_id", parsers.corp_id),
        agent_id=source.take("app_agent_id", parsers.agent_id),
        app_secret=source.take("app_secret", parsers.secret),
        app_token=source.take("app_token", parsers.token),
        app_aes_key=source.take("app_aes_key", parsers.aes_key),
        contact_secret=source.take("contact_secret", parsers.no_or_secret, ""),
        directory_secret=source.take("directory_secret", parsers.no_or_secret, ""),
        managers=source.take("managers", parsers.userids, ""),
    )
