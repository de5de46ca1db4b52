"""Functions with their params → conditions on one value."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.behaviour.mistakes import nearest
from domain.behaviour.reading import literals
from domain.behaviour.sensors.rules import Piece
from domain.behaviour.sensors.terms import (
    BETWEEN_DAYS,
    COMPARED,
    DAYS_AGO,
    FLAGS,
    KNOWN,
    WITHIN_DAYS,
    refused,
)
from domain.behaviour.syntax import (
    Age,
    And,
    Comparison,
    Expression,
    Known,
    Literal,
    Member,
    Not,
    Relation,
)
from domain.behaviour.vocabulary import ValueType

_BETWEEN = "between"
_IN = {"in": True, "unin": False}
_LACKS = "notContain"


def condition(piece: Piece, value: Expression, kind: ValueType, zone: ZoneInfo) -> Expression:
    """Return the condition that ``function`` and ``params`` of a piece put on ``value``.

    Raises:
        LanguageError: the function is not known, or its params do not suit the type.
    """
    function = piece.text("function")
    if function in {BETWEEN_DAYS, DAYS_AGO, WITHIN_DAYS}:
        return _on_moment(piece, function, value, kind, zone)
    return _on_value(piece, function, value, kind, zone)


def _on_value(
    piece: Piece, function: str, value: Expression, kind: ValueType, zone: ZoneInfo
) -> Expression:
    params = [literal(param, kind, zone, piece.at("params")) for param in piece.items("params")]
    if function in KNOWN or function in FLAGS:
        return _without_value(piece, function, value, params)
    if function == _BETWEEN:
        _count(piece, params, 2)
        low = Comparison(Relation.AT_LEAST, value, params[0])
        return And((low, Comparison(Relation.AT_MOST, value, params[1])))
    if function in _IN or (function == "equal" and len(params) > 1):
        _count(piece, params, len(params) or 1)
        member = Member(value, tuple(params))
        return member if _IN.get(function, True) else Not(member)
    if function == "notEqual" and len(params) > 1:
        return And(tuple(Comparison(Relation.NOT_EQUAL, value, param) for param in params))
    if function == _LACKS:
        _count(piece, params, 1)
        return Not(Comparison(Relation.CONTAINS, value, params[0]))
    return _compared(piece, function, value, params)


def _on_moment(
    piece: Piece, function: str, value: Expression, kind: ValueType, zone: ZoneInfo
) -> Expression:
    """Return a condition on a moment: both days included, or an age in calendar days."""
    if kind is not ValueType.MOMENT:
        raise refused(piece.at("function"), "sensors_param", found=kind.value)
    params = piece.items("params")
    if function != BETWEEN_DAYS:
        days = [literal(param, ValueType.NUMBER, zone, piece.at("params")) for param in params]
        _count(piece, days, 1)
        relation = Relation.AT_LEAST if function == DAYS_AGO else Relation.LESS
        return Comparison(relation, Age(value), days[0])
    moments = [literal(param, kind, zone, piece.at("params")) for param in params]
    _count(piece, moments, 2)
    first, last = (moment.value for moment in moments)
    low = Comparison(Relation.AT_LEAST, value, Literal(first))
    if isinstance(last, datetime) and literals.is_date(str(params[1])):
        return And((low, Comparison(Relation.LESS, value, Literal(literals.next_day(last)))))
    return And((low, Comparison(Relation.AT_MOST, value, Literal(last))))


def _compared(piece: Piece, function: str, value: Expression, params: list[Literal]) -> Expression:
    relation = COMPARED.get(function)
    if relation is None:
        known = [*COMPARED, *KNOWN, *FLAGS, _BETWEEN, *_IN, _LACKS]
        known += [BETWEEN_DAYS, DAYS_AGO, WITHIN_DAYS]
        hint = nearest(function, known)
        raise refused(piece.at("function"), "sensors_function", hint, function=function)
    _count(piece, params, 1)
    return Comparison(relation, value, params[0])


def _without_value(
    piece: Piece, function: str, value: Expression, params: list[Literal]
) -> Expression:
    _count(piece, params, 0)
    if function in FLAGS:
        return Comparison(Relation.EQUAL, value, Literal(FLAGS[function]))
    return Known(value) if KNOWN[function] else Not(Known(value))


def _count(piece: Piece, params: list[Literal], wanted: int) -> None:
    if len(params) != wanted:
        raise refused(piece.at("params"), "sensors_params", most=str(wanted))


def literal(param: object, kind: ValueType, zone: ZoneInfo, path: str) -> Literal:
    """Return a param as a value of the type ``kind``; numbers and flags may be written as texts.

    Raises:
        LanguageError: it is no value of this type.
    """
    found = _value(param, kind, zone)
    if found is None:
        raise refused(path, "sensors_param", found=kind.value)
    return Literal(found)


def _value(param: object, kind: ValueType, zone: ZoneInfo) -> float | str | bool | datetime | None:
    if kind is ValueType.FLAG:
        return param if isinstance(param, bool) else {"true": True, "false": False}.get(str(param))
    if isinstance(param, bool) or not isinstance(param, str | int | float):
        return None
    if kind is ValueType.NUMBER:
        try:
            return float(param)
        except (ValueError, OverflowError):
            return None
    if not isinstance(param, str):
        return None
    return literals.moment(param, zone) if kind is ValueType.MOMENT else param
