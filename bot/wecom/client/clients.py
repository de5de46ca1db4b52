"""Which client speaks for which account of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dedup_hook import DedupHook
from bot.wecom.client.corp import CorpClient
from bot.wecom.client.official import OfficialClient
from bot.wecom.error_codes import Reaction
from bot.wecom.errors import WireError


class AccountMissingError(WireError):
    """No client was configured for an account that something is to be sent from."""

    reaction = Reaction.OPERATOR
    advice = "account_missing"

    def __init__(self, account: str) -> None:
        """Name the account."""
        super().__init__(account, "account_missing")


@dataclass(frozen=True, slots=True)
class Clients:
    """The corp app, which also speaks for 微信客服, and official accounts by their gh_ id.

    ``dedup_hook`` is no platform: the customer's own system, if one decides about duplicates.
    """

    corp: CorpClient
    officials: Mapping[str, OfficialClient]
    dedup_hook: DedupHook | None = None

    def official(self, account: str) -> OfficialClient:
        """Return the client of an official account.

        Raises:
            AccountMissingError: it is not configured (any more).
        """
        client = self.officials.get(account)
        if client is None:
            raise AccountMissingError(account)
        return client


def bare_openid(account: str, receiver: str) -> str:
    """Return the openid without the account that identities carry before it."""
    return receiver.removeprefix(f"{account}:")
