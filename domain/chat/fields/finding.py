"""What a reader of one field returns: values with evidence, confidence and whose they are."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from domain.chat.passage import Span
from domain.swift import swift

Value = TypeVar("Value", bound=Hashable)


class Owner(StrEnum):
    """Whose value it is; what is said without naming anyone is the writer's own."""

    SELF = "self"
    CHILD = "child"
    OTHER = "other"


@swift
@dataclass(frozen=True, slots=True)
class Finding(Generic[Value]):
    """One value read from a message.

    ``span`` is the evidence: positions in the message as typed. ``confidence`` runs from
    0 to 1; below 0.5 a value should be shown for checking, not used.
    """

    value: Value
    span: Span
    confidence: float = 0.9
    owner: Owner = Owner.SELF


Findings = tuple[Finding[Value], ...]


@swift
@dataclass(frozen=True, slots=True)
class Candidate(Generic[Value]):
    """A match that may still turn out withdrawn; ``owner`` None: look who is named."""

    value: Value
    span: Span
    confidence: float = 0.9
    owner: Owner | None = None
