"""The points at which expressions are compared: simple ones that a person can recompute first, then random ones."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from notevault.frontends.symbolic.expressions import Expr

Point = dict[Expr, Fraction]

_SIMPLE: tuple[tuple[int | Fraction, ...], ...] = (
    (2, 3, 5, 4, 7, 6, 9, 8),
    (Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), Fraction(2, 5), Fraction(1, 6), Fraction(3, 4)),
    (-1, 2, 3, -2, 4, 5),
    (3, -1, 2, Fraction(1, 2), 5, -3),
    (-2, -3, -1, -4, -5),
    (1, 2, 1, 3, 2, 4),
)
_SCALES = ((1, 997, 211, 499, True), (1, 210, 211, 499, False), (1, 400, 97, 211, False))
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


@dataclass(frozen=True, slots=True)
class Domain:
    """What numbers names may be: sympy's own assumptions hold, and names in these lists have such values.

    `unit` is between 0 and 1.
    """

    positive: Collection[str] = ()
    integer: Collection[str] = ()
    unit: Collection[str] = ()

    def fit(self, symbol: Expr, value: Fraction) -> Fraction:
        """The number nearest in spirit to `value` that the symbol may be."""
        if symbol.is_zero:
            return Fraction(0)
        if symbol.name in self.unit:
            return abs(value) / (1 + abs(value))
        if symbol.is_prime:
            return Fraction(_PRIMES[round(abs(value) * 7) % len(_PRIMES)])
        if symbol.is_integer or symbol.name in self.integer:
            value = self._whole(symbol, value)
        elif symbol.is_integer is False and value.denominator == 1:
            value += Fraction(1, 3)
        if symbol.is_nonnegative or symbol.name in self.positive:
            return abs(value)
        return -abs(value) if symbol.is_nonpositive else value

    def _whole(self, symbol: Expr, value: Fraction) -> Fraction:
        whole = value if value.denominator == 1 else Fraction(round(value * 7) or 1)
        if symbol.is_even:
            return 2 * whole
        return 2 * whole + 1 if symbol.is_odd else whole

    def told(self, symbols: Sequence[Expr]) -> str:
        """The domain in words; nothing is said of a name that may be any real number.

        >>> import sympy
        >>> Domain(unit={"p"}).told(sympy.symbols("p x") + (sympy.Symbol("n", integer=True, positive=True),))
        'n positive, n whole, p between 0 and 1'
        """
        words = []
        for symbol in sorted(symbols, key=lambda s: str(s.name)):
            name = symbol.name
            if symbol.is_zero:
                words.append(f"{name} zero")
                continue
            if name in self.unit:
                words.append(f"{name} between 0 and 1")
                continue
            if symbol.is_nonnegative or name in self.positive:
                words.append(f"{name} positive")
            if symbol.is_nonpositive:
                words.append(f"{name} negative")
            if symbol.is_integer or name in self.integer:
                words.append(f"{name} {'even' if symbol.is_even else 'odd' if symbol.is_odd else 'whole'}")
        return ", ".join(words)


def points(symbols: Sequence[Expr], domain: Domain | None = None, *, seed: int = 0) -> Iterator[Point]:
    """An endless, reproducible sequence of points.

    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> next(points([x, y]))
    {x: Fraction(2, 1), y: Fraction(3, 1)}
    """
    domain = domain or Domain()
    for row in _SIMPLE:
        yield {s: domain.fit(s, _nth(row, i)) for i, s in enumerate(symbols)}
    source = random.Random(seed)  # noqa: S311 - reproducible points, not secrets
    while True:
        for low, high, below, above, signed in _SCALES:
            yield {
                s: domain.fit(
                    s,
                    Fraction(source.randint(low, high), source.randint(below, above))
                    * (source.choice((-1, 1)) if signed else 1),
                )
                for s in symbols
            }


def beyond(symbols: Sequence[Expr], bounds: Sequence[Fraction], domain: Domain) -> Iterator[Point]:
    """Points on both sides of numbers that occur in an expression, where its cases may change.

    >>> import sympy
    >>> [point[sympy.Symbol("x")] for point in beyond([sympy.Symbol("x")], [Fraction(1000)], Domain())]
    [Fraction(2000, 1), Fraction(-2000, 1), Fraction(2000, 1), Fraction(500, 1)]
    """
    for bound in bounds:
        for far, signs in ((2, (1, 1)), (-2, (1, 1)), (2, (1, -1)), (Fraction(1, 2), (1, 1))):
            yield {s: domain.fit(s, far * bound * (1 + Fraction(i, 7)) * signs[i % 2]) for i, s in enumerate(symbols)}


def _nth(row: tuple[int | Fraction, ...], i: int) -> Fraction:
    """The i-th value of a row; a row that is used up starts again one larger, so that values stay different."""
    turn, place = divmod(i, len(row))
    value = Fraction(row[place])
    return value + 10 * turn if value > 0 else value - 10 * turn
