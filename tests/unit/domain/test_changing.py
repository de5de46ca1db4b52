from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest

from domain.changing import replace
from domain.lead import Lead
from domain.values import LeadId, PersonId
from tests.factories import NOW


@dataclass(frozen=True, slots=True)
class One:
    only: int

    def __post_init__(self) -> None:
        if self.only < 0:
            message = "below zero"
            raise ValueError(message)


def test_a_copy_is_what_the_standard_library_makes() -> None:
    lead = Lead(LeadId(1), PersonId(2), "courses", NOW)
    assert replace(lead, pool="north", cycle=2) == dataclasses.replace(lead, pool="north", cycle=2)
    assert replace(lead) == lead
    assert replace(One(1), only=2) == One(2)


def test_a_copy_is_checked_as_a_new_value_is() -> None:
    with pytest.raises(ValueError, match="below zero"):
        replace(One(1), only=-1)


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(TypeError, match="One has no field other"):
        replace(One(1), other=2)  # type: ignore[call-arg]
