"""The message archive as plain JSON lines (fact sheet 2.9).

The vendor's native library stays in a process of its own; what that process
decrypts it hands on as one JSON object per line, in the order of ``seq``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
import msgspec

from bot.wecom.client.answers import objects_of, text_of
from bot.wecom.client.api import Api
from bot.wecom.errors import NotSentError, OutcomeUnknownError

MAX_LINES = 1000
_NAME = "archive/lines"


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """A line, to be parsed with the source ``archive:<corp>``; ``seq`` continues the pull."""

    seq: int
    raw: bytes = field(repr=False)


class _Sequenced(msgspec.Struct):
    seq: int


class ArchiveLines:
    """Pulls lines from the helper process."""

    def __init__(self, session: aiohttp.ClientSession, url: str, secret: str) -> None:
        """Keep the session (whoever opened it closes it), the address and the secret."""
        self._session = session
        self._url = url
        self._secret = secret

    async def after(self, seq: int, limit: int = MAX_LINES) -> tuple[ArchiveLine, ...]:
        """Return up to ``limit`` lines that follow ``seq``; none means that all are pulled.

        Raises:
            NotSentError: the process is not there, or refused the secret or the numbers.
            OutcomeUnknownError: the answer is cut off or no JSON lines; ask again.
        """
        headers = {"Authorization": f"Bearer {self._secret}"}
        params = {"seq": str(seq), "limit": str(limit)}
        try:
            async with self._session.get(self._url, params=params, headers=headers) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotSentError(_NAME, type(error).__name__) from None
        if status != HTTPStatus.OK:
            raise NotSentError(_NAME, f"http_{status}")
        try:
            return tuple(
                ArchiveLine(msgspec.json.decode(line, type=_Sequenced).seq, line)
                for line in body.splitlines()
            )
        except msgspec.MsgspecError:
            raise OutcomeUnknownError(_NAME, "no_json_lines") from None


class ConsentApi:
    """Calls with the 会话存档 secret."""

    def __init__(self, api: Api) -> None:
        """Keep the calls of the secret."""
        self._api = api

    async def of_pairs(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return ``Agree``, ``Disagree`` or ``Default_Agree`` of (userid, external_userid) pairs.

        Raises:
            WireError: see :class:`Api`.
        """
        # The platform spells the second name so.
        info = [{"userid": userid, "exteranalopenid": customer} for userid, customer in pairs]
        answer = await self._api.post("/cgi-bin/msgaudit/check_single_agree", {"info": info})
        return {
            (text_of(one, "userid"), text_of(one, "exteranalopenid")): text_of(one, "agree_status")
            for one in objects_of(answer, "agreeinfo")
        }
