"""An expression in whatever form it comes: text, its JSON form, or a rule of 神策."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from domain.behaviour.checking.check import check
from domain.behaviour.json_form import MOST_BYTES, from_json, to_json
from domain.behaviour.sensors.reading import from_sensors
from domain.behaviour.sensors.writing import to_sensors
from domain.behaviour.showing.show import show
from domain.behaviour.syntax import Expression
from domain.behaviour.vocabulary import ValueType, Vocabulary

#: No text of the language begins with a brace.
_BRACE, _LEADING = "{", "\ufeff \t\r\n"
#: The field that every document of our own JSON form has, and no rule of 神策.
_OWN = "expression"


class RuleForm(StrEnum):
    """Forms of conditions for other systems."""

    JSON = "json"
    SENSORS = "sensors"


def as_text(given: str, vocabulary: Vocabulary) -> str:
    """Return a condition as text; what is no JSON is taken for text and left as it is.

    Raises:
        LanguageError: the JSON is neither of the forms, or says what cannot be expressed.
    """
    data = given.strip(_LEADING)
    if not data.startswith(_BRACE):
        return given
    if not _is_own(data):
        return show(from_sensors(data, vocabulary), vocabulary)
    expression = from_json(data)
    check(expression, vocabulary, ValueType.FLAG)
    return show(expression, vocabulary)


def as_form(expression: Expression, form: RuleForm, vocabulary: Vocabulary) -> bytes:
    """Return a condition in a form for other systems.

    Raises:
        LanguageError: the form has no words for it.
    """
    return to_json(expression) if form is RuleForm.JSON else to_sensors(expression, vocabulary)


def _is_own(data: str) -> bool:
    if len(data) > MOST_BYTES:
        return False
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return False  # whoever reads it next says why
    return isinstance(document, dict) and _OWN in document
