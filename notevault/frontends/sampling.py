"""The points at which expressions are compared: simple ones that a person can recompute first, then random ones."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from notevault.frontends.expressions import Expr

Point = dict[Expr, Fraction]

_SIMPLE: tuple[tuple[int | Fraction, ...], ...] = (
    (2, 3, 5, 4, 7, 6, 9, 8),
    (Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), Fraction(2, 5), Fraction(1, 6), Fraction(3, 4)),
    (-1, 2, 3, -2, 4, 5),
    (3, -1, 2, Fraction(1, 2), 5, -3),
    (-2, -3, -1, -4, -5),
    (1, 2, 1, 3, 2, 4),
)


def points(
    symbols: Sequence[Expr],
    *,
    positive: Collection[str] = (),
    integer: Collection[str] = (),
    unit: Collection[str] = (),
    seed: int = 0,
) -> Iterator[Point]:
    """An endless, reproducible sequence of points.

    Names in `positive`, `integer` and `unit` (between 0 and 1) have such values, and sympy's own assumptions hold.

    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> next(points([x, y]))
    {x: Fraction(2, 1), y: Fraction(3, 1)}
    """
    must_be_positive = {s for s in symbols if s.name in positive or s.is_nonnegative}
    must_be_integer = {s for s in symbols if s.name in integer or s.is_integer}

    def fit(symbol: Expr, value: Fraction) -> Fraction:
        if symbol.name in unit:
            return abs(value) / (1 + abs(value))
        if symbol in must_be_integer:
            value = Fraction(round(value * 7) or 1) if value.denominator != 1 else value
        if symbol in must_be_positive:
            return abs(value)
        return -abs(value) if symbol.is_negative else value

    for row in _SIMPLE:
        yield {s: fit(s, _nth(row, i)) for i, s in enumerate(symbols)}
    source = random.Random(seed)  # noqa: S311 - reproducible points, not secrets
    scales = ((1, 997, 211, 499, True), (1, 210, 211, 499, False), (1, 400, 97, 211, False))
    while True:
        for low, high, below, above, signed in scales:
            yield {
                s: fit(
                    s,
                    Fraction(source.randint(low, high), source.randint(below, above))
                    * (source.choice((-1, 1)) if signed else 1),
                )
                for s in symbols
            }


def _nth(row: tuple[int | Fraction, ...], i: int) -> Fraction:
    """The i-th value of a row; a row that is used up starts again one larger, so that values stay different."""
    turn, place = divmod(i, len(row))
    value = Fraction(row[place])
    return value + 10 * turn if value > 0 else value - 10 * turn
