import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.load import load_catalog
from config.problems import ConfigError
from config.texts import SHIPPED, load_texts
from domain.catalog import Catalog
from domain.channels.attribution import Origin
from domain.events.event import Event
from domain.facts import facts_of_lead
from domain.lead import Stage, Status, Touch
from domain.lifecycle.transitions import SYSTEM, Actor, Decided
from domain.pools.pool import Member, PoolKind
from domain.scoring.history import Subject
from domain.scoring.initial import start_of
from domain.scoring.score import Scored, score
from domain.values import Role, UserId
from tests.factories import NOW, event, lead, person

TEXTS = load_texts()
REP = Actor(frozenset({Role.REP}), UserId("LiLei"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(TEXTS)


# ------------------------------------------------------------- the shipped tables


@pytest.mark.parametrize(
    ("origin", "raw", "channel"),
    [
        (Origin.WECOM_STATE, "expo2026_b7", "expo"),
        (Origin.WECOM_STATE, "", "wecom"),
        (Origin.KF_SCENE, "web:footer", "web_chat"),
        (Origin.KF_SCENE, "", "kf"),
        (Origin.MP_SCENE, "", "mp"),
        (Origin.GROUP, "wrExample", "group"),
        (Origin.IMPORT, "google", "sem"),
        (Origin.IMPORT, "", "unknown"),
    ],
)
def test_contacts_find_their_channel(
    catalog: Catalog, origin: Origin, raw: str, channel: str
) -> None:
    assert catalog.attribution.channel_of(origin, raw) == channel


def scored(catalog: Catalog, channel: str, kinds: list[str], **facts: str | bool) -> Scored:
    events: list[Event] = [event(kind) for kind in kinds]
    start = start_of(Touch(channel, "", NOW), catalog.rules.points)
    return score(Subject(facts, events, NOW, start), catalog.rules.whole, NOW)


@pytest.mark.parametrize(
    ("channel", "kinds", "facts", "is_mature"),
    [
        ("expo", ["contact_added"], {"is_wecom_friend": True}, False),
        ("kf", ["kf_entered", "kf_message", "intent_price"], {}, False),
        (
            "kf",
            ["kf_entered", "kf_message", "intent_price", "phone_given"],
            {"has_phone": True},
            True,
        ),
        ("group", ["group_joined"], {}, False),
        (
            "kf",
            ["kf_message", "phone_given", "intent_opt_out"],
            {"has_phone": True, "is_opted_out": True},
            False,
        ),
    ],
)
def test_a_phone_and_a_question_ripen_a_lead_and_a_contact_alone_does_not(
    catalog: Catalog, channel: str, kinds: list[str], facts: dict[str, bool], is_mature: bool
) -> None:
    assert scored(catalog, channel, kinds, **facts).state.is_mature is is_mature


def test_a_lead_goes_its_way_from_capture_to_repurchase(catalog: Catalog) -> None:
    now_lead = lead(owner=UserId("LiLei"))
    way = [
        ("screen", SYSTEM, Stage.SCREENING, None),
        ("to_nurture_pool", SYSTEM, Stage.NURTURE_POOL, None),
        ("to_department_pool", SYSTEM, Stage.DEPARTMENT_POOL, None),
        ("assign", SYSTEM, Stage.FOLLOWING, Status.TO_FOLLOW),
        ("mark_contacting", REP, Stage.FOLLOWING, Status.CONTACTING),
        ("mark_clear", REP, Stage.FOLLOWING, Status.CLEAR),
        ("mark_payment_booked", REP, Stage.FOLLOWING, Status.PAYMENT_BOOKED),
        ("win", REP, Stage.FIRST_SALE, Status.WON),
        ("reopen", REP, Stage.FOLLOWING, Status.CLEAR),
        ("to_opportunity", REP, Stage.OPPORTUNITY, Status.CLEAR),
        ("win", REP, Stage.FIRST_SALE, Status.WON),
        ("start_service", REP, Stage.SERVICE, Status.WON),
        ("repurchase", SYSTEM, Stage.SERVICE, Status.WON),
        ("sink", SYSTEM, Stage.DORMANT, None),
        ("recall", SYSTEM, Stage.DEPARTMENT_POOL, None),
    ]
    for name, actor, stage, status in way:
        done = catalog.lifecycle.decide(now_lead, name, actor)
        assert isinstance(done, Decided), (name, done)
        now_lead = done.lead
        assert (now_lead.stage, now_lead.status) == (stage, status)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_can_be_set_while_following(catalog: Catalog, status: Status) -> None:
    followed = lead(stage=Stage.FOLLOWING, status=None, owner=UserId("LiLei"))
    name = catalog.lifecycle.leading_to(followed, status)
    reason = "rep_said" if status is Status.INVALID else ""
    done = catalog.lifecycle.decide(followed, name, REP, reason)
    assert isinstance(done, Decided)
    assert done.lead.status is status


def test_every_lead_finds_a_pool_and_a_next_step(catalog: Catalog) -> None:
    for stage in Stage:
        for status in (None, *Status):
            facts = facts_of_lead(person(), lead(stage=stage, status=status))
            step = catalog.sop.next_for(facts)
            assert f"words.{step.code}" in TEXTS
    assert catalog.pools.route(PoolKind.DEPARTMENT, {}).code == "sales"
    assert catalog.pools.route(PoolKind.NURTURE, {}).code == "nurture"


def test_holidays_and_made_up_workdays_are_kept(catalog: Catalog) -> None:
    new_year = NOW.replace(month=1, day=1)
    assert not catalog.work.is_working(new_year)
    assert catalog.work.is_working(NOW)
    assert catalog.work.add(NOW, timedelta(minutes=30)) == NOW + timedelta(minutes=30)


def test_product_lines_come_from_channels_or_the_default(catalog: Catalog) -> None:
    assert catalog.product_line("expo") == catalog.product_line("nowhere") == "courses"
    assert load_catalog(TEXTS, default_line="math").product_line("expo") == "math"


def test_commands_and_welcomes_are_there(catalog: Catalog) -> None:
    assert catalog.commands.named("漏斗") is catalog.commands.commands["funnel"]
    assert "funnel" not in {c.name for c in catalog.commands.open_to([Role.REP])}
    assert "{rep}" in catalog.welcomes.for_channel("wecom", catalog.channels).text
    assert catalog.reminders.merge_for == timedelta(minutes=1)


def test_own_pools_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "pools.toml").write_text(
        """
        pool = [
            { code = "nurture", name = "预培育", kind = "nurture" },
            { code = "math", name = "数学部", kind = "department", departments = [2], members = [
                { userid = "LiLei", ratio = 2, daily_ceiling = 5 },
            ], when = [{ fact = "subject", value = "数学" }] },
            { code = "rest", name = "其余", kind = "department", rules = { accept_minutes = 5 } },
        ]
        """,
        encoding="utf-8",
    )
    pools = load_catalog(TEXTS, tmp_path).pools
    math = pools.route(PoolKind.DEPARTMENT, {"subject": "数学"})
    assert math.member("lilei") == Member(UserId("LiLei"), 2, 5)
    assert math.is_served_by("HanMeimei", 2)
    rest = pools.route(PoolKind.DEPARTMENT, {})
    assert rest.rules.accept_for == timedelta(minutes=5)


# ------------------------------------------------------------------ broken tables


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., dict[str, str]]:
    def load(file: str, *changes: tuple[str, str]) -> dict[str, str]:
        """Change a copy of a shipped table; return the codes of all problems by place."""
        shutil.copy(SHIPPED / file, tmp_path / file)
        content = (tmp_path / file).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in content
            content = content.replace(old, new, 1)
        (tmp_path / file).write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_catalog(load_texts(tmp_path), tmp_path)
        return {f"{p.place} {p.key}".strip(): p.code for p in caught.value.problems}

    return load


