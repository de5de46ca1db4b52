from datetime import timedelta

import pytest

from domain.condition import Fact
from domain.events.event import Event
from domain.events.registry import EventKind, EventRegistry, EventSource, Strength
from domain.followup.next_step import Step
from domain.lead import Stage, Status, Touch
from domain.person import Identity, InformationLevel, Learner, Person, Source
from domain.portrait import (
    BEHAVIOUR_FACTS,
    CARD_ROWS,
    Part,
    PartKind,
    Portrait,
    Row,
    Sitter,
    behaviour_facts,
    card_rows,
    information_level,
    portray,
)
from domain.scoring.history import Subject
from domain.scoring.initial import ChannelStart
from domain.scoring.score import score
from domain.values import ContactKey, IdentityKind
from tests.factories import NOW, attribute, event, lead, person
from tests.unit.domain.scoring.cards import card


def kind(name: str, *, is_interaction: bool = True) -> EventKind:
    return EventKind(name, name, Strength.STRONG, EventSource.CHAT, is_interaction, {})


REGISTRY = EventRegistry.of(
    [kind("intent_price"), kind("view_page"), kind("assigned", is_interaction=False)]
)
CALL = Step("call", (), timedelta(hours=1))
PHONE = Identity(
    ContactKey(IdentityKind.PHONE, "+8613712345678"),
    is_verified=False,
    source=Source.TEXT,
    since=NOW,
)
KNOWN = person(
    attributes={
        "city": attribute("上海"),
        "subject": attribute("数学"),
        "company": attribute("纷扬科技"),
    },
    identities=(PHONE,),
    learners=(Learner("小明", "五年级"),),
)
EVENTS = (
    event("assigned", event_at=NOW + timedelta(hours=3)),
    event("view_page", event_at=NOW + timedelta(hours=2)),
    event("intent_price", event_at=NOW),
)
FOLLOWED = lead(
    stage=Stage.FOLLOWING, status=Status.CONTACTING, first_touch=Touch("private", "qr", NOW)
)


def portrait(*, sitter: Person = KNOWN, may_see_phone: bool = False) -> Portrait:
    subject = Subject({"city": "上海"}, EVENTS, NOW, ChannelStart("private", 5, NOW))
    scored = score(subject, card(), NOW + timedelta(hours=4))
    about = Sitter(sitter, FOLLOWED, EVENTS)
    return portray(about, scored, CALL, REGISTRY, may_see_phone=may_see_phone)


def test_tells_who_where_and_what_next() -> None:
    found = portrait()
    assert (found.name, found.company, found.channel) == ("张三", "纷扬科技", "private")
    assert found.level is InformationLevel.PORTRAYED
    assert found.standing.cell == "B2"
    assert found.standing.reasons[0].rule == "city"
    assert (found.intention.intent, found.intention.intent_at) == ("price", NOW)
    assert [e.kind for e in found.interactions] == ["view_page", "intent_price"]
    assert dict(found.preferences) == {"subject": "数学", "city": "上海"}
    assert found.learners == (Learner("小明", "五年级"),)
    assert found.next_step is CALL


def test_hides_the_phone_until_it_may_be_seen() -> None:
    assert portrait().phone == "137****5678"
    assert portrait(may_see_phone=True).phone == "13712345678"


def test_a_card_shows_six_rows_of_codes_and_values() -> None:
    rows = card_rows(portrait())
    assert [row.code for row in rows] == [
        "contact",
        "score",
        "reasons",
        "intention",
        "last",
        "preference",
    ]
    assert len(rows) == CARD_ROWS
    assert rows[0] == Row("contact", (Part(PartKind.TEXT, "137****5678"), _text("纷扬科技")))
    assert rows[2].parts[:4] == (
        _text("城市"),
        Part(PartKind.POINTS, 60),
        Part(PartKind.CHANNEL, "private"),
        Part(PartKind.POINTS, 50),
    )
    assert rows[3].parts == (
        Part(PartKind.STATUS, "contacting"),
        Part(PartKind.EVENT, "intent_price"),
    )
    assert rows[4].parts == (
        Part(PartKind.EVENT, "view_page"),
        Part(PartKind.MOMENT, NOW + timedelta(hours=2)),
    )


def test_rows_without_anything_leave_room_for_others() -> None:
    stranger = Sitter(person(identities=()), lead(first_touch=Touch("private", "", NOW)), ())
    scored = score(Subject({}, (), NOW), card(), NOW)
    rows = card_rows(portray(stranger, scored, CALL, REGISTRY, may_see_phone=True))
    assert [row.code for row in rows] == ["score", "reasons", "intention", "channel"]
    assert rows[2].parts == (Part(PartKind.STAGE, "generated"),)


def test_a_lead_without_channel_and_events_has_fewer_rows() -> None:
    stranger = Sitter(person(identities=()), lead(), ())
    scored = score(Subject({"city": "x", "has_phone": True}, (), NOW), card(), NOW)
    rows = card_rows(portray(stranger, scored, CALL, REGISTRY, may_see_phone=True))
    assert [row.code for row in rows] == ["score", "reasons", "intention"]


def test_the_information_level_grows_with_what_is_known() -> None:
    named = person(attributes={"name": attribute("张三")})
    assert information_level(named, EVENTS) is InformationLevel.MARKED
    assert information_level(KNOWN, ()) is InformationLevel.FEATURED
    assert information_level(KNOWN, EVENTS) is InformationLevel.PORTRAYED


@pytest.mark.parametrize(
    ("known", "events", "facts"),
    [
        (person(), (), {"information_level": "marked"}),
        (KNOWN, (), {"information_level": "featured"}),
        (KNOWN, EVENTS, {"information_level": "portrayed", "intent": "price"}),
    ],
    ids=["marked", "featured", "portrayed"],
)
def test_events_tell_the_last_intent_and_how_much_is_known(
    known: Person, events: tuple[Event, ...], facts: dict[str, Fact]
) -> None:
    assert behaviour_facts(known, events, REGISTRY) == facts
    assert facts.keys() <= BEHAVIOUR_FACTS


def _text(value: str) -> Part:
    return Part(PartKind.TEXT, value)
