"""The number systems in which expressions are evaluated: many-digit reals, exact fractions, integers mod a prime.

All three give `None` where a function is not defined *over the real numbers* (log of a negative number, a root of
one, a division by zero) and where a value would be too large to be worth computing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from functools import cache, reduce
from typing import Any

import sympy
from mpmath.ctx_mp import MPContext

from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.steps import System

PRIME = 2**61 - 1
"""A Mersenne prime: two different fractions of degree d agree at a random point with probability below d / 2^61."""

MAX_EXPONENT = 20_000
"""exp and powers beyond e^20000 are left out: they cost time and decide nothing."""


def _logical() -> dict[str, Callable[..., Any]]:
    return {
        "StrictLessThan": operator.lt,
        "LessThan": operator.le,
        "StrictGreaterThan": operator.gt,
        "GreaterThan": operator.ge,
        "Equality": operator.eq,
        "Unequality": operator.ne,
        "And": lambda *parts: all(parts),
        "Or": lambda *parts: any(parts),
        "Not": operator.not_,
        "Xor": lambda *parts: sum(map(bool, parts)) % 2 == 1,
        "Max": max,
        "Min": min,
        "Abs": abs,
        "sign": lambda value: (value > 0) - (value < 0),
        "re": lambda value: value,
        "conjugate": lambda value: value,
        "im": lambda value: value * 0,
        "Mod": lambda value, modulus: value % modulus if modulus else None,
    }


def _sum(*terms: Any) -> Any:
    return reduce(operator.add, terms)


def _product(*factors: Any) -> Any:
    return reduce(operator.mul, factors)


@cache
def reals(digits: int) -> tuple[System, Callable[[Expr], Any], MPContext]:
    """The real numbers with `digits` decimal digits: the system, its numbers, and the context they live in."""
    context = MPContext()
    context.dps = digits
    real = _RealFunctions(context)
    system = _logical() | {"Add": _sum, "Mul": _product} | real.table()
    return system, cache(real.number), context


class _RealFunctions:
    """Functions of real numbers, each with the domain on which it is one."""

    def __init__(self, context: MPContext) -> None:
        self.context = context

    def number(self, constant: Expr) -> Any:
        if constant in (sympy.true, sympy.false):
            return bool(constant)
        if constant.is_Rational:
            return self.context.mpf(constant.p) / constant.q
        return self.context.mpf(str(constant.evalf(self.context.dps + 5))) if constant.is_finite else None

    def power(self, base: Any, exponent: Any) -> Any:
        if base == 0:
            return None if exponent <= 0 else base
        if base < 0 and exponent != self.context.floor(exponent):
            return None
        if abs(exponent * self.context.log(abs(base))) > MAX_EXPONENT:
            return None
        if base < 0:
            return base ** int(exponent)
        return base**exponent

    def bounded(self, name: str) -> Callable[[Any], Any]:
        function = getattr(self.context, name)
        return lambda value: function(value) if abs(value) <= MAX_EXPONENT else None

    def where(self, name: str, holds: Callable[[Any], bool]) -> Callable[[Any], Any]:
        function = getattr(self.context, name)
        return lambda value: function(value) if holds(value) else None

    def inverse_of(self, name: str) -> Callable[[Any], Any]:
        function = self.bounded(name)

        def inverse(value: Any) -> Any:
            result = function(value)
            return None if result is None or result == 0 else 1 / result

        return inverse

    def quotient_of(self, above: str, below: str) -> Callable[[Any], Any]:
        numerator, denominator = self.bounded(above), self.bounded(below)

        def quotient(value: Any) -> Any:
            top, bottom = numerator(value), denominator(value)
            return None if top is None or not bottom else top / bottom

        return quotient

    def gamma_like(self, name: str) -> Callable[[Any], Any]:
        return self.where(name, lambda value: 0 < value < 1000)

    def step(self, value: Any, at_zero: Any = None) -> Any:
        half = self.context.mpf(1) / 2 if at_zero is None else at_zero
        return half if value == 0 else self.context.mpf(int(value > 0))

    def table(self) -> dict[str, Callable[..., Any]]:
        context = self.context
        everywhere = ("sin", "cos", "atan", "asinh", "erf", "erfc", "tanh")
        return {
            "Pow": self.power,
            "exp": self.bounded("exp"),
            "log": self.where("log", lambda value: value > 0),
            **{name: self.bounded(name) for name in (*everywhere, "sinh", "cosh")},
            "tan": self.quotient_of("sin", "cos"),
            "cot": self.quotient_of("cos", "sin"),
            "coth": self.quotient_of("cosh", "sinh"),
            **{
                name: self.inverse_of(of)
                for name, of in {"sec": "cos", "csc": "sin", "sech": "cosh", "csch": "sinh"}.items()
            },
            "asin": self.where("asin", lambda value: abs(value) <= 1),
            "acos": self.where("acos", lambda value: abs(value) <= 1),
            "acosh": self.where("acosh", lambda value: value >= 1),
            "atanh": self.where("atanh", lambda value: abs(value) < 1),
            "arg": lambda value: None if value == 0 else context.pi * (value < 0),
            "acot": lambda value: context.atan(1 / value) if value else None,
            "atan2": lambda y, x: context.atan2(y, x) if x != 0 or y != 0 else None,
            "gamma": self.gamma_like("gamma"),
            "loggamma": self.gamma_like("loggamma"),
            "factorial": self.where("factorial", lambda value: 0 <= value < 1000),
            "floor": context.floor,
            "ceiling": context.ceil,
            "Heaviside": self.step,
        }


HEADS = frozenset(reals(30)[0]) | {"Piecewise"}
"""The functions that can be evaluated over the reals."""

RATIONAL_HEADS = frozenset({"Add", "Mul", "Pow"})
"""With whole exponents these make rational functions, which are decided exactly."""


def _fraction_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator != 1 or (base == 0 and exponent <= 0):
        return None
    if abs(base) == 1:
        return base ** (int(exponent) % 2)
    if abs(exponent) > 1000:
        return None
    return base ** int(exponent)


FRACTIONS: System = _logical() | {"Add": _sum, "Mul": _product, "Pow": _fraction_power}
"""Exact fractions."""


def fraction(constant: Expr) -> Fraction:
    """A sympy rational as a fraction."""
    return Fraction(int(constant.p), int(constant.q))


def _modular_power(base: int, exponent: int) -> int | None:
    """`exponent` is a residue too: those in the upper half stand for negative numbers."""
    signed = exponent if exponent <= PRIME // 2 else exponent - PRIME
    return None if base == 0 and signed <= 0 else pow(base, signed, PRIME)


MODULAR: System = {
    "Add": lambda *terms: sum(terms) % PRIME,
    "Mul": lambda *factors: reduce(lambda a, b: a * b % PRIME, factors),
    "Pow": _modular_power,
}
"""Integers modulo PRIME; exponents must be whole numbers (see `identity`)."""


def residue(constant: Expr) -> int | None:
    """A sympy rational modulo PRIME; None when the prime divides its denominator."""
    below = int(constant.q) % PRIME
    return int(constant.p) * pow(below, -1, PRIME) % PRIME if below else None


def plain(value: Any) -> int | float:
    """A value as a JSON number: whole numbers as integers."""
    if isinstance(value, bool):
        return int(value)
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def shown(*values: Any) -> bool:
    """Whether the values can be shown to a person as ordinary numbers."""
    return all(abs(value) < 1e100 for value in values)
