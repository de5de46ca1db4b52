"""The demo's invented credentials: the service and the stand-in are both built from them."""

from __future__ import annotations

from dataclasses import replace

from bot.simulator.config import (
    BotConfig,
    CallbackTarget,
    CorpConfig,
    OfficialConfig,
    Right,
    Secret,
    SimulatorConfig,
)

CORPID = "wwclewdemo0000001"
AGENTID = 1000002
APP_SECRET = "ClewDemoAppSecret0000000000000000000000001"  # noqa: S105 - invented, for the demo only
CONTACTS_SECRET = "ClewDemoContactsSecret000000000000000000001"  # noqa: S105 - as above
CUSTOMERS_SECRET = "ClewDemoCustomersSecret00000000000000000001"  # noqa: S105 - as above
KF_SECRET = "ClewDemoKfSecret000000000000000000000000001"  # noqa: S105 - as above
CALLBACK_TOKEN = "ClewDemoToken01"  # noqa: S105 - as above
CALLBACK_KEY = "ClewDemoKey00ClewDemoKey01ClewDemoKey02Clew"

MP_ACCOUNT = "gh_clewdemo00001"
MP_APPID = "wxclewdemo00000001"
MP_SECRET = "ClewDemoOfficialSecret0000000001"  # noqa: S105 - as above
MP_TOKEN = "ClewDemoMpToken01"  # noqa: S105 - as above
MP_KEY = "ClewDemoMpKey0ClewDemoMpKey1ClewDemoMpKey2C"

BOT_ID = "aibClewDemo0001"
BOT_SECRET = "ClewDemoBotSecret000000000000000000000001"  # noqa: S105 - as above
BOT_TOKEN = "ClewDemoBotToken01"  # noqa: S105 - as above
BOT_KEY = "ClewDemoBot0ClewDemoBot1ClewDemoBot2ClewDem"

OPEN_KFID = "wkclewdemo000001"

WHOLE_APP = frozenset({Right.APP, Right.CONTACTS, Right.CUSTOMERS, Right.KF, Right.ARCHIVE})


def demo_config(clew: str = "") -> SimulatorConfig:
    """Return the demo's stand-in that calls back to Clew at base address ``clew``.

    An empty address sends no callbacks until one is given
    (:meth:`bot.simulator.simulator.Simulator.point_at`).
    """
    corp = CorpConfig(
        corpid=CORPID,
        agentid=AGENTID,
        app_secret=APP_SECRET,
        callback=CallbackTarget("", CALLBACK_TOKEN, CALLBACK_KEY),
        secrets=(
            Secret(APP_SECRET, WHOLE_APP),
            Secret(CONTACTS_SECRET, frozenset({Right.CONTACTS})),
            Secret(CUSTOMERS_SECRET, frozenset({Right.CUSTOMERS})),
            Secret(KF_SECRET, frozenset({Right.KF})),
        ),
    )
    official = OfficialConfig(
        account=MP_ACCOUNT,
        appid=MP_APPID,
        secret=MP_SECRET,
        callback=CallbackTarget("", MP_TOKEN, MP_KEY),
    )
    bot = BotConfig(BOT_ID, BOT_SECRET, CallbackTarget("", BOT_TOKEN, BOT_KEY))
    config = SimulatorConfig(corp=corp, official=official, bot=bot)
    return with_clew(config, clew) if clew else config


def with_clew(config: SimulatorConfig, clew: str) -> SimulatorConfig:
    """Return ``config`` with all callback addresses under Clew's base address."""
    base = clew.rstrip("/")
    corp = replace(config.corp.callback, url=f"{base}/callback/wecom/clew")
    official = replace(
        config.official.callback, url=f"{base}/callback/mp/{config.official.account}"
    )
    bot = config.bot
    if bot is not None:
        url = f"{base}/callback/aibot/{bot.bot_id}"
        bot = replace(bot, callback=replace(bot.callback, url=url))
    return replace(
        config,
        corp=replace(config.corp, callback=corp),
        official=replace(config.official, callback=official),
        bot=bot,
    )
