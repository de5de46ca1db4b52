"""Accounts of which there may be several: 微信客服, official accounts, AI bots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from config import parsers
from config.problems import Problem
from config.source import Entry, Source

#: Settings of an account, by kind; a variable is ``CLEW_<KIND>_<NAME>``.
NAMES = MappingProxyType(
    {
        "kf": ("secret", "open_kfids"),
        "mp": ("account", "app_id", "secret", "token", "aes_key", "mode"),
        "aibot": ("id", "token", "aes_key"),
    }
)


class MpMode(StrEnum):
    """How an official account's callbacks are sealed (fact sheet 1.6)."""

    PLAIN = "plain"
    COMPAT = "compat"
    ENCRYPTED = "encrypted"


@dataclass(frozen=True, slots=True)
class KfSettings:
    """A 微信客服 account and the secret of its API."""

    open_kfid: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MpSettings:
    """An official account; ``account`` is its gh_ id. ``aes_key`` may be empty in plain mode."""

    account: str
    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    mode: MpMode


@dataclass(frozen=True, slots=True)
class AibotSettings:
    """An AI bot on the webhook transport."""

    id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)


def kf_accounts(source: Source) -> tuple[KfSettings, ...]:
    """Return all 微信客服 accounts; several may share a secret."""
    found: list[KfSettings] = []
    for entry in source.entries("kf", NAMES["kf"]):
        secret = entry.take("secret", parsers.secret)
        found += [KfSettings(one, secret) for one in entry.take("open_kfids", parsers.ids) or ()]
    _note_twins(source, "kf", (one.open_kfid for one in found))
    return tuple(found)


def mp_accounts(source: Source) -> tuple[MpSettings, ...]:
    """Return all official accounts."""
    found = tuple(_mp_account(entry) for entry in source.entries("mp", NAMES["mp"]))
    _note_twins(source, "mp", (one.account for one in found))
    return found


def _mp_account(entry: Entry) -> MpSettings:
    mode = entry.take("mode", MpMode, MpMode.ENCRYPTED.value)
    needs_key = mode is not MpMode.PLAIN or entry.has("aes_key")
    return MpSettings(
        account=entry.take("account", parsers.official_account),
        app_id=entry.take("app_id", parsers.app_id),
        secret=entry.take("secret", parsers.secret),
        token=entry.take("token", parsers.token),
        aes_key=entry.take("aes_key", parsers.aes_key) if needs_key else "",
        mode=mode,
    )


def aibots(source: Source) -> tuple[AibotSettings, ...]:
    """Return all AI bots."""
    found = tuple(
        AibotSettings(
            id=entry.take("id", parsers.bot_id),
            token=entry.take("token", parsers.token),
            aes_key=entry.take("aes_key", parsers.aes_key),
        )
        for entry in source.entries("aibot", NAMES["aibot"])
    )
    _note_twins(source, "aibot", (one.id for one in found))
    return found


def _note_twins(source: Source, kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            problem = Problem(kind, "setting_account_twice", values={"name": one})
            source.problems.append(problem)
        seen.add(one)
