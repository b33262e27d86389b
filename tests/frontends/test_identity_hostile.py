"""Pairs of expressions made to mislead the identity test: the answer is right, or honestly undetermined."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy
from sympy import (
    Abs,
    Add,
    Integer,
    Max,
    Mul,
    Piecewise,
    Rational,
    Symbol,
    atan,
    cos,
    exp,
    factorial,
    floor,
    log,
    sin,
    sqrt,
    tanh,
)

from notevault.frontends.comparison.identity import equal

x, y = sympy.symbols("x y")
n = Symbol("n", integer=True, positive=True)
k = Symbol("k", integer=True)
many = sympy.symbols("v:200")
BIG, HUGE, TINY = Integer(10) ** 30, Integer(10) ** 200, Rational(1, 10**25)


def absorbed(part: sympy.Expr, big: sympy.Expr) -> sympy.Expr:
    """big + part - big, as it stands."""
    return Add(Add(big, part, evaluate=False), -big, evaluate=False)


def nested(function: Callable[..., sympy.Expr], levels: int) -> sympy.Expr:
    """A function of itself, many levels deep."""
    found: sympy.Expr = x
    for _ in range(levels):
        found = function(found, evaluate=False)
    return found


def chain(levels: int) -> sympy.Expr:
    """A polynomial written as deeply as it can be."""
    found: sympy.Expr = x
    for _ in range(levels):
        found = Add(Mul(found, y, evaluate=False), 1, evaluate=False)
    return found


NOISE = sin(x) ** 2 + cos(x) ** 2 - 1
PAIRS = {
    "many levels": (nested(sin, 10_000), nested(sin, 10_000), "equal"),
    "many levels, another outside": (nested(sin, 10_000), cos(nested(sin, 9_999), evaluate=False), "different"),
    "a polynomial of many levels": (chain(5_000), chain(5_000), "equal"),
    "huge powers": (x ** (10**9), x ** (10**9 - 1) * x, "equal"),
    "huge powers that differ": (x ** (10**9), x ** (10**9 - 1), "different"),
    "huge powers and a function": (x ** (10**9) * sin(x), x ** (10**9 - 1) * x * sin(x), "undetermined"),
    "a tower": (2 ** (2 ** (2**x)), 2 ** (2 ** (2**x)) + 1, "different"),
    "a tower in two forms": (2 ** (2 ** (2**x)), 4 ** (2 ** (2**x - 1)), "equal"),
    "factorials": (factorial(n), n * factorial(n - 1), "equal"),
    "factorials that differ": (factorial(n + 1), n * factorial(n), "different"),
    "a root of a square": (sqrt(x**2), x, "different"),
    "log of a product": (log(x * y), log(x) + log(y), "equal"),
    "atan of the reciprocal": (atan(x) + atan(1 / x), sympy.pi / 2, "different"),
    "the sum of atan": (atan((x + y) / (1 - x * y)), atan(x) + atan(y), "different"),
    "a tiny difference": (tanh(x), tanh(x) + TINY, "different"),
    "a tiny difference of polynomials": (x**2, x**2 + TINY, "different"),
    "a tinier difference": (tanh(x), tanh(x) + TINY**2, "different"),
    "a difference that is an exponential": (tanh(x), tanh(x) + exp(-1000), "different"),
    "a tiny factor": (TINY * x * sin(x), 0 * x, "different"),
    "undefined everywhere": (log(-1 - x**2), log(-1 - x**2), "undetermined"),
    "a root undefined everywhere": (sqrt(-exp(x)), x, "undetermined"),
    "many names": (sum(v**2 for v in many), sum(v**2 for v in many) + many[0] * many[199] / 1000, "different"),
    "many names, equal": (sin(Add(*many)), sin(Add(*many[:99]) + Add(*many[99:])), "equal"),
    "a removable singularity": ((x**2 - 1) / (x - 1), x + 1, "equal"),
    "a removable singularity with a function": ((x**3 - 8) / (x - 2) * sin(x), (x**2 + 2 * x + 4) * sin(x), "equal"),
    "cancellation": (absorbed(x, BIG), x, "equal"),
    "cancellation with a function": (absorbed(sin(x), BIG), sin(x), "equal"),
    "absorption": (absorbed(sin(x), HUGE), Integer(0) * x, "different"),
    "absorption of the same": (absorbed(sin(x), HUGE), sin(x), "equal"),
    "absorption by a decimal": (absorbed(sin(x), sympy.Float(1e30)), Integer(0) * x, "different"),
    "roots that cancel": (sqrt(x**2 + BIG) - sqrt(BIG), x**2 / (sqrt(x**2 + BIG) + sqrt(BIG)), "equal"),
    "a large exponent taken back": (exp(x + 1000) * exp(-1000), exp(x), "equal"),
    "cases far away": (Piecewise((x, x < 10**9), (0, True)), x, "different"),
    "cases far away in a cube": (Piecewise((x, x**3 < 10**9), (0, True)), x, "different"),
    "cases that no point reaches": (Piecewise((x, exp(x) < 10**90), (0, True)), x, "undetermined"),
    "cases that differ at one point": (Piecewise((1, x > 0), (0, True)), Piecewise((1, x >= 0), (0, True)), "equal"),
    "a maximum far away": (Max(x, 1000), Integer(1000) + 0 * x, "different"),
    "a kink far away": (Abs(x - 1000), 1000 - x, "different"),
    "steps": (floor(x), x - sympy.frac(x), "equal"),
    "a division by nothing but rounding": (1 / NOISE, x, "undetermined"),
    "nothing but rounding": (NOISE * exp(50), Integer(0) * x, "equal"),
    "constants": (sqrt(2) + sqrt(3), sqrt(5 + 2 * sqrt(6)), "equal"),
    "constants that nearly agree": (sqrt(2) + sqrt(3), sympy.pi + Rational(46, 10_000), "different"),
    "an argument too large": (sin(2 * x * BIG), 2 * sin(x * BIG) * cos(x * BIG), "undetermined"),
    "an imaginary number": (x * sympy.I, x, "undetermined"),
    "names that do not commute": (Symbol("a", commutative=False) * x, x, "undetermined"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_the_answer_is_right_or_undetermined(name: str) -> None:
    first, second, answer = PAIRS[name]
    found = equal(first, second)
    assert str(found.answer) == answer
    if answer == "undetermined":
        assert found.reason
    if answer == "different":
        assert found.counterexample is not None


ASSUMED = [
    (sqrt(n**2), n, "n positive, n whole"),
    (sqrt(Symbol("m", negative=True) ** 2), -Symbol("m", negative=True), "m negative"),
    (Abs(Symbol("q", nonpositive=True)) + x, x - Symbol("q", nonpositive=True), "q negative"),
    (cos(sympy.pi * Mul(Symbol("e", even=True), Rational(1), evaluate=False)), Integer(1) + 0 * x, ""),
    (Mul(-1, Integer(-1), evaluate=False) ** Symbol("o", odd=True), Integer(1), ""),
    (floor(k / 2) * 2 + sympy.Mod(k, 2), k, "k whole"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "domain"), ASSUMED, ids=lambda value: str(value)[:30])
def test_what_sympy_assumes_of_names_is_respected(first: sympy.Expr, second: sympy.Expr, domain: str) -> None:
    found = equal(first, second)
    assert found.equal
    assert found.domain == domain


@pytest.mark.parametrize(
    ("assumption", "holds"),
    [
        ("even", lambda value: value % 2 == 0),
        ("odd", lambda value: value % 2 == 1),
        ("prime", lambda value: sympy.isprime(int(value))),
        ("negative", lambda value: value < 0),
        ("nonnegative", lambda value: value >= 0),
        ("nonzero", lambda value: value != 0),
        ("integer", lambda value: value.denominator == 1),
    ],
)
def test_points_are_of_the_kind_that_is_assumed(assumption: str, holds: Callable[..., bool]) -> None:
    from itertools import islice

    from notevault.frontends.comparison.sampling import points

    symbol = Symbol("s", **{assumption: True})
    values = [point[symbol] for point in islice(points([symbol]), 40)]
    assert all(holds(value) for value in values)
    assert len(set(values)) > 5
