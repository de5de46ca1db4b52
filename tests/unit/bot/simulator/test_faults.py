"""Which calls a fault spoils."""

from __future__ import annotations

from bot.simulator.faults import Fault, FaultKind, Faults

SEND = "/cgi-bin/message/send"


def test_fault_lets_some_through_then_spoils_some_then_ends() -> None:
    fault = Fault(FaultKind.SLOW, "*/message/*", times=2, after=1)
    assert [fault.takes(SEND) for _ in range(4)] == [False, True, True, False]


def test_fault_without_end_spoils_every_call_of_its_path_only() -> None:
    fault = Fault(FaultKind.SLOW, SEND, times=None)
    assert [fault.takes(path) for path in (SEND, "/cgi-bin/user/get", SEND)] == [True, False, True]


def test_faults_are_counted_apart_and_cleared_together() -> None:
    faults = Faults()
    faults.add(Fault(FaultKind.SLOW))
    faults.add(Fault(FaultKind.ERRCODE, after=1))
    assert [fault.kind for fault in faults.hits(SEND)] == [FaultKind.SLOW]
    assert [fault.kind for fault in faults.hits(SEND)] == [FaultKind.ERRCODE]
    faults.add(Fault(FaultKind.SLOW, times=None))
    faults.clear()
    assert faults.hits(SEND) == []
