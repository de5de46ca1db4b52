"""Measurements: ``make bench`` lists them, ``make bench NAME=codec`` runs one.

A bench is a module here with a docstring that says what it measures and a
function ``main() -> None`` that prints it. Benches assert nothing.
"""
