"""Faults on demand: rules by which the stand-in's calls and callbacks go wrong.

``fault`` says what may be asked for, ``codes`` where an error code can occur,
``check`` refuses what makes no sense, ``rule`` counts and draws, ``book`` keeps the
rules in force, ``desk`` takes them over HTTP.
"""

from bot.simulator.faults.book import Faults
from bot.simulator.faults.fault import Fault, FaultKind, Profile

__all__ = ["Fault", "FaultKind", "Faults", "Profile"]
