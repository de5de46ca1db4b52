"""A vocabulary with awkward names, and random expressions that its check accepts."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from hypothesis import strategies as st

from domain.behaviour.syntax import (
    EVER,
    Age,
    Aggregate,
    Anchored,
    And,
    Arithmetic,
    Attribute,
    Between,
    Comparison,
    Done,
    Edge,
    End,
    EventPattern,
    Ever,
    Expression,
    Function,
    Known,
    Last,
    Literal,
    Member,
    Not,
    NotFollowed,
    Operator,
    Or,
    Preference,
    Property,
    Relation,
    Sequence,
    Side,
    Tag,
    Unit,
    Window,
)
from domain.behaviour.vocabulary import Term, ValueType, Vocabulary, as_typed, type_of_property
from domain.events.registry import (
    EventKind,
    EventRegistry,
    EventSource,
    PropertySpec,
    PropertyType,
    Strength,
)
from domain.values import BUSINESS_ZONE


def _kind(name: str, label: str, *specs: PropertySpec, is_interaction: bool = True) -> EventKind:
    properties = MappingProxyType({spec.name: spec for spec in specs})
    return EventKind(name, label, Strength.MEDIUM, EventSource.PRODUCT, is_interaction, properties)


_TEXT, _NUMBER, _FLAG = PropertyType.TEXT, PropertyType.NUMBER, PropertyType.FLAG

KINDS = (
    _kind(
        "pay_order",
        "支付订单",
        PropertySpec("amount", "金额", _NUMBER),
        PropertySpec("category", "类别", _TEXT),
        PropertySpec("is_first", "首单", _FLAG),
        PropertySpec("due_at", "交付时间", PropertyType.MOMENT),
        PropertySpec("gifts", "赠品", PropertyType.LIST),
    ),
    _kind(
        "view_page",
        "浏览页面",
        PropertySpec("category", "类别", _TEXT),
        PropertySpec("seconds", "停留 秒数", _NUMBER),
    ),
    # Names that are words of the language, or begin like one.
    _kind("count", "从3月起", PropertySpec("按", "且", _TEXT), PropertySpec("not", "7天", _NUMBER)),
    _kind("any", "是且否", PropertySpec("true", "真", _FLAG), is_interaction=False),
    _kind("$AppStart", "最近一次"),
    _kind("标签", "按摩预约", PropertySpec("last7", "last", _TEXT)),
)
ATTRIBUTES = (
    Term("city", "城市"),
    Term("budget", "预算", ValueType.NUMBER),
    Term("is_opted_out", "已退订", ValueType.FLAG),
    Term("born_at", "出生 日期", ValueType.MOMENT),
    Term("ever", "今天"),
    Term("半天", "最近七天"),
    Term("三天未登录", "七天无理由"),
    Term("不", "sum", ValueType.NUMBER),
)
TAGS = (
    Term("vip", "高价值"),
    Term("days_30", "30天活跃", ValueType.NUMBER),
    Term("favourites", "偏好", ValueType.TEXTS),
    Term("is_new", "新客", ValueType.FLAG),
    Term("paid_at", "首付时间", ValueType.MOMENT),
)
VOCABULARY = Vocabulary(EventRegistry.of(KINDS), ATTRIBUTES, TAGS)

_MOST_MINUTES = 3660 * 24 * 60
_BY_UNIT = {Unit.MINUTE: _MOST_MINUTES, Unit.HOUR: 3660 * 24, Unit.DAY: 3660}

numbers = st.one_of(
    st.integers(-1000, 1000).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
)
texts = st.text(max_size=8) | st.sampled_from(["数学", "it's", 'a "b"', "\\", "\n", "\u200b"])
_MINUTE, _DAY = 60_000_000, 24 * 60 * 60_000_000
_START = datetime(2000, 1, 1, tzinfo=BUSINESS_ZONE)
_microseconds = st.integers(-1_000_000 * _MINUTE, 10_000_000 * _MINUTE)
moments = st.one_of(_microseconds, st.integers(0, 40_000).map(lambda days: days * _DAY)).map(
    lambda microseconds: _START + timedelta(microseconds=microseconds)
)
lengths = st.one_of(
    st.integers(1, 48).map(lambda hours: timedelta(hours=hours)),
    st.integers(1, _MOST_MINUTES).map(lambda minutes: timedelta(minutes=minutes)),
)


@st.composite
def plain_windows(draw: st.DrawFn) -> Last | Between | Ever:
    unit = draw(st.sampled_from(Unit))
    last = st.integers(1, _BY_UNIT[unit]).map(lambda count: Last(count, unit))
    start = draw(moments)
    closed = lengths.map(lambda length: Between(start, start + length))
    opened = st.sampled_from([Between(start, None), Between(None, start), EVER])
    return draw(st.one_of(last, closed, opened))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Windows of all sorts, a few of them anchored at another event."""
    plain = draw(plain_windows())
    if draw(st.integers(0, 3)):
        return plain
    return Anchored(
        draw(st.sampled_from(End)),
        draw(patterns()),
        draw(lengths),
        draw(st.sampled_from(Side)),
        plain,
    )


