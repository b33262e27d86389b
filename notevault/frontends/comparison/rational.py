"""Rational functions are compared exactly, modulo a prime.

Schwartz and Zippel: two different polynomials of degree d agree at a random point of a field of p elements with
probability at most d / p.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice

from notevault.frontends.comparison import numbers
from notevault.frontends.comparison.sampling import Point, points
from notevault.frontends.symbolic.steps import Program

MAX_DEGREE = 2**40
"""With three points a wrong "equal" has a probability below (2^40 / 2^61)^3 = 2^-63."""
MODULAR_POINTS = 3

Degree = tuple[int, int]
"""Bounds for the degrees of numerator and denominator."""


def is_rational(program: Program) -> bool:
    """Only +, * and whole powers of exact numbers: then a fraction of polynomials of bounded degree."""
    degrees: list[Degree] = []
    for step in program.steps:
        if step.head == "number" and not step.leaf.is_Rational:
            return False
        degree = _degree(program, step.head, step.operands, degrees)
        if degree is None or max(degree) > MAX_DEGREE:
            return False
        degrees.append(degree)
    return True


def _degree(program: Program, head: str, operands: Sequence[int], degrees: Sequence[Degree]) -> Degree | None:
    if head in {"symbol", "number"}:
        return int(head == "symbol"), 0
    if head in {"Add", "Mul"}:
        below = sum(degrees[operand][1] for operand in operands)
        if head == "Add" and not below:
            return max(degrees[operand][0] for operand in operands), 0
        return sum(max(degrees[operand]) if head == "Add" else degrees[operand][0] for operand in operands), below
    if head == "Pow":
        exponent = program.steps[operands[1]].leaf
        if exponent is not None and exponent.is_Integer and abs(exponent) <= MAX_DEGREE:
            above, below = (degree * abs(int(exponent)) for degree in degrees[operands[0]])
            return (above, below) if exponent > 0 else (below, above)
    return None


def agree(program: Program, seed: int) -> bool | None:
    """Whether the outputs are equal in pairs, as rational functions; None when no point decides."""
    agreed = 0
    for point in islice(points(program.symbols, seed=seed), 4 * MODULAR_POINTS):
        residues = {symbol: _spread(value) for symbol, value in point.items()}
        values = program.run(numbers.MODULAR, numbers.residue, residues)
        if any(value is None for value in values):
            continue
        if values[::2] != values[1::2]:
            return False
        agreed += 1
        if agreed == MODULAR_POINTS:
            return True
    return None


def _spread(value: Fraction) -> int:
    """A residue far from the small numbers that appear in formulas; different fractions give different ones."""
    return (value.numerator * 1_000_003**3 + value.denominator * 998_244_353) % numbers.PRIME


def first_difference(program: Program, seed: int, tried: int) -> tuple[int, Point, int, Fraction, Fraction] | None:
    """How many points were tried, the last of them, the pair that differs there and its two values."""
    for count, point in enumerate(islice(points(program.symbols, seed=seed), tried), start=1):
        values = program.run(numbers.FRACTIONS, numbers.fraction, point)
        for pair, (first, second) in enumerate(zip(values[::2], values[1::2], strict=True)):
            if first is not None and second is not None and first != second and numbers.shown(first, second):
                return count, point, pair, first, second
    return None
