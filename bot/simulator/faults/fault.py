"""What may go wrong, and which calls or callbacks it is to strike."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

AwareMoment = Annotated[datetime, Meta(tz=True)]


class FaultKind(StrEnum):
    """What goes wrong."""

    #: The call takes ``seconds`` longer, then goes on as usual.
    SLOW = "slow"
    #: The connection closes after ``seconds`` without an answer and without any effect.
    CUT = "cut"
    #: HTTP ``status`` with a gateway's HTML page, without any effect.
    HTTP_ERROR = "http_error"
    #: HTTP 200 with ``errcode``; the code's own consequences follow (a token dies).
    ERRCODE = "errcode"
    #: The call takes effect, its JSON breaks off half way.
    TRUNCATED = "truncated"
    #: The call takes effect, the connection closes without an answer.
    LOST_ANSWER = "lost_answer"
    #: The message is accepted; beyond ``above`` a minute its receiver sees nothing.
    SILENT_DROP = "silent_drop"
    #: The callback is delivered ``copies`` times.
    CALLBACK_DOUBLED = "callback_doubled"
    #: The callback leaves ``seconds`` late.
    CALLBACK_DELAYED = "callback_delayed"
    #: The callback is held until ``copies`` later ones have left, at most ``seconds``.
    CALLBACK_OVERTAKEN = "callback_overtaken"
    #: The callback waits until ``copies`` are together, at most ``seconds``; all leave at once.
    CALLBACK_PARALLEL = "callback_parallel"

    @property
    def is_of_callbacks(self) -> bool:
        """Tell whether it strikes callbacks instead of API calls."""
        return self.value.startswith("callback_")


#: The fields that say something for a kind, with what they are when left out.
#: Seconds are real seconds.
DEFAULTS: dict[FaultKind, dict[str, float | int]] = {
    FaultKind.SLOW: {"seconds": 3.0},
    FaultKind.CUT: {"seconds": 5.0},
    FaultKind.HTTP_ERROR: {"status": 502},
    FaultKind.ERRCODE: {"errcode": -1},
    FaultKind.TRUNCATED: {},
    FaultKind.LOST_ANSWER: {},
    FaultKind.SILENT_DROP: {"above": 30},
    FaultKind.CALLBACK_DOUBLED: {"copies": 2},
    FaultKind.CALLBACK_DELAYED: {"seconds": 5.0},
    FaultKind.CALLBACK_OVERTAKEN: {"copies": 1, "seconds": 2.0},
    FaultKind.CALLBACK_PARALLEL: {"copies": 8, "seconds": 2.0},
}


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault and what it strikes: all that is said here must hold.

    ``path`` is a glob over the endpoint (``*/message/send``), for callbacks over the
    name in the log (``change_external_contact.*``, ``text``). ``account`` is a corpid,
    agentid, open_kfid, aibotid, appid or gh_ id, ``receiver`` a userid, external_userid or
    openid (for callbacks: whoever it names). ``start``/``until`` are moments of the
    stand-in's clock.

    Of what matches, the first ``after`` pass; then every ``every``-th is struck, with
    ``probability``, until ``times`` were. ``times`` left out is once, or without end
    (None) when ``every``, ``probability`` or ``until`` says how often.
    """

    kind: FaultKind
    path: str = "*"
    times: Annotated[int, Meta(ge=1)] | UnsetType | None = UNSET
    after: Annotated[int, Meta(ge=0)] = 0
    seconds: Annotated[float, Meta(ge=0, le=600)] | UnsetType = UNSET
    status: Annotated[int, Meta(ge=500, le=599)] | UnsetType = UNSET
    errcode: int | UnsetType = UNSET
    above: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    copies: Annotated[int, Meta(ge=1, le=100)] | UnsetType = UNSET
    account: str = ""
    receiver: str = ""
    every: Annotated[int, Meta(ge=1)] = 1
    probability: Annotated[float, Meta(gt=0, le=1)] = 1.0
    start: AwareMoment | None = msgspec.field(default=None, name="from")
    until: AwareMoment | None = None
    #: What a person calls it; says nothing to the stand-in.
    label: Annotated[str, Meta(max_length=40)] = ""

    @property
    def limit(self) -> int | None:
        """How many are struck at most; None = no end."""
        if self.times is not UNSET:
            return self.times
        is_bounded = self.every > 1 or self.probability < 1 or self.until is not None
        return None if is_bounded else 1

    def value(self, name: str) -> float:
        """Return ``seconds``, ``status``, ``errcode``, ``above`` or ``copies``, or its default."""
        given: float | UnsetType = getattr(self, name)
        return DEFAULTS[self.kind][name] if given is UNSET else given


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole set of faults; the same ``seed`` strikes the same of the same calls again."""

    rules: list[Fault]
    seed: int = 0