Broken = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        (
            "channels.toml",
            ('fallback = "unknown"', 'fallback = "unknwn"'),
            {"channels.toml fallback": "no_such_channel_but"},
        ),
        (
            "channels.toml",
            ('channel = "expo"', 'channel = "zzz"'),
            {"channels.toml attribution[0].channel": "no_such_channel"},
        ),
        (
            "channels.toml",
            ('parent = "paid"', 'parent = "piad"'),
            {"channels.toml sem": "rule.unknown_parent"},
        ),
        (
            "channels.toml",
            ("points = 9", "points = 90"),
            {"channels.toml channel[20]": "points_beyond_ten"},
        ),
        (
            "channels.toml",
            ('prefix = "expo"', 'prefix = "expo"\nword = "expo"'),
            {"channels.toml attribution[0]": "one_of_word_prefix_any"},
        ),
        (
            "welcome.toml",
            ('channels = ["expo"]', 'channels = ["expos"]'),
            {"welcome.toml channels": "no_such_channel_but"},
        ),
        (
            "welcome.toml",
            ('channels = ["expo"]', 'channels = ["expo"]\nlink_title = "x"'),
            {"welcome.toml welcome[1]": "link_needs_title_and_url"},
        ),
        (
            "events.toml",
            ('name = "contact_added_half"', 'name = "contact_added"'),
            {"events.toml contact_added": "rule.defined_twice"},
        ),
        (
            "events.toml",
            ('strength = "strong"', 'strength = "mighty"'),
            {"events.toml kind[0].strength": "not_a_choice"},
        ),
        (
            "scorecard.toml",
            ('kind = "contact_added"', 'kind = "contact_aded"'),
            {"scorecard.toml added_wecom": "no_such_kind_but"},
        ),
        (
            "scorecard.toml",
            ('fact = "amount"', 'fact = "price"'),
            {"scorecard.toml paid_large_order": "no_such_property"},
        ),
        (
            "scorecard.toml",
            ('fact = "city"', 'fact = "citi"'),
            {"scorecard.toml city_tier": "no_such_fact_but"},
        ),
        (
            "scorecard.toml",
            ('label = "长期没有互动"', 'label = "长期没有互动"\nkinds = ["zzz"]'),
            {"scorecard.toml silent": "no_such_kind"},
        ),
        (
            "scorecard.toml",
            ("{ half_life = 45 }", "{ half_life = 45, step = 3 }"),
            {"scorecard.toml initial.decay": "one_of_half_life_linear_step"},
        ),
        (
            "scorecard.toml",
            ("{ days = 14, points = -10 }", "{ days = 3, points = -10 }"),
            {"scorecard.toml absence[0]": "days_must_rise"},
        ),
        (
            "scorecard.toml",
            ('cases = [{ is = "known", points = 15 }]', 'cases = [{ is = ">=", points = 15 }]'),
            {"scorecard.toml static[3].cases[0]": "value_wanted"},
        ),
        (
            "scorecard.toml",
            ("value = 5000", 'value = "viel"'),
            {"scorecard.toml static[5].cases[0]": "number_wanted"},
        ),
        (
            "scorecard.toml",
            ('{ is = "known", points = 8 }', '{ is = "known", value = 3, points = 8 }'),
            {"scorecard.toml static[5].cases[1]": "value_not_wanted"},
        ),
        (
            "scorecard.toml",
            ("static_weight = 0.4", "static_weight = 0.5"),
            {"scorecard.toml mix": "rule.weights_must_add_up"},
        ),
        (
            "scorecard.toml",
            ('A1 = "strike"', 'A1 = "dance"'),
            {"texts.zh.toml advice.dance": "text_missing"},
        ),
        (
            "lifecycle.toml",
            ('name = "screen"', 'name = "check"'),
            {"lifecycle.toml screen": "transition_missing"},
        ),
        (
            "lifecycle.toml",
            ('by = ["system"]', 'by = ["computer"]'),
            {"lifecycle.toml transition[0].by[0]": "not_a_choice"},
        ),
        (
            "pools.toml",
            ('resets = ["first_contact"', 'resets = ["first_contct"'),
            {"pools.toml sales": "no_such_kind_but"},
        ),
        (
            "pools.toml",
            ('kind = "nurture"', 'kind = "department"'),
            {"pools.toml nurture": "rule.no_catch_all_pool"},
        ),
        (
            "worktime.toml",
            ("end = 18:00:00", "end = 08:00:00"),
            {"worktime.toml week.monday[0]": "shift_ends_too_early"},
        ),
        (
            "sop.toml",
            ('fact = "status"', 'fact = "statsu"'),
            {"sop.toml collect_payment": "no_such_fact_but"},
        ),
        (
            "sop.toml",
            ('code = "care"', 'code = "dance"'),
            {
                "texts.zh.toml next_step.dance": "text_missing",
                "texts.zh.toml words.dance": "text_missing",
            },
        ),
        (
            "commands.toml",
            ('words = ["画像"]', 'words = ["线索"]'),
            {"commands.toml portrait": "rule.word_taken"},
        ),
        ("commands.toml", ("[[command]]", "[[command]"), {"commands.toml": "not_toml"}),
        ("commands.toml", ('name = "help"', ""), {"commands.toml command[0].name": "key_missing"}),
    ],
)
def test_a_broken_table_is_named_with_file_key_and_reason(
    broken: Broken, file: str, change: tuple[str, str], expected: dict[str, str]
) -> None:
    assert broken(file, change) == expected


