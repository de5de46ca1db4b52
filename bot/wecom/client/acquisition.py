"""获客助手: links that bring customers, and their quota (fact sheet 3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.wecom.client.answers import (
    JsonObject,
    number_of,
    object_of,
    objects_of,
    required_text,
    strings_of,
    text_of,
)
from bot.wecom.client.api import Api
from bot.wecom.client.contact import Page

_TOP = "/cgi-bin/externalcontact"
_BASE = f"{_TOP}/customer_acquisition"
_LINKS_PAGE = 100
_CUSTOMERS_PAGE = 1000


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A link and the members and departments who take turns at its customers."""

    name: str
    users: tuple[str, ...] = ()
    departments: tuple[int, ...] = ()
    skip_verify: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A created link."""

    link_id: str
    name: str
    url: str

    def for_channel(self, state: str) -> str:
        """Return the address whose customers carry ``state`` (≤ 64 bytes, unverified)."""
        return f"{self.url}?customer_channel={quote(state, safe='')}"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many customers were bought and are left; ``parts`` expire at different dates."""

    total: int
    balance: int
    parts: tuple[JsonObject, ...] = field(default=())


class AcquisitionApi:
    """Calls with the secret of 客户联系; links may be made only by corps that bought quota."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def create(self, request: LinkRequest) -> Link:
        """Create a link. Not idempotent: store the answer under its channel before use.

        Raises:
            WireError: 60111 or 60003 for a member or department that does not exist.
        """
        endpoint = f"{_BASE}/create_link"
        answer = await self._api.post(endpoint, _body(request))
        return _link(object_of(answer, "link"), endpoint)

    async def link_ids(self, cursor: str = "") -> tuple[tuple[str, ...], str]:
        """Return up to 100 link ids and the next cursor, "" at the end.

        Raises:
            WireError: see :class:`Api`.
        """
        body = {"limit": _LINKS_PAGE, "cursor": cursor}
        answer = await self._api.post(f"{_BASE}/list_link", body)
        return strings_of(answer, "link_id_list"), text_of(answer, "next_cursor")

    async def get(self, link_id: str) -> tuple[Link, JsonObject]:
        """Return a link and its ``range`` (user_list, department_list).

        Raises:
            WireError: the link does not exist.
        """
        endpoint = f"{_BASE}/get"
        answer = await self._api.post(endpoint, {"link_id": link_id})
        return _link(object_of(answer, "link"), endpoint), object_of(answer, "range")

    async def update(self, link_id: str, request: LinkRequest) -> None:
        """Replace name, members and departments of a link.

        Raises:
            WireError: as :meth:`create`, or the link does not exist.
        """
        await self._api.post(f"{_BASE}/update_link", {"link_id": link_id, **_body(request)})

    async def delete(self, link_id: str) -> None:
        """Delete a link.

        Raises:
            WireError: the link does not exist.
        """
        await self._api.post(f"{_BASE}/delete_link", {"link_id": link_id})

    async def customers(self, link_id: str, cursor: str = "") -> Page:
        """Return who came through a link: external_userid, userid, chat_status, state.

        Raises:
            WireError: the link does not exist.
        """
        body = {"link_id": link_id, "limit": _CUSTOMERS_PAGE, "cursor": cursor}
        answer = await self._api.post(f"{_BASE}/customer", body)
        return Page(tuple(objects_of(answer, "customer_list")), text_of(answer, "next_cursor"))

    async def chat_info(self, chat_key: str) -> JsonObject:
        """Return userid, external_userid and ``chat_info`` behind an event's ChatKey.

        Raises:
            WireError: the key is not known.
        """
        return await self._api.post(f"{_BASE}/get_chat_info", {"chat_key": chat_key})

    async def quota(self) -> Quota:
        """Return the bought quota.

        Raises:
            WireError: see :class:`Api`.
        """
        answer = await self._api.get(f"{_TOP}/customer_acquisition_quota")
        parts = tuple(objects_of(answer, "quota_list"))
        return Quota(number_of(answer, "total"), number_of(answer, "balance"), parts)


def _body(request: LinkRequest) -> JsonObject:
    users: Sequence[str] = list(request.users)
    return {
        "link_name": request.name,
        "range": {"user_list": users, "department_list": list(request.departments)},
        "skip_verify": request.skip_verify,
    }


def _link(link: JsonObject, endpoint: str) -> Link:
    link_id = required_text(link, "link_id", endpoint)
    return Link(link_id, text_of(link, "link_name"), required_text(link, "url", endpoint))
