"""Channel quality learned without labels of single leads: smoothed conversion, in strata.

Each channel's conversion is drawn towards that of all channels, the more the fewer
leads it has (empirical Bayes with a beta prior). Channels are ranked by what comes
out and split into strata that hold about as many leads each; the stratum is the
channel's place on the 10-point scale (product section 7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from domain.channels.channel import ChannelTree
from domain.scoring.beta import share_at
from domain.scoring.grade import rounded
from domain.values import Refusal

NO_DEALS = "learn_no_deals"
_TENTH = 10.0
#: Bounds of the prior, in leads: it never says nothing, and never outweighs a real sample.
_WEAKEST, _STRONGEST = 2.0, 1_000.0
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Count:
    """How many leads came by a channel itself, and how many of them bought."""

    leads: int = 0
    deals: int = 0

    def plus(self, other: Count) -> Count:
        """Return both together."""
        return Count(self.leads + other.leads, self.deals + other.deals)


@dataclass(frozen=True, slots=True)
class Learning:
    """``least`` leads are a sample; channels fall into so many ``strata``."""

    least: int = 100
    strata: int = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a channel gets its points.

    ``own`` is what came by it and the channels below it. ``basis`` is the channel whose
    sample was used: itself, the nearest ancestor with a sample, or "" for all channels.
    ``rate`` is the smoothed conversion with its 90% interval ``low`` to ``high``.
    """

    code: str
    own: Count
    basis: str
    rate: float
    low: float
    high: float
    stratum: int
    points: float


@dataclass(frozen=True, slots=True)
class Prior:
    """A beta prior: as if ``alpha`` deals and ``beta`` failures had been seen already."""

    alpha: float
    beta: float

    def rate(self, count: Count) -> float:
        """Return the posterior mean of a conversion."""
        return (count.deals + self.alpha) / (count.leads + self.alpha + self.beta)

    def bounds(self, count: Count) -> tuple[float, float]:
        """Return the 90% interval of a conversion."""
        alpha, beta = count.deals + self.alpha, count.leads - count.deals + self.beta
        return share_at(_LOW, alpha, beta), share_at(_HIGH, alpha, beta)


def learn_points(
    tree: ChannelTree, counts: Mapping[str, Count], wish: Learning
) -> tuple[Evidence, ...] | Refusal:
    """Return the points of every channel with the evidence, the best first.

    Refuses when there is nothing to tell channels apart by: no deal, or deals alone.
    """
    whole = _sum(counts.values())
    if not 0 < whole.deals < whole.leads:
        return Refusal(NO_DEALS)
    prior = prior_of([count for count in counts.values() if count.leads])
    below = {code: _below(code, tree, counts) for code in tree.channels}
    bases = {code: _basis(code, tree, below, wish.least) for code in tree.channels}
    samples = {basis: below.get(basis, whole) for basis in set(bases.values())}
    weights: defaultdict[str, int] = defaultdict(int)
    for code, basis in bases.items():
        weights[basis] += counts.get(code, Count()).leads
    rates = {basis: rounded(prior.rate(count)) for basis, count in samples.items()}
    strata = _strata(rates, weights, wish.strata)
    bounds = {basis: prior.bounds(count) for basis, count in samples.items()}
    found = [
        Evidence(
            code=code,
            own=below[code],
            basis=basis,
            rate=rates[basis],
            low=rounded(bounds[basis][0]),
            high=rounded(bounds[basis][1]),
            stratum=strata[basis],
            points=rounded(strata[basis] * _TENTH / wish.strata),
        )
        for code, basis in bases.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.points, -one.rate, one.code)))


def prior_of(counts: Sequence[Count]) -> Prior:
    """Return the prior that the spread between channels suggests (method of moments).

    ``strength`` = m(1 − m)/v − 1, where m is the conversion of all leads and v the
    variance between channels: the weighted variance of their rates, less what chance
    alone makes of it.
    """
    whole = _sum(counts)
    mean = whole.deals / whole.leads
    spread = sum(c.leads * (c.deals / c.leads - mean) ** 2 for c in counts) / whole.leads
    chance = mean * (1 - mean) * len(counts) / whole.leads
    between = spread - chance
    strength = mean * (1 - mean) / between - 1 if between > 0 else _STRONGEST
    strength = min(max(strength, _WEAKEST), _STRONGEST)
    return Prior(mean * strength, (1 - mean) * strength)


def _sum(counts: Iterable[Count]) -> Count:
    return reduce(Count.plus, counts, Count())


def _below(code: str, tree: ChannelTree, counts: Mapping[str, Count]) -> Count:
    return _sum([count for other, count in counts.items() if tree.is_under(other, code)])


def _basis(code: str, tree: ChannelTree, below: Mapping[str, Count], least: int) -> str:
    """Return the channel or its nearest ancestor with a sample, "" for none."""
    return next((c.code for c in tree.ancestry(code) if below[c.code].leads >= least), "")


def _strata(rates: Mapping[str, float], weights: Mapping[str, int], strata: int) -> dict[str, int]:
    """Return the stratum (1 worst) of each basis; equal rates share one."""
    of_rate: defaultdict[float, int] = defaultdict(int)
    for basis, rate in rates.items():
        of_rate[rate] += weights[basis]
    whole, before, found = sum(of_rate.values()) or 1, 0, {}
    for rate in sorted(of_rate):
        middle = (before + of_rate[rate] / 2) / whole
        found[rate] = min(int(middle * strata), strata - 1) + 1
        before += of_rate[rate]
    return {basis: found[rate] for basis, rate in rates.items()}