def _names(kind: str | None, *types: ValueType) -> list[str]:
    specs = VOCABULARY.properties(kind).values()
    return [spec.name for spec in specs if type_of_property(spec) in types]


kinds = st.sampled_from([None, *(kind.name for kind in KINDS)])


@st.composite
def patterns(draw: st.DrawFn, *types: ValueType) -> EventPattern:
    """Events of a kind that has a property of one of ``types``, if any are asked for."""
    kind = draw(kinds.filter(lambda kind: not types or _names(kind, *types)))
    if not VOCABULARY.properties(kind) or draw(st.booleans()):
        return EventPattern(kind)
    return EventPattern(kind, draw(conditions(_leaves_of(kind), 2)))


def _leaves_of(kind: str | None) -> dict[ValueType, st.SearchStrategy[Expression]]:
    found = {}
    for type_ in (ValueType.NUMBER, ValueType.TEXT, ValueType.FLAG):
        names = _names(kind, type_)
        found[type_] = (st.sampled_from(names).map(Property) if names else st.nothing()) | (
            LITERALS[type_]
        )
    specs = VOCABULARY.properties(kind).values()
    lists = [as_typed(Property(one.name), one) for one in specs if one.type is PropertyType.LIST]
    if lists:
        found[ValueType.TEXTS] = st.sampled_from(lists)
    dates = [as_typed(Property(one.name), one) for one in specs if one.type is PropertyType.MOMENT]
    if dates:
        found[ValueType.FLAG] |= st.builds(
            Comparison,
            st.sampled_from([Relation.LESS, Relation.EQUAL]),
            st.sampled_from(dates),
            LITERALS[ValueType.MOMENT],
        )
    return found


LITERALS: dict[ValueType, st.SearchStrategy[Expression]] = {
    ValueType.NUMBER: numbers.map(Literal),
    ValueType.TEXT: texts.map(Literal),
    ValueType.FLAG: st.booleans().map(Literal),
    ValueType.MOMENT: moments.map(Literal),
}


@st.composite
def aggregates(draw: st.DrawFn) -> Expression:
    function = draw(st.sampled_from(Function))
    if function in (Function.COUNT, Function.DAYS):
        return Aggregate(function, draw(patterns()), None, draw(windows()))
    types = tuple(ValueType) if function is Function.DISTINCT else (ValueType.NUMBER,)
    events = draw(patterns(*types))
    name = draw(st.sampled_from(_names(events.kind, *types)))
    return Aggregate(function, events, name, draw(windows()))


@st.composite
def edges(draw: st.DrawFn, type_: ValueType) -> Expression:
    end = draw(st.sampled_from(End))
    if type_ is ValueType.MOMENT and draw(st.booleans()):
        return Edge(end, draw(patterns()), None, draw(windows()))
    events = draw(patterns(type_))
    name = draw(st.sampled_from(_names(events.kind, type_)))
    edge = Edge(end, events, name, draw(windows()))
    return as_typed(edge, VOCABULARY.properties(events.kind)[name])


@st.composite
def preferences(draw: st.DrawFn) -> Expression:
    events = draw(patterns(ValueType.TEXT))
    name = draw(st.sampled_from(_names(events.kind, ValueType.TEXT)))
    sums = _names(events.kind, ValueType.NUMBER)
    by = draw(st.sampled_from([None, *sums]))
    return Preference(events, name, draw(st.integers(1, 5)), by, draw(windows()))


