"""One corp and one of its apps: all calls together, each with the secret that opens it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.wecom.client.acquisition import AcquisitionApi
from bot.wecom.client.answers import number_of, required_text
from bot.wecom.client.api import Api
from bot.wecom.client.app import AppApi
from bot.wecom.client.archive import ConsentApi
from bot.wecom.client.contact import ContactApi
from bot.wecom.client.directory import DirectoryApi
from bot.wecom.client.groups import GroupApi
from bot.wecom.client.kf import KfApi
from bot.wecom.client.login import LoginApi
from bot.wecom.client.mass_sends import MassSendApi
from bot.wecom.client.media import MediaApi
from bot.wecom.client.tokens import Issue, Token, TokenKeeper, TokenStore
from bot.wecom.client.transfers import TransferApi
from bot.wecom.client.transport import Transport, WireCall
from bot.wecom.client.ways import WayApi
from handlers.ports import Clock

#: 60 an hour at most. A corp may ask for tokens freely, only 2000 refusals an hour would
#: block the address (fact sheet 3.1); an hour's wait for a token that died with cause would
#: hold up every conversation.
FORCED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CorpAccount:
    """Ids and secrets; an empty secret means that the app's own may be used there."""

    corp_id: str
    agent_id: int
    app_secret: str = field(repr=False)
    contact_secret: str = field(default="", repr=False)
    kf_secret: str = field(default="", repr=False)
    directory_secret: str = field(default="", repr=False)
    archive_secret: str = field(default="", repr=False)


class CorpClient:
    """The corp's calls by topic."""

    def __init__(
        self, account: CorpAccount, transport: Transport, store: TokenStore, clock: Clock
    ) -> None:
        """Build the calls; nothing is asked of the platform yet."""
        self._account = account
        self._transport = transport
        self._store = store
        self._clock = clock
        self._apis: dict[str, Api] = {}
        own = self._api("app", account.app_secret)
        contact = self._api("contact", account.contact_secret)
        self.app = AppApi(own, account.agent_id)
        self.media = MediaApi(own)
        self.login = LoginApi(own, self._key("app"), store, clock)
        self.contacts = ContactApi(contact)
        self.ways = WayApi(contact)
        self.groups = GroupApi(contact)
        self.acquisition = AcquisitionApi(contact)
        self.transfers = TransferApi(contact)
        self.mass_sends = MassSendApi(contact)
        self.kf = KfApi(self._api("kf", account.kf_secret))
        self.consents = ConsentApi(self._api("archive", account.archive_secret))
        self.directory = DirectoryApi(self._api("directory", account.directory_secret))

    def _key(self, purpose: str) -> str:
        return f"wecom:{self._account.corp_id}:{self._account.agent_id}:{purpose}"

    def _api(self, purpose: str, secret: str) -> Api:
        """Build the calls of a secret; calls of the same secret share one token."""
        own = secret or self._account.app_secret
        key = self._key(purpose if secret else "app")
        if key not in self._apis:
            issue = self._issuing(own)
            keeper = TokenKeeper(key, issue, self._store, self._clock, FORCED_WITHIN)
            self._apis[key] = Api(self._transport, keeper)
        return self._apis[key]

    def _issuing(self, secret: str) -> Issue:
        path = "/cgi-bin/gettoken"
        call = WireCall(path, {"corpid": self._account.corp_id, "corpsecret": secret})

        async def issue(_refused: str) -> Token:
            answer = await self._transport.exchange(call)
            now = self._clock.now()
            life = timedelta(seconds=number_of(answer, "expires_in"))
            return Token(required_text(answer, "access_token", path), now, now + life)

        return issue
