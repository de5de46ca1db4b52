"""What goes wrong at the platform while the service is being killed."""

from __future__ import annotations

from collections.abc import Iterable

from bot.simulator.faults.fault import Fault, FaultKind, Profile
from bot.simulator.faults.rule import Rule

#: Kinds after which a caller cannot know whether its call took effect.
_LEAVE_DOUBT = frozenset(
    {FaultKind.CUT, FaultKind.HTTP_ERROR, FaultKind.LOST_ANSWER, FaultKind.TRUNCATED}
)


def bad_weather(seed: int) -> Profile:
    """Return faults of every kind, each rare enough that the service gets its work done.

    No rule closes the door for good: what an operator would have to repair
    (60020, a wrong secret) is another test.
    """
    calls = "*/cgi-bin/*"
    return Profile(
        seed=seed,
        rules=[
            Fault(FaultKind.SLOW, calls, seconds=0.5, probability=0.05),
            Fault(FaultKind.CUT, calls, seconds=0.2, probability=0.01),
            Fault(FaultKind.HTTP_ERROR, calls, status=502, probability=0.02),
            Fault(FaultKind.TRUNCATED, calls, probability=0.01),
            Fault(FaultKind.LOST_ANSWER, calls, probability=0.02),
            Fault(FaultKind.ERRCODE, calls, errcode=-1, probability=0.02),
            Fault(FaultKind.ERRCODE, calls, errcode=6000, probability=0.01),
            # A token dies a few times an hour: Clew asks for no more than that by force.
            Fault(FaultKind.ERRCODE, calls, errcode=42001, probability=0.001),
            Fault(FaultKind.ERRCODE, calls, errcode=40014, probability=0.001),
            Fault(FaultKind.ERRCODE, "*/message/send", errcode=45009, probability=0.002),
            Fault(FaultKind.CALLBACK_DOUBLED, copies=2, probability=0.1),
            Fault(FaultKind.CALLBACK_DELAYED, seconds=1.0, probability=0.05),
            Fault(FaultKind.CALLBACK_OVERTAKEN, copies=3, seconds=1.0, probability=0.1),
            Fault(FaultKind.CALLBACK_PARALLEL, copies=4, seconds=1.0, probability=0.1),
        ],
    )


def doubts(rules: Iterable[Rule]) -> int:
    """Return how many calls were struck so that nobody could know their outcome."""
    return sum(rule.struck for rule in rules if rule.fault.kind in _LEAVE_DOUBT)


def strikes(rules: Iterable[Rule]) -> dict[str, int]:
    """Return how often each kind struck; error codes by number."""
    found: dict[str, int] = {}
    for rule in rules:
        fault = rule.fault
        is_code = fault.kind is FaultKind.ERRCODE
        name = f"{fault.value('errcode'):.0f}" if is_code else fault.kind.value
        found[name] = found.get(name, 0) + rule.struck
    return found