def test_all_files_are_read_before_anything_is_said(tmp_path: Path) -> None:
    (tmp_path / "pools.toml").write_text("pool = 1", encoding="utf-8")
    (tmp_path / "sop.toml").write_text("step = []", encoding="utf-8")
    (tmp_path / "events.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError) as caught:
        load_catalog(TEXTS, tmp_path)
    assert {p.place for p in caught.value.problems} == {"pools.toml", "sop.toml", "events.toml"}
    assert str(caught.value).startswith("配置有 3 处需要修改：")


def test_a_folder_without_tables_changes_nothing(tmp_path: Path, catalog: Catalog) -> None:
    assert load_catalog(TEXTS, tmp_path).events == catalog.events


def test_own_days_win_over_public_ones(tmp_path: Path) -> None:
    content = (SHIPPED / "worktime.toml").read_text(encoding="utf-8")
    content = content.replace("extra_holidays = []", f"extra_holidays = [{NOW.date()}]")
    content = content.replace("extra_workdays = []", "extra_workdays = [2026-01-01]")
    (tmp_path / "worktime.toml").write_text(content, encoding="utf-8")
    work = load_catalog(TEXTS, tmp_path).work
    assert not work.is_working(NOW)
    assert work.is_working(NOW.replace(month=1, day=1))
    (tmp_path / "worktime.toml").write_text(
        content.replace('holidays = "china"', 'holidays = "none"'), encoding="utf-8"
    )
    assert load_catalog(TEXTS, tmp_path).work.is_working(NOW.replace(month=1, day=2))
