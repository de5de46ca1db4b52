"""What Clew does about each fault: renews, repeats, rests, gives up visibly, or does not know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.simulator.faults import Fault, FaultKind
from bot.simulator.world.relations import Pair
from domain.messages import Endpoint, Push, Text, Welcome
from domain.values import Priority
from storage.outbox import OutboxState
from tests.acceptance.wire_ends import EXPO, REP, ZHANG_SAN, WireEnds, app, kf, official

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PENDING, SENT, FAILED = OutboxState.PENDING, OutboxState.SENT, OutboxState.FAILED
UNKNOWN, DROPPED = OutboxState.UNKNOWN, OutboxState.DROPPED
TEXT = Text("您好")
APP, KF, MP = "*/message/send", "*/kf/send_msg", "*/message/custom/send"
WELCOME = "*/send_welcome_msg"


@dataclass(frozen=True)
class Course:
    """How a push fares: its state and the calls made, at once and ``wait`` later, and what is read.

    ``tokens`` is how often a token was fetched in all.
    """

    fault: Fault
    first: OutboxState
    calls: int = 1
    wait: timedelta = 10 * SECOND
    last: OutboxState = SENT
    calls_later: int = 2
    read: int = 1
    tokens: int = 1


def code(errcode: int, path: str, times: int | None = 1) -> Fault:
    return Fault(FaultKind.ERRCODE, path, times, errcode=errcode)


def named(course: Course) -> str:
    fault = course.fault
    detail = {"errcode": "errcode", "http_error": "status"}.get(fault.kind)
    what = str(fault.value(detail)) if detail else fault.kind.value
    how_often = "always" if fault.times is None else "once"
    return f"{what}-{how_often}-{course.last}-after-{course.wait.total_seconds():.0f}s"


async def app_push(_clew: WireEnds) -> Push:
    return app(TEXT)


async def kf_push(clew: WireEnds) -> Push:
    await clew.sim.enter_kf(ZHANG_SAN)
    await clew.sim.say_kf(ZHANG_SAN, "多少钱")
    return kf(TEXT)


async def official_push(clew: WireEnds) -> Push:
    await clew.sim.follow(ZHANG_SAN)
    await clew.sim.say_mp(ZHANG_SAN, "多少钱")
    return official(TEXT)


async def welcome_push(clew: WireEnds) -> Push:
    await clew.sim.scan(ZHANG_SAN, EXPO)
    now, life = clew.clock.now(), timedelta(seconds=20)
    code = clew.sim.world.relations.welcome_codes.issue(Pair(REP, ZHANG_SAN), now, life)
    body = Welcome(code, TEXT.content)
    push = Push(Endpoint.WELCOME, "", ZHANG_SAN, body, "welcome", Priority.WELCOME)
    return replace(push, expires_at=now + life)


async def check(clew: WireEnds, course: Course, push: Push, window: str) -> None:
    """Send ``push`` while the fault holds and compare what happens with ``course``."""
    path = course.fault.path.removeprefix("*")
    clew.sim.faults.add(course.fault)
    await clew.send(push)
    assert (await clew.states(), len(clew.sim.calls(path))) == ({course.first: 1}, course.calls)
    await clew.later(course.wait)
    assert (await clew.states(), len(clew.sim.calls(path))) == (
        {course.last: 1},
        course.calls_later,
    )
    assert len(clew.shown(window)) == course.read
    fetched = clew.sim.calls("/gettoken") + clew.sim.calls("/stable_token")
    assert len(fetched) == course.tokens


APP_COURSES = [
    Course(Fault(FaultKind.SLOW, APP, seconds=0.2), SENT, calls_later=1),
    # Without effect; Clew cannot know that, and repeats what the platform recognises.
    Course(Fault(FaultKind.CUT, APP, seconds=0.05), PENDING),
    Course(Fault(FaultKind.HTTP_ERROR, APP, status=502), PENDING),
    Course(Fault(FaultKind.HTTP_ERROR, APP, status=504), PENDING),
    # With effect: repeated, and read once.
    Course(Fault(FaultKind.TRUNCATED, APP), PENDING),
    Course(Fault(FaultKind.LOST_ANSWER, APP), PENDING),
    # Repeated.
    Course(code(-1, APP), PENDING),
    Course(code(6000, APP), PENDING),
    Course(code(45033, APP), PENDING),
    # The token is renewed once, the call repeated once, at once.
    Course(code(40014, APP), SENT, calls=2, tokens=2),
    Course(code(42001, APP), SENT, calls=2, tokens=2),
    # A token that is refused even when fresh is the operator's: no loop.
    Course(code(40014, APP, None), PENDING, calls=2, last=PENDING, calls_later=2, read=0, tokens=2),
    # Rested: nothing is asked within the minute, the message leaves after it.
    Course(code(45009, APP), PENDING, wait=50 * SECOND, last=PENDING, calls_later=1, read=0),
    Course(code(45009, APP), PENDING, wait=70 * SECOND),
    # Kept for the operator.
    Course(code(60020, APP), PENDING, wait=30 * SECOND, last=PENDING, calls_later=1, read=0),
    Course(code(60020, APP), PENDING, wait=2 * MINUTE),
    Course(code(48002, APP), PENDING, wait=2 * MINUTE),
    # Silence is not to be noticed.
    Course(Fault(FaultKind.SILENT_DROP, APP, above=0), SENT, calls_later=1, read=0),
]


@pytest.mark.parametrize("course", APP_COURSES, ids=named)
async def test_a_message_to_a_member_fares_as_the_table_says(
    clew: WireEnds, course: Course
) -> None:
    await check(clew, course, await app_push(clew), f"app:{REP}")


KF_COURSES = [
    Course(Fault(FaultKind.CUT, KF, seconds=0.05), PENDING),
    Course(Fault(FaultKind.HTTP_ERROR, KF), PENDING),
    Course(Fault(FaultKind.LOST_ANSWER, KF), PENDING),
    Course(Fault(FaultKind.TRUNCATED, KF), PENDING),
    Course(code(-1, KF), PENDING),
    Course(code(42001, KF), SENT, calls=2, tokens=2),
    Course(code(95001, KF), FAILED, last=FAILED, calls_later=1, read=0),
    Course(code(95002, KF), FAILED, last=FAILED, calls_later=1, read=0),
]


@pytest.mark.parametrize("course", KF_COURSES, ids=named)
async def test_a_message_to_a_customer_fares_as_the_table_says(
    clew: WireEnds, course: Course
) -> None:
    await check(clew, course, await kf_push(clew), f"kf:{ZHANG_SAN}")


MP_COURSES = [
    # Nothing makes a repetition recognisable: never repeated, shown as unknown.
    Course(Fault(FaultKind.CUT, MP, seconds=0.05), UNKNOWN, last=UNKNOWN, calls_later=1, read=0),
    Course(Fault(FaultKind.LOST_ANSWER, MP), UNKNOWN, last=UNKNOWN, calls_later=1),
    Course(Fault(FaultKind.TRUNCATED, MP), UNKNOWN, last=UNKNOWN, calls_later=1),
    Course(Fault(FaultKind.HTTP_ERROR, MP), UNKNOWN, last=UNKNOWN, calls_later=1, read=0),
    Course(code(-1, MP), UNKNOWN, last=UNKNOWN, calls_later=1, read=0),
    # Answers.
    Course(code(40001, MP), SENT, calls=2, tokens=2),
    Course(code(42001, MP), SENT, calls=2, tokens=2),
    Course(code(45015, MP), FAILED, last=FAILED, calls_later=1, read=0),
    Course(code(45047, MP), FAILED, last=FAILED, calls_later=1, read=0),
    Course(code(45011, MP), PENDING, wait=70 * SECOND),
    Course(code(45009, MP), PENDING, wait=10 * HOUR, last=PENDING, calls_later=1, read=0),
    # By then the token has come to its end as well.
    Course(code(45009, MP), PENDING, wait=15 * HOUR, tokens=2),
    Course(code(40164, MP), PENDING, wait=2 * MINUTE),
]


@pytest.mark.parametrize("course", MP_COURSES, ids=named)
async def test_a_message_of_the_official_account_fares_as_the_table_says(
    clew: WireEnds, course: Course
) -> None:
    push = await official_push(clew)
    await check(clew, course, push, f"mp:{ZHANG_SAN}")


WELCOME_COURSES = [
    Course(code(41050, WELCOME), DROPPED, last=DROPPED, calls_later=1, read=0),
    Course(code(41051, WELCOME), DROPPED, last=DROPPED, calls_later=1, read=0),
    # Repeated while the code lives.
    Course(code(-1, WELCOME), PENDING),
    Course(Fault(FaultKind.CUT, WELCOME, seconds=0.05), PENDING),
    # The code was used by the call whose answer is lost: nobody knows.
    Course(Fault(FaultKind.LOST_ANSWER, WELCOME), PENDING, last=UNKNOWN),
]


@pytest.mark.parametrize("course", WELCOME_COURSES, ids=named)
async def test_a_welcome_fares_as_the_table_says(clew: WireEnds, course: Course) -> None:
    await check(clew, course, await welcome_push(clew), f"friend:{ZHANG_SAN}:{REP}")


@pytest.mark.parametrize(
    ("prepare", "errcode", "path", "words"),
    [
        (kf_push, 95001, KF, "kf_count_used: wait_for_customer"),
        (kf_push, 95002, KF, "kf_window_over: wait_for_customer"),
        (official_push, 45015, MP, "official_window_over: wait_for_customer"),
        (official_push, 45047, MP, "official_quota_used: wait_for_customer"),
    ],
)
async def test_what_waits_for_the_customer_says_so_to_the_operator(
    clew: WireEnds,
    prepare: Callable[[WireEnds], Awaitable[Push]],
    errcode: int,
    path: str,
    words: str,
) -> None:
    push = await prepare(clew)
    clew.sim.faults.add(code(errcode, path))
    await clew.send(push)
    (entry,) = await clew.outbox.list(FAILED, 10)
    assert entry.error.startswith(words)


async def test_a_platform_that_stays_busy_is_asked_four_times_and_given_up_visibly(
    clew: WireEnds,
) -> None:
    clew.sim.faults.add(code(-1, APP, None))
    await clew.send(app(TEXT))
    for _ in range(10):
        await clew.later(5 * MINUTE)
    assert len(clew.sim.calls("/message/send")) == 4
    assert set(await clew.states()) <= {FAILED, UNKNOWN}
