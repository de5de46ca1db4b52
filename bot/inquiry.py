"""Asks the platform for what one fetch wants and returns the answer as it came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from bot.wecom.client.answers import JsonObject
from bot.wecom.client.clients import AccountMissingError, Clients, bare_openid
from domain.messages import Fetch, FetchKind

Ask: TypeAlias = Callable[[str, str], Awaitable[JsonObject]]


class Inquirer:
    """One read call per kind of fetch; 微信客服 messages are pulled by ``bot.pulling``."""

    def __init__(self, clients: Clients) -> None:
        """Ask through ``clients``."""
        self._clients = clients
        self._asks: Mapping[FetchKind, Ask] = {
            FetchKind.EXTERNAL_CONTACT: self._external_contact,
            FetchKind.GROUP_CHAT: self._group_chat,
            FetchKind.KF_CUSTOMER: self._kf_customer,
            FetchKind.EMPLOYEE: self._employee,
            FetchKind.MP_USER: self._official_user,
        }

    async def ask(self, fetch: Fetch) -> JsonObject:
        """Return the platform's answer, without errcode and errmsg.

        Raises:
            WireError: the platform refused, was not reached, or did not answer.
        """
        if fetch.kind is FetchKind.DEDUP_HOOK:
            return await self._dedup_hook(fetch)
        return await self._asks[fetch.kind](fetch.subject, fetch.account)

    async def _dedup_hook(self, fetch: Fetch) -> JsonObject:
        hook = self._clients.dedup_hook
        if hook is None:
            raise AccountMissingError(fetch.kind.value)
        return await hook.ask(fetch)

    async def _external_contact(self, subject: str, _account: str) -> JsonObject:
        return await self._clients.corp.contacts.get(subject)

    async def _group_chat(self, subject: str, _account: str) -> JsonObject:
        return await self._clients.corp.groups.get(subject)

    async def _kf_customer(self, subject: str, _account: str) -> JsonObject:
        return await self._clients.corp.kf.customers([subject])

    async def _employee(self, subject: str, _account: str) -> JsonObject:
        return await self._clients.corp.directory.user(subject)

    async def _official_user(self, subject: str, account: str) -> JsonObject:
        return await self._clients.official(account).user(bare_openid(account, subject))
