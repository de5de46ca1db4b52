"""Walking through expressions without recursion."""

from __future__ import annotations

from collections.abc import Iterator

from domain.behaviour.syntax import (
    Age,
    Aggregate,
    Anchored,
    And,
    Arithmetic,
    Cast,
    Comparison,
    Done,
    Edge,
    EventPattern,
    Expression,
    Known,
    Member,
    Not,
    NotFollowed,
    Or,
    Preference,
    Sequence,
    Window,
)

#: What reads events: all of them have a window.
OnEvents = Aggregate | Edge | Preference | Done | Sequence | NotFollowed

#: How deep expressions may lie in each other; deeper ones are refused wherever they come in.
MOST_DEPTH = 100


def patterns_of(node: Expression) -> tuple[EventPattern, ...]:
    """Return the patterns of events that a node itself mentions, that of its window last."""
    window = window_of(node)
    anchors = (window.events,) if isinstance(window, Anchored) else ()
    return (*_own_patterns(node), *anchors)


def _own_patterns(node: Expression) -> tuple[EventPattern, ...]:
    match node:
        case Aggregate(events=events) | Edge(events=events) | Preference(events=events):
            return (events,)
        case Done(events=events):
            return (events,)
        case Sequence(steps=steps):
            return steps
        case NotFollowed(first=first, then=then):
            return (first, then)
        case _:
            return ()


def window_of(node: Expression) -> Window | None:
    """Return the window of a node that reads events."""
    return node.window if isinstance(node, OnEvents) else None


def operands_of(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly below a node, without filters of events."""
    match node:
        case And(operands=operands) | Or(operands=operands):
            return operands
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Not(operand=inner) | Known(value=inner) | Age(moment=inner) | Cast(value=inner):
            return (inner,)
        case Member(value=value, options=options):
            return (value, *options)
        case _:
            return ()


def below(node: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly below a node, filters of events included."""
    filters = (pattern.where for pattern in patterns_of(node))
    return (*operands_of(node), *(where for where in filters if where is not None))


def nodes_of(expression: Expression) -> Iterator[Expression]:
    """Yield every node, filters of events included."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += below(node)


def is_too_deep(expression: Expression) -> bool:
    """Tell whether expressions lie in each other deeper than :data:`MOST_DEPTH`."""
    level = [expression]
    for _ in range(MOST_DEPTH):
        level = [child for node in level for child in below(node)]
        if not level:
            return False
    return True
