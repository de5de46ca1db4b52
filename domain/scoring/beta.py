"""The beta distribution: what is believed of a share after some successes and failures."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_STEPS = 300
_PRECISE = 1e-12


def share_below(x: float, alpha: float, beta: float) -> float:
    """Return the probability that a share is below ``x``: the regularised incomplete beta.

    By its continued fraction (Numerical Recipes, 3rd edition, section 6.4), evaluated by
    Lentz's method; ``alpha`` and ``beta`` are positive.
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(
        lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) + alpha * log(x) + beta * log1p(-x)
    )
    if x < (alpha + 1) / (alpha + beta + 2):
        return front * _fraction(x, alpha, beta) / alpha
    return 1.0 - front * _fraction(1.0 - x, beta, alpha) / beta


def share_at(probability: float, alpha: float, beta: float) -> float:
    """Return the share below which the truth lies with ``probability``, to 1e-9 (bisection)."""
    low, high = 0.0, 1.0
    while high - low > 1e-9:  # noqa: PLR2004 - the precision that the docstring promises
        middle = (low + high) / 2
        if share_below(middle, alpha, beta) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, _away(1.0 - (a + b) * x / (a + 1))
    value = d = 1.0 / d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 / _away(1.0 + term * d)
            c = _away(1.0 + term / c)
            change = c * d
            value *= change
        if abs(change - 1.0) < _PRECISE:
            break
    return value


def _away(value: float) -> float:
    """Keep away from zero, by which is divided."""
    return value if abs(value) > _TINY else _TINY
