"""Engine operations in terms of sympy's functions: once for sympy expressions, once for steps of a program."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import sympy

from notevault.frontends.symbolic.expressions import HEADS, Expr

Function = Callable[..., Any]


class Language(Protocol):
    """What engine operations are written in: its values have the operators + - * / ** and unary -."""

    def apply(self, head: str, *operands: Any) -> Any:
        """A sympy function, by the name of its class."""

    def number(self, value: Expr) -> Any:
        """A sympy number or truth value."""

    def cases(self, yes: Any, condition: Any, no: Any) -> Any:
        """`yes` where the condition holds, else `no`."""

    def condition(self, mask: Any) -> Any:
        """The condition that a mask of ones and zeros stands for."""


class Expressions:
    """Sympy expressions, which sympy evaluates."""

    def apply(self, head: str, *operands: Expr) -> Expr:
        return HEADS[head](*operands)

    def number(self, value: Expr) -> Expr:
        return value

    def cases(self, yes: Expr, condition: Expr, no: Expr) -> Expr:
        return sympy.Piecewise((yes, condition), (no, True))

    def condition(self, mask: Expr) -> Expr:
        if isinstance(mask, sympy.Piecewise) and len(mask.args) == 2 and (mask.args[0][0], mask.args[1][0]) == (1, 0):
            return mask.args[0][1]
        return mask if mask in (sympy.true, sympy.false) else sympy.Ne(mask, 0)


def exact(value: Any) -> Expr:
    """A recorded constant as a sympy number: fractions that are short in binary exactly, anything else as a float."""
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    number = complex(np.asarray(value).item())
    if number.imag:
        return sympy.Float(number.real) + sympy.I * sympy.Float(number.imag)
    fraction = Fraction(number.real) if np.isfinite(number.real) else None
    if fraction is None:
        return sympy.nan
    if fraction.denominator <= 2**20:
        return sympy.Rational(fraction.numerator, fraction.denominator)
    return _KNOWN_CONSTANTS.get(float(number.real), sympy.Float(number.real))


_KNOWN_CONSTANTS: Mapping[float, Expr] = {
    float(np.log(2)): sympy.log(2),
    float(1 / np.log(2)): 1 / sympy.log(2),
    float(np.log(10)): sympy.log(10),
    float(1 / np.log(10)): 1 / sympy.log(10),
    1 / 3: sympy.Rational(1, 3),
    2 / 3: sympy.Rational(2, 3),
}


def raising(language: Language) -> Mapping[str, Function]:
    """An engine operation on scalars -> the same in `language`; "constant" translates recorded numbers."""
    return {
        "constant": lambda value: language.number(exact(value)),
        **_ARITHMETIC,
        **_elementary(language),
        **_choices(language),
        **_activations(language),
    }


def _of(language: Language, head: str) -> Function:
    return lambda *operands: language.apply(head, *operands)


def _choices(language: Language) -> dict[str, Function]:
    """What compares, chooses and rounds; a mask is one where its condition holds and zero elsewhere."""
    one, zero = language.number(sympy.Integer(1)), language.number(sympy.Integer(0))

    def mask(relation: str) -> Function:
        return lambda a, b: language.cases(one, language.apply(relation, a, b), zero)

    def logical(connective: str) -> Function:
        return lambda a, b: language.cases(
            one, language.apply(connective, language.condition(a), language.condition(b)), zero
        )

    def clip(x: Any, *, low: Any = None, high: Any = None) -> Any:
        above = x if low is None else language.apply("Max", x, language.number(exact(low)))
        return above if high is None else language.apply("Min", above, language.number(exact(high)))

    return {
        **{name: mask(relation) for name, relation in _RELATIONS.items()},
        "logical_and": logical("And"),
        "logical_or": logical("Or"),
        "where": lambda mask, yes, no: language.cases(yes, language.condition(mask), no),
        "clip": clip,
        "hardtanh": clip,
        **{name: _of(language, head) for name, head in _NAMED.items()},
    }


def _elementary(language: Language) -> dict[str, Function]:
    apply, number = language.apply, language.number
    half, pi = number(sympy.Rational(1, 2)), number(sympy.pi)

    def log_to(base: int) -> Function:
        return lambda x: apply("log", x) / number(sympy.log(base))

    return {
        **{name: _of(language, name) for name in ("erf", "erfc", "exp", "log", *TRIGONOMETRIC)},
        "exp2": lambda x: number(sympy.Integer(2)) ** x,
        "expm1": lambda x: apply("exp", x) - 1,
        "log2": log_to(2),
        "log10": log_to(10),
        "log1p": lambda x: apply("log", x + 1),
        "logaddexp": lambda a, b: apply("log", apply("exp", a) + apply("exp", b)),
        "sqrt": lambda x: x**half,
        "rsqrt": lambda x: 1 / x**half,
        "cbrt": lambda x: apply("sign", x) * apply("Abs", x) ** number(sympy.Rational(1, 3)),
        "hypot": lambda a, b: (a**2 + b**2) ** half,
        "sinc": lambda x: language.cases(
            number(sympy.Integer(1)),
            apply("Equality", x, number(sympy.Integer(0))),
            apply("sin", x * pi) / (x * pi),
        ),
    }


def _activations(language: Language) -> dict[str, Function]:
    apply, number = language.apply, language.number
    zero = number(sympy.Integer(0))

    def constant(value: Any) -> Any:
        return number(exact(value))

    def exp(x: Any) -> Any:
        return apply("exp", x)

    def positive(x: Any, otherwise: Any) -> Any:
        return language.cases(x, apply("StrictGreaterThan", x, zero), otherwise)

    def gelu(x: Any, *, approximate: bool) -> Any:
        if approximate:
            inner = (x + number(sympy.Rational(44715, 10**6)) * x**3) * number(sympy.sqrt(2 / sympy.pi))
            return x / 2 * (apply("tanh", inner) + 1)
        return x / 2 * (apply("erf", x / number(sympy.sqrt(2))) + 1)

    return {
        "sigmoid": lambda x: 1 / (exp(-x) + 1),
        "relu": lambda x: apply("Max", zero, x),
        "leaky_relu": lambda x, *, slope: positive(x, constant(slope) * x),
        "elu": lambda x, *, alpha: positive(x, constant(alpha) * (exp(x) - 1)),
        "gelu": gelu,
        "silu": lambda x: x / (exp(-x) + 1),
        "softplus": lambda x, *, beta: apply("log", exp(constant(beta) * x) + 1) / constant(beta),
        "softsign": lambda x: x / (apply("Abs", x) + 1),
        "mish": lambda x: x * apply("tanh", apply("log", exp(x) + 1)),
    }


def _same(x: Any, **_: Any) -> Any:
    return x


_ARITHMETIC: Mapping[str, Function] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "chain": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x**2,
    "pow": operator.pow,
    **dict.fromkeys(("identity", "stop_gradient", "cast", "sum_to", "broadcast", "reshape", "squeeze"), _same),
}

_RELATIONS: Mapping[str, str] = {
    "greater": "StrictGreaterThan",
    "greater_equal": "GreaterThan",
    "less": "StrictLessThan",
    "less_equal": "LessThan",
    "equal": "Equality",
    "not_equal": "Unequality",
}

_NAMED: Mapping[str, str] = {
    "abs": "Abs",
    "real": "re",
    "imag": "im",
    "conj": "conjugate",
    "angle": "arg",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceiling",
    "mod": "Mod",
    "maximum": "Max",
    "minimum": "Min",
}

TRIGONOMETRIC = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)

RAISED_PRIMITIVES = frozenset(raising(Expressions())) - {"constant"}
"""The operations that have a form in sympy's functions."""
