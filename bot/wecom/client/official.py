"""Official account calls: messages to followers, QR codes, follower details (fact sheet 3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from bot.wecom.client.answers import JsonObject, number_of, required_text, text_of
from bot.wecom.client.api import Api
from bot.wecom.client.tokens import Token, TokenKeeper, TokenStore
from bot.wecom.client.transport import Transport, WireCall
from handlers.ports import Clock

_TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105 - an address, not a secret


@dataclass(frozen=True, slots=True)
class OfficialAccount:
    """Id and secret of one official account; ``qrcode_base`` is where its codes are drawn."""

    app_id: str
    secret: str = field(repr=False)
    qrcode_base: str = "https://mp.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A parametric code: ``url`` is what it encodes, ``image_url`` its picture.

    ``expires_in`` is None for a permanent one.
    """

    ticket: str
    url: str
    image_url: str
    expires_in: timedelta | None


class OfficialClient:
    """The calls of one official account, with a stable token of its own.

    The stable token is isolated from other systems that use the account, so no
    refresh of ours ends theirs.
    """

    def __init__(
        self, account: OfficialAccount, transport: Transport, store: TokenStore, clock: Clock
    ) -> None:
        """Build the calls; nothing is asked of the platform yet."""
        self._account = account
        self._transport = transport
        self._clock = clock
        keeper = TokenKeeper(f"official:{account.app_id}", self._issue, store, clock)
        self._api = Api(transport, keeper)

    async def send(self, message: Mapping[str, object]) -> None:
        """Send a rendered customer message. It has no id and no duplicate check.

        Raises:
            WireError: 45015 outside the window, 45047 quota used, 43004 not a follower.
        """
        await self._api.post("/cgi-bin/message/custom/send", message)

    async def send_template(self, message: Mapping[str, object]) -> str:
        """Send a template message; its result comes as TEMPLATESENDJOBFINISH with this msgid.

        Raises:
            WireError: 40037 or 47003 for the template, 43004 not a follower.
        """
        return text_of(await self._api.post("/cgi-bin/message/template/send", message), "msgid")

    async def create_qrcode(self, scene: str, life: timedelta | None) -> QrCode:
        """Create a code for a scene of 1–64 characters, for ``life`` ≤ 30 days or for ever.

        Raises:
            WireError: see :class:`Api`.
        """
        body: JsonObject = {
            "action_name": "QR_LIMIT_STR_SCENE" if life is None else "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        if life is not None:
            body["expire_seconds"] = int(life.total_seconds())
        endpoint = "/cgi-bin/qrcode/create"
        answer = await self._api.post(endpoint, body)
        ticket = required_text(answer, "ticket", endpoint)
        seconds = number_of(answer, "expire_seconds")
        return QrCode(
            ticket=ticket,
            url=text_of(answer, "url"),
            image_url=self._image_url(ticket),
            expires_in=timedelta(seconds=seconds) if life is not None else None,
        )

    async def user(self, openid: str) -> JsonObject:
        """Return a follower: subscribe, unionid, remark, scene; no name since 2021.

        Raises:
            WireError: 40003 for an openid of another account.
        """
        return await self._api.get("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})

    def _image_url(self, ticket: str) -> str:
        base = self._account.qrcode_base.rstrip("/")
        return f"{base}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}"

    async def _issue(self, refused: str) -> Token:
        """Ask for the stable token; force a new one only if the refused one comes back."""
        answer = await self._ask_token(is_forced=False)
        if refused and text_of(answer, "access_token") == refused:
            answer = await self._ask_token(is_forced=True)
        now = self._clock.now()
        life = timedelta(seconds=number_of(answer, "expires_in"))
        return Token(required_text(answer, "access_token", _TOKEN_PATH), now, now + life)

    async def _ask_token(self, *, is_forced: bool) -> JsonObject:
        body = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
            "force_refresh": is_forced,
        }
        return await self._transport.exchange(WireCall(_TOKEN_PATH, body=body))
