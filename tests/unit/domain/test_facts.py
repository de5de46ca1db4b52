from domain.facts import LEAD_FACTS, PERSON_FACTS, facts_of, facts_of_lead
from domain.lead import ScoreState, Stage, Status, Touch
from domain.person import Identity, Learner, Relation, RelationState, Source
from domain.values import ContactKey, Grade, IdentityKind, UserId
from tests.factories import NOW, attribute, lead, person


def test_reads_attributes_identities_and_relations() -> None:
    known = person(
        attributes={"city": attribute("上海"), "budget": attribute("6000")},
        identities=(
            Identity(
                ContactKey(IdentityKind.PHONE, "+8613700000000"),
                is_verified=False,
                source=Source.TEXT,
                since=NOW,
            ),
        ),
        relations=(Relation(UserId("LiLei"), RelationState.FRIEND, NOW, NOW),),
        opted_out_at=NOW,
    )
    assert facts_of(known) == {
        "city": "上海",
        "budget": "6000",
        "has_phone": True,
        "has_wechat": False,
        "has_email": False,
        "is_verified": False,
        "is_wecom_friend": True,
        "is_opted_out": True,
        "learners": 0.0,
    }


def test_the_first_learner_fills_what_the_person_does_not_say() -> None:
    known = person(
        learners=(Learner("小明", "五年级", 11, "数学"), Learner("小红", "二年级")),
        attributes={"subject": attribute("英语")},
    )
    facts = facts_of(known)
    assert (facts["child_grade"], facts["subject"], facts["age"]) == ("五年级", "英语", 11)
    assert facts["learners"] == 2


def test_a_learner_without_an_age_has_none() -> None:
    assert "age" not in facts_of(person(learners=(Learner("小明", "五年级"),)))


def test_names_every_derived_fact() -> None:
    assert facts_of(person()).keys() == PERSON_FACTS


def test_adds_what_the_lead_knows() -> None:
    known = lead(
        stage=Stage.FOLLOWING,
        status=Status.CLEAR,
        first_touch=Touch("douyin", "a", NOW),
        last_touch=Touch("private", "b", NOW),
        score=ScoreState(composite=61.0, level=2, grade=Grade.B, is_mature=True),
    )
    facts = facts_of_lead(person(), known)
    assert facts.keys() == PERSON_FACTS | LEAD_FACTS
    assert (facts["stage"], facts["status"], facts["grade"]) == ("following", "clear", "B")
    assert (facts["channel"], facts["last_channel"]) == ("douyin", "private")
    assert (facts["level"], facts["composite"], facts["is_mature"]) == (2, 61, True)


def test_a_lead_without_touch_and_status_has_them_empty() -> None:
    facts = facts_of_lead(person(), lead())
    assert (facts["status"], facts["channel"], facts["last_channel"]) == ("", "", "")
