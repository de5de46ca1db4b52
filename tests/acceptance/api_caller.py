"""A system that calls the HTTP API, with a client of its own: only the documentation is shared."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import aiohttp

from domain.access import Scope
from storage.api_keys import ApiKeys, KeyWish
from storage.unit_of_work import Store
from tests.acceptance.described import check_answer

_numbers = count(1)


@dataclass(frozen=True)
class Answer:
    """What the service said."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


@dataclass(frozen=True)
class Caller:
    """Signs as docs/reference/api.md says, and compares each answer with the OpenAPI document."""

    address: str
    word: str
    secret: str
    now: datetime

    def headers(self, method: str, target: str, body: bytes, **changes: str) -> dict[str, str]:
        stamp = changes.get("stamp", str(int(self.now.timestamp())))
        nonce = changes.get("nonce", f"nonce-{next(_numbers):08}")
        digest = hashlib.sha256(body).hexdigest()
        text = f"CLEW1-HMAC-SHA256\n{method}\n{target}\n{stamp}\n{nonce}\n{digest}"
        signed = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return {
            "X-Clew-Key": self.word,
            "X-Clew-Timestamp": stamp,
            "X-Clew-Nonce": nonce,
            "X-Clew-Signature": signed,
        }

    async def send(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send a request as it is."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.address + target, data=io.BytesIO(body), headers=headers
            ) as response,
        ):
            raw = await response.read()
        answer = Answer(response.status, json.loads(raw) if raw else None, dict(response.headers))
        check_answer(method, target, answer.status, answer.body)
        return answer

    async def get(self, target: str, **changes: str) -> Answer:
        return await self.send("GET", target, b"", self.headers("GET", target, b"", **changes))

    async def send_json(self, method: str, target: str, body: object) -> Answer:
        raw = json.dumps(body, ensure_ascii=False).encode()
        return await self.send(method, target, raw, self.headers(method, target, raw))

    async def post(self, target: str, body: object, idem: str = "", **changes: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = self.headers("POST", target, raw, **changes)
        headers["Content-Type"] = "application/json"
        if idem:
            headers["Idempotency-Key"] = idem
        return await self.send("POST", target, raw, headers)


async def caller(
    store: Store, address: str, now: datetime, *scopes: Scope, per_minute: int = 10_000
) -> Caller:
    """Return a caller with a new key."""
    keys = ApiKeys(store.database, store.vault, store.ids)
    key, secret = await keys.issue(KeyWish("官网", "site", frozenset(scopes), per_minute), now)
    return Caller(address, key.word, secret, now)
