"""Derivatives from values alone: central differences at ever smaller steps, and the slopes on both sides of a kink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Values = Callable[[float], Array]
"""What a function gives at a signed distance along a direction."""

HALVINGS = 4
FINER = tuple(16.0**-j for j in range(1, 8))
SIDES = (1e-5, 1e-7, 1e-9)
EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class Difference:
    """A derivative found from values; `bound`: how far off it may be, infinite where it says nothing."""

    value: float
    bound: float


@dataclass(frozen=True, slots=True)
class Line:
    """A function along a direction. size: the first step. inner: what the numbers inside of it may be as large as.

    moving: the elements that change within `size`; the others do not enter, so that large ones do no harm.
    """

    values: Values
    size: float
    inner: float
    moving: Array

    def change(self, ahead: Array, behind: Array) -> float:
        return float(np.sum(ahead - behind, where=self.moving))

    def rounding(self, value: Array) -> float:
        """What rounding can make of the sum of the elements that change, or of numbers on the way to them."""
        return EPS * (float(np.sum(np.abs(value), where=self.moving)) + self.inner)


def line(values: Values, size: float, inner: float) -> Line:
    """The function along a direction, looked at once on both sides."""
    here = values(0.0)
    moving = np.not_equal(values(size), here) | np.not_equal(values(-size), here)
    return Line(values, size, inner, np.asarray(moving))


def central(f: Line, size: float) -> Difference:
    """Central differences at halved steps, extrapolated (Neville; Ridders 1982). The bound is the last correction and
    what rounding makes of it."""
    steps = [size / 2**j for j in range(HALVINGS)]
    pairs = [(f.values(h), f.values(-h)) for h in steps]
    estimates = [f.change(a, b) / (2 * h) for (a, b), h in zip(pairs, steps, strict=True)]
    noise = max(f.rounding(a) for a, _ in pairs) / steps[-1]
    power, before = 4.0, estimates[-1]
    while len(estimates) > 1:
        before = estimates[-1]
        estimates = [b + (b - a) / (power - 1) for a, b in pairwise(estimates)]
        power *= 4
    bound = abs(estimates[0] - before) + noise
    return Difference(estimates[0], bound if np.isfinite(bound) else np.inf)


def finer(f: Line, first: Difference) -> tuple[Difference, bool]:
    """The most exact difference at smaller and smaller steps, and whether it settles: another step says the same."""
    nearer = [central(f, f.size * factor) for factor in FINER]
    best, second, *_ = sorted([first, *nearer], key=lambda found: found.bound)
    apart = abs(best.value - second.value)
    settled = np.isfinite(second.bound) and apart <= 10 * (best.bound + second.bound) + 1e-4 * abs(best.value)
    return best, bool(settled)


def sides(f: Line) -> Sequence[tuple[float, float]]:
    """(lower, higher) of the slopes on both sides of a kink, at every step at which they show it.

    They do where they differ by more than rounding, and by no less at the next smaller step: on a curve that has no
    kink they come closer as the step shrinks.
    """
    here = f.values(0.0)
    found = []
    for factor in SIDES:
        step = f.size * factor
        slopes = f.change(f.values(step), here) / step, f.change(here, f.values(-step)) / step
        found.append((min(slopes), max(slopes), 4 * f.rounding(here) / step))
    return [
        (low - noise, high + noise)
        for (low, high, noise), (lower, higher, more) in pairwise(found)
        if high - low > 10 * noise + 1e-3 * max(abs(low), abs(high)) and higher - lower + more > 0.5 * (high - low)
    ]
