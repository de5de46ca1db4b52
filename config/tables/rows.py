"""What rows of several tables have in common."""

from __future__ import annotations

from typing import Annotated

import msgspec

from domain.condition import Comparison, Condition, Fact

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, msgspec.Meta(min_length=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Whole = Annotated[int, msgspec.Meta(ge=0)]

_VALUELESS = {Comparison.KNOWN, Comparison.MISSING}
_NUMERIC = {Comparison.AT_LEAST, Comparison.MORE, Comparison.AT_MOST, Comparison.LESS}


class TomlRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table or an entry of one; unknown keys are refused."""


class ConditionRow(TomlRow, frozen=True):
    """``{ fact = "city", is = "in", value = ["北京", "上海"] }``.

    Raises:
        ValueError: the value does not suit the comparison; the message is a code.
    """

    fact: Name
    comparison: Comparison = msgspec.field(name="is", default=Comparison.EQUAL)
    value: Fact | list[Fact] | None = None

    def __post_init__(self) -> None:
        """Refuse a comparison with nothing, or of size with what has none."""
        code = ""
        if self.comparison in _VALUELESS:
            code = "value_not_wanted" if self.value is not None else ""
        elif self.value is None or self.value == []:
            code = "value_wanted"
        elif self.comparison in _NUMERIC and not _is_number(self.value):
            code = "number_wanted"
        if code:
            raise ValueError(code)

    def build(self) -> Condition:
        """Return the condition."""
        if self.value is None:
            return Condition(self.fact, self.comparison)
        values = self.value if isinstance(self.value, list) else [self.value]
        return Condition(self.fact, self.comparison, tuple(values))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def conditions(rows: list[ConditionRow]) -> tuple[Condition, ...]:
    """Return the conditions of a list of rows."""
    return tuple(row.build() for row in rows)
