"""From what the wire says (state, scene, chat id, column) to a channel, first and last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.lead import Touch


class Origin(StrEnum):
    """Which field of which platform the raw word comes from."""

    #: ``state`` of a contact way, or ``customer_channel`` of an acquisition link (2.3, 2.8).
    WECOM_STATE = "wecom_state"
    #: Scene of an official-account QR code, without the ``qrscene_`` prefix (2.11).
    MP_SCENE = "mp_scene"
    #: ``scene`` of 微信客服, followed by ``:`` and ``scene_param`` if there is one (2.7).
    KF_SCENE = "kf_scene"
    #: ``chat_id`` of a customer group.
    GROUP = "group"
    #: Channel column of an imported file.
    IMPORT = "import"
    #: Channel field of an API call.
    API = "api"


class Match(StrEnum):
    """How a rule compares: the whole word, its beginning, or anything at all."""

    EXACT = "exact"
    PREFIX = "prefix"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class AttributionRule:
    """Words of ``origin`` that match ``pattern`` (case ignored) mean ``channel``."""

    origin: Origin
    match: Match
    channel: str
    pattern: str = ""

    def fits(self, origin: Origin, raw: str) -> bool:
        """Tell whether the rule speaks about ``raw``."""
        if origin is not self.origin:
            return False
        word, pattern = raw.casefold(), self.pattern.casefold()
        if self.match is Match.EXACT:
            return word == pattern
        return self.match is Match.ANY or word.startswith(pattern)


@dataclass(frozen=True, slots=True)
class Attribution:
    """All rules, first match wins; ``fallback`` is the channel when none speaks."""

    rules: tuple[AttributionRule, ...]
    fallback: str

    def channel_of(self, origin: Origin, raw: str) -> str:
        """Return the channel that ``raw`` stands for; blanks around it do not count."""
        word = raw.strip()
        for rule in self.rules:
            if rule.fits(origin, word):
                return rule.channel
        return self.fallback

    def touch(self, origin: Origin, raw: str, at: datetime) -> Touch:
        """Return the touch of a contact that happened ``at`` (event time)."""
        return Touch(self.channel_of(origin, raw), raw.strip(), at)


def _order(touch: Touch) -> tuple[datetime, str, str]:
    return (touch.at, touch.channel, touch.state)


def first_of(left: Touch | None, right: Touch | None) -> Touch | None:
    """Return the earlier touch by event time; the same whatever order they arrive in."""
    found = [touch for touch in (left, right) if touch is not None]
    return min(found, key=_order) if found else None


def last_of(left: Touch | None, right: Touch | None) -> Touch | None:
    """Return the later touch by event time; the same whatever order they arrive in."""
    found = [touch for touch in (left, right) if touch is not None]
    return max(found, key=_order) if found else None