def _of_person(type_: ValueType) -> st.SearchStrategy[Expression]:
    attributes = [Attribute(term.name) for term in ATTRIBUTES if term.type is type_]
    tags = [Tag(term.name) for term in TAGS if term.type is type_]
    found: st.SearchStrategy[Expression] = st.sampled_from([*attributes, *tags])
    found |= edges(type_)
    if type_ is ValueType.TEXTS:
        found |= preferences()
    if type_ is not ValueType.TEXTS:
        found |= LITERALS[type_]
    if type_ is ValueType.NUMBER:
        found |= aggregates()
    return found


LEAVES = {type_: st.deferred(lambda type_=type_: _of_person(type_)) for type_ in ValueType}


@st.composite
def valued(
    draw: st.DrawFn,
    leaves: dict[ValueType, st.SearchStrategy[Expression]],
    type_: ValueType,
    depth: int,
) -> Expression:
    if type_ is not ValueType.NUMBER or depth == 0 or draw(st.booleans()):
        return draw(leaves[type_])
    if ValueType.MOMENT in leaves and draw(st.booleans()):
        return Age(draw(leaves[ValueType.MOMENT]), draw(st.sampled_from(Unit)))
    operand = valued(leaves, type_, depth - 1)
    return Arithmetic(draw(st.sampled_from(Operator)), draw(operand), draw(operand))


@st.composite
def conditions(
    draw: st.DrawFn, leaves: dict[ValueType, st.SearchStrategy[Expression]], depth: int
) -> Expression:
    inner = conditions(leaves, depth - 1) if depth else st.nothing()
    if depth and draw(st.booleans()):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return draw(several.map(And) | several.map(Or) | inner.map(Not))
    is_of_person = ValueType.MOMENT in leaves
    type_ = draw(st.sampled_from([t for t in leaves if t is not ValueType.TEXTS]))
    value = draw(valued(leaves, type_, depth))
    made = [known(value), comparisons(value, valued(leaves, type_, depth), type_)]
    if type_ is ValueType.FLAG:
        made.append(st.just(value))
    options = st.lists(LITERALS[type_], min_size=1, max_size=3).map(tuple)
    made.append(options.map(lambda found: Member(value, found)))
    if ValueType.TEXTS in leaves:
        made.append(contained(leaves))
    if is_of_person:
        made.append(on_events())
    return draw(st.one_of(made))


def known(value: Expression) -> st.SearchStrategy[Expression]:
    return st.just(Known(value))


@st.composite
def comparisons(
    draw: st.DrawFn, left: Expression, others: st.SearchStrategy[Expression], type_: ValueType
) -> Expression:
    relations = {Relation.EQUAL, Relation.NOT_EQUAL}
    if type_ in (ValueType.NUMBER, ValueType.MOMENT):
        relations = set(Relation) - {Relation.CONTAINS}
    elif type_ is ValueType.TEXT:
        relations |= {Relation.CONTAINS}
    relation = draw(st.sampled_from(sorted(relations)))
    return Comparison(relation, left, draw(others))


@st.composite
def contained(
    draw: st.DrawFn, leaves: dict[ValueType, st.SearchStrategy[Expression]]
) -> Expression:
    found = Comparison(Relation.CONTAINS, draw(leaves[ValueType.TEXTS]), Literal(draw(texts)))
    return draw(st.sampled_from([found, Not(found)]))


@st.composite
def on_events(draw: st.DrawFn) -> Expression:
    window = draw(windows())
    done = patterns().map(lambda events: Done(events, window))
    steps = st.lists(patterns(), min_size=2, max_size=3).map(tuple)
    within = draw(lengths | st.none())
    sequence = steps.map(lambda found: Sequence(found, within, window))
    pair = st.tuples(patterns(), patterns(), lengths)
    followed = pair.map(lambda found: NotFollowed(*found, window))
    return draw(st.one_of(done, sequence, followed))


#: Conditions and values about a person, all of them accepted by the check of ``VOCABULARY``.
expressions = st.one_of(conditions(LEAVES, 3), *(valued(LEAVES, type_, 2) for type_ in ValueType))
