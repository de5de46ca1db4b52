"""The kernel: expressions over columns, for one person or a million.

Replay is the definition: the value at a moment is the kernel over the events
until that moment. All arithmetic is in :mod:`domain.behaviour.vectors`; no loop
runs over persons or events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.behaviour.syntax import Expression
from domain.behaviour.vectors.compile import Compiler
from domain.behaviour.vectors.selection import Scene
from domain.behaviour.vectors.steps import Step, run_steps
from domain.columns.days import Moments
from domain.columns.persons import Columns
from domain.columns.values import Value


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Expressions made ready; what they share is worked out once.

    Keep a plan as long as its expressions: making it costs more than running it
    for one person.
    """

    steps: tuple[Step, ...]
    roots: tuple[int, ...]

    @classmethod
    def of(cls, expressions: Sequence[Expression]) -> Plan:
        """Make ``expressions`` ready.

        Raises:
            ValueError: a property stands outside of a pattern's ``where``, or
                something about the person inside; the checker of the language
                refuses both with a position.
        """
        compiler = Compiler()
        roots = tuple(compiler.of(expression) for expression in expressions)
        return cls(tuple(compiler.steps), roots)

    def run(self, columns: Columns, moments: Moments) -> tuple[Value, ...]:
        """Return the value of each expression: a row per person."""
        return self.run_in(Scene(columns, moments))

    def run_in(self, scene: Scene) -> tuple[Value, ...]:
        """Return the value of each expression; a scene may be shared by several plans."""
        found = run_steps(self.steps, scene)
        return tuple(found[root].sized(scene.columns.persons) for root in self.roots)


def evaluate(
    expressions: Sequence[Expression], columns: Columns, moments: Moments
) -> tuple[Value, ...]:
    """Return the value of each expression for each person at their moment.

    Conditions are read by :attr:`Value.holds`, numbers by ``numbers`` (NaN is
    missing), single values by :meth:`Value.item`.
    """
    return Plan.of(expressions).run(columns, moments)
