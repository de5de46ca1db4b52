"""How a tag is defined: one of five kinds, in the behaviour language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.behaviour.mentions import Mentions, mentions_of
from domain.behaviour.syntax import Age, Aggregate, Edge, Expression, Function, Preference, Unit
from domain.behaviour.walk import nodes_of
from domain.errors import RuleError
from domain.tags.order import in_order
from domain.tags.tagging import TagValue, name_of
from domain.values import Refusal

MOST_LAYERS = 24


class TagKind(StrEnum):
    """The five kinds (product section 8)."""

    #: Layers by rules, the first that holds gives the value.
    LAYERS = "layers"
    #: A number out of events: an aggregate, or arithmetic between aggregates.
    METRIC = "metric"
    #: The first or last event: how many days ago it was, or a property of it.
    EDGE = "edge"
    #: The values of a property that occur most often, or with the largest sum.
    PREFERENCE = "preference"
    #: On how many distinct days something was done.
    DAYS = "days"


class Theme(StrEnum):
    """Under which heading a tag is shown."""

    VALUE = "value"
    LIFECYCLE = "lifecycle"
    PREFERENCE = "preference"
    SOURCE = "source"
    MATURITY = "maturity"
    INDUSTRY = "industry"
    OTHER = "other"


class Refresh(StrEnum):
    """When a tag is computed: as events arrive, or once a day in the small hours."""

    LIVE = "live"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with the text it was written as; ``word`` names a layer."""

    text: str
    expression: Expression
    word: str = ""


@dataclass(frozen=True, slots=True)
class TagSpec:
    """One definition.

    ``formulas`` are the layers in order, else the one formula of the value.
    ``otherwise`` is the layer of whom no rule fits, empty for none at all.
    ``corp_group`` is the group of corp tags in WeCom that shows the tag, empty for none.
    """

    name: str
    kind: TagKind
    formulas: tuple[Formula, ...]
    theme: Theme = Theme.OTHER
    refresh: Refresh = Refresh.LIVE
    version: int = 1
    note: str = ""
    otherwise: str = ""
    unit: str = ""
    corp_group: str = ""

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Return the formulas as expressions, in order."""
        return tuple(formula.expression for formula in self.formulas)

    @property
    def mentions(self) -> Mentions:
        """Return what the formulas speak of."""
        return mentions_of(*self.expressions)

    def value(self, results: Sequence[TagValue | None]) -> TagValue | None:
        """Return the value of the tag, given those of its formulas in order; None for no tag."""
        if self.kind is TagKind.LAYERS:
            held = (f.word for f, r in zip(self.formulas, results, strict=True) if r is True)
            return next(held, self.otherwise) or None
        result = results[0]
        return None if result in ("", ()) else result


#: Which node the formula of a kind must be.
_NODES: Mapping[TagKind, tuple[type, ...]] = {
    TagKind.EDGE: (Edge, Age),
    TagKind.PREFERENCE: (Preference,),
    TagKind.DAYS: (Aggregate,),
}


def check_spec(spec: TagSpec) -> None:
    """Refuse a definition that its kind does not allow.

    Raises:
        RuleError: a bad name, too many or nameless layers, or a formula of another kind.
    """
    name = name_of(spec.name)
    if isinstance(name, Refusal):
        raise RuleError(spec.name, code=name.code, detail=name.detail)
    if name != spec.name:
        raise RuleError(spec.name, code="tag_name_unclean", detail=name)
    if spec.kind is TagKind.LAYERS:
        _check_layers(spec)
    elif len(spec.formulas) != 1:
        raise RuleError(spec.name, code="tag_needs_one_formula")
    else:
        _check_formula(spec, spec.formulas[0].expression)
    if spec.refresh is Refresh.LIVE and spec.kind is not TagKind.LAYERS and _flows(spec):
        raise RuleError(spec.name, code="tag_never_rests")
    if spec.corp_group and spec.kind in {TagKind.METRIC, TagKind.DAYS}:
        raise RuleError(spec.name, code="tag_number_in_wecom")


def _check_layers(spec: TagSpec) -> None:
    words = [formula.word for formula in spec.formulas]
    if not 1 <= len(words) <= MOST_LAYERS:
        raise RuleError(spec.name, code="tag_layers_count", detail=str(MOST_LAYERS))
    if not all(words):
        raise RuleError(spec.name, code="tag_layer_nameless")


def _check_formula(spec: TagSpec, expression: Expression) -> None:
    wanted = _NODES.get(spec.kind)
    if wanted is not None and not isinstance(expression, wanted):
        raise RuleError(spec.name, code=f"tag_not_{spec.kind}")
    if spec.kind is TagKind.EDGE and not _is_edge(expression):
        raise RuleError(spec.name, code="tag_not_edge")
    if spec.kind is TagKind.DAYS and (
        not isinstance(expression, Aggregate) or expression.function is not Function.DAYS
    ):
        raise RuleError(spec.name, code="tag_not_days")


def _is_edge(expression: Expression) -> bool:
    if isinstance(expression, Age):
        return isinstance(expression.moment, Edge) and expression.moment.property is None
    return isinstance(expression, Edge) and expression.property is not None


def _flows(spec: TagSpec) -> bool:
    """Tell whether a value counts hours or minutes, which never rest."""
    nodes = [node for expression in spec.expressions for node in nodes_of(expression)]
    return any(isinstance(node, Age) and node.unit is not Unit.DAY for node in nodes)


@dataclass(frozen=True, slots=True)
class TagBook:
    """All definitions in force: ``specs`` stand in the order in which they are computed.

    ``by_hand`` are names that are offered to whoever tags by hand; ``corp_group`` is the
    group of corp tags that shows in WeCom what employees put on, empty for none.
    """

    specs: Mapping[str, TagSpec]
    by_hand: tuple[str, ...] = ()
    corp_group: str = ""

    @classmethod
    def of(
        cls, specs: Sequence[TagSpec], by_hand: Sequence[str] = (), corp_group: str = ""
    ) -> TagBook:
        """Build the table; a tag stands behind every tag that it mentions.

        Raises:
            RuleError: a definition is wrong, stands twice, or tags mention each other
                in a circle.
        """
        found: dict[str, TagSpec] = {}
        for spec in specs:
            check_spec(spec)
            if spec.name in found:
                raise RuleError(spec.name, code="defined_twice")
            found[spec.name] = spec
        for name in by_hand:
            if name in found:
                raise RuleError(name, code="tag_is_computed")
        order = in_order({name: spec.mentions.tags & found.keys() for name, spec in found.items()})
        ordered = MappingProxyType({name: found[name] for name in order})
        return cls(ordered, tuple(by_hand), corp_group)

    def with_spec(self, spec: TagSpec) -> TagBook:
        """Return the book with a definition added or replaced.

        Raises:
            RuleError: as :meth:`of`.
        """
        others = [other for name, other in self.specs.items() if name != spec.name]
        by_hand = [name for name in self.by_hand if name != spec.name]
        return TagBook.of([*others, spec], by_hand, self.corp_group)

    def themed(self) -> dict[Theme, list[TagSpec]]:
        """Return the definitions by theme, in the order of the themes."""
        shown = {theme: [s for s in self.specs.values() if s.theme is theme] for theme in Theme}
        return {theme: specs for theme, specs in shown.items() if specs}


NO_TAGS = TagBook(MappingProxyType({}))
