"""Pairs of expressions compared point by point over the real numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

from notevault.frontends.comparison import numbers
from notevault.frontends.comparison.cases import CHOOSING, Cases
from notevault.frontends.comparison.precision import Gap, distance_of, gap
from notevault.frontends.comparison.sampling import Domain, Point, beyond, points
from notevault.frontends.symbolic.steps import Program

WANTED = 12
ENOUGH = 4
WANTED_CONFIRMED = 2
MAX_CONFIRMED = 5
WORK = 100_000
"""Steps computed for one comparison: with many of them there are fewer points."""
MAX_BOUNDS = 6
LEGIBLE = 12
"""Points that are looked at for a counterexample with values of an ordinary size."""

Difference = tuple[Point, int, Any, Any]
"""A point, the number of the pair that differs there, and its two values."""


class Comparison:
    """The outputs of a program in pairs, point by point; `doubt` says after a look why nothing can be said."""

    def __init__(self, program: Program, domain: Domain, seed: int) -> None:
        self.program, self.domain, self.seed = program, domain, seed
        self.inexact = any(step.head == "number" and step.leaf.is_Float for step in program.steps)
        self.compared = self.skipped = self.one_sided = 0
        self.largest_error = 0.0
        self.doubt = ""
        self._agreed: list[Point] = []
        self._cases = Cases(program)

    def first_difference(self, tried: int) -> Difference | None:
        """The first difference at simple points, random ones, and on both sides of the numbers where cases change."""
        symbols = self.program.symbols
        allowed = max(ENOUGH, min(tried, WORK // len(self.program.steps))) if symbols else 1
        found = self._look(islice(points(symbols, self.domain, seed=self.seed), allowed), WANTED)
        if found is None and symbols and self.program.heads & CHOOSING:
            found = self._look(beyond(symbols, self._bounds(), self.domain), None)
        if found is None:
            found = self._confirm()
        if found is not None and not _is_legible(found) and symbols:
            found = self._more_legible(found, allowed)
        enough = min(ENOUGH, allowed)
        if self.compared < enough:
            total = self.compared + self.skipped
            self.doubt = f"both sides are real numbers at only {self.compared} of {total} points"
        elif self._cases.branch_missing:
            self.doubt = self.doubt or "at no point that was tried did every case apply"
        return found

    def _more_legible(self, found: Difference, allowed: int) -> Difference:
        """A difference that a person can recompute, at one of the first points; `found` where there is none."""
        for point in islice(points(self.program.symbols, self.domain, seed=self.seed), min(allowed, LEGIBLE)):
            other = self._compare(point)
            if other is not None and _is_legible(other):
                return other
        return found

    def _bounds(self) -> list[Fraction]:
        """The exact numbers of the program that ordinary points do not enclose; all when a case is missing."""
        leaves = {step.leaf for step in self.program.steps if step.head == "number" and step.leaf.is_Rational}
        values = {abs(numbers.fraction(leaf)) for leaf in leaves} - {0}
        if self._cases.all_seen:
            values = {value for value in values if value > 3 or value < Fraction(1, 20)}
        return sorted(values, reverse=True)[:MAX_BOUNDS]

    def _look(self, tried: Iterator[Point], wanted: int | None) -> Difference | None:
        for point in tried:
            found = self._compare(point)
            if found is not None:
                return found
            if wanted is not None and self.compared >= wanted and self._cases.all_seen:
                return None
        return None

    def _compare(self, point: Point) -> Difference | None:
        system, number, context = numbers.reals(30)
        values = {s: context.mpf(v.numerator) / v.denominator for s, v in point.items()}
        results = self.program.run_all(system, number, values)
        outputs = [results[output] for output in self.program.outputs]
        if any(value is None for value in outputs):
            self.skipped += 1
            self.one_sided += any((a is None) != (b is None) for a, b in zip(outputs[::2], outputs[1::2], strict=True))
            return None
        self._cases.seen(results)
        for pair, (first, second) in enumerate(zip(outputs[::2], outputs[1::2], strict=True)):
            error = relative(first, second)
            if error <= (1e-9 if self.inexact else 1e-22):
                self.largest_error = max(self.largest_error, float(error))
                continue
            kind, *values_there = self._settled(point, pair)
            if kind is Gap.SOMETHING and numbers.shown(*values_there):
                self.compared += 1
                return point, pair, values_there[0], values_there[1]
            if kind is not Gap.NOTHING:
                self.skipped += 1
                return None
        self.compared += 1
        self._agreed.append(point)
        return None

    def _settled(self, point: Point, pair: int) -> tuple[Gap, Any, Any]:
        kind, first, second = gap(self.program, point, pair)
        if kind is Gap.SOMETHING and self.inexact and relative(first, second) <= 1e-9:
            kind = Gap.NOTHING
        return kind, first, second

    def _confirm(self) -> Difference | None:
        """30 digits may agree where more do not: two of the points are looked at once more."""
        if self.inexact or not self._agreed:
            return None
        confirmed = 0
        for point in [self._agreed[0], *reversed(self._agreed[1:])][:MAX_CONFIRMED]:
            kinds = []
            for pair in range(len(self.program.outputs) // 2):
                kind, first, second = self._settled(point, pair)
                if kind is Gap.SOMETHING and numbers.shown(first, second):
                    return point, pair, first, second
                kinds.append(kind)
            confirmed += all(kind is Gap.NOTHING for kind in kinds)
            if confirmed == WANTED_CONFIRMED:
                return None
        if not confirmed:
            self.doubt = "more digits would be needed than are computed"
        return None


def _is_legible(found: Difference) -> bool:
    """Whether the values of a difference are of an ordinary size: neither 3e-8 nor 5e12."""
    *_, first, second = found
    if isinstance(first, bool) or isinstance(second, bool):
        return True
    sizes = [abs(value) for value in (first, second) if value]
    return all(1e-3 <= size <= 1e6 for size in sizes)


def relative(first: Any, second: Any) -> Any:
    """The difference relative to the larger of the two; absolute below one."""
    distance = distance_of(first, second)
    return distance if isinstance(first, bool) else distance / (1 + max(abs(first), abs(second)))
