"""Losses, and wrong gradients made of the right ones, each with the kinds of explanation that name it rightly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Abs, Rational, cos, exp, log, sin, sqrt, tanh

x, w, b, y, u, v, k, t = sympy.symbols("x w b y u v k t", real=True)
z = w * x + b


def sigmoid(a: sympy.Expr) -> sympy.Expr:
    return 1 / (1 + exp(-a))


P = sigmoid(z)
H = tanh(u * x + b)
XS, YS = sympy.symbols("x_1:4", real=True), sympy.symbols("y_1:4", real=True)
WS = sympy.symbols("w_1:4", real=True)

LOSSES: list[tuple[sympy.Expr, sympy.Symbol]] = [
    ((z - y) ** 2, w),
    ((z - y) ** 2, b),
    ((z - y) ** 2, x),
    ((z - y) ** 2 / 2, w),
    ((z - y) ** 4, w),
    (sqrt((z - y) ** 2 + 1), w),
    (log(1 + (z - y) ** 2), w),
    (exp(-((z - y) ** 2)), w),
    (Abs(z - y), w),
    (P, w),
    (P, b),
    (P * (1 - P), w),
    (-(y * log(P) + (1 - y) * log(1 - P)), w),
    (-(y * log(P) + (1 - y) * log(1 - P)), b),
    ((P - y) ** 2, w),
    ((P - y) ** 2, b),
    (log(1 + exp(-y * z)), w),
    (tanh(z), w),
    ((tanh(z) - y) ** 2, w),
    ((v * H - y) ** 2, u),
    ((v * H - y) ** 2, v),
    ((v * H - y) ** 2, b),
    ((v * tanh(w * tanh(u * x))) ** 2, u),
    ((v * tanh(w * tanh(u * x))) ** 2, w),
    ((v * sigmoid(u * x + b) + k - y) ** 2, u),
    ((v * sigmoid(u * x + b) + k - y) ** 2, v),
    ((z - y) ** 2 + k * w**2, w),
    ((z - y) ** 2 + k * Abs(w), w),
    (sin(w * x) * cos(b * x), x),
    (sin(w * x) * cos(b * x), w),
    (x**2 * exp(-k * x), x),
    (x**3 * sin(x), x),
    (sin(x) / x, x),
    ((x**2 + 1) / (x - 3), x),
    (log(x**2 + 1), x),
    (exp(sin(x)), x),
    (sin(x**2 + k), x),
    (cos(3 * x + k) ** 2, x),
    (sqrt(1 + k * x**2), x),
    ((1 + x**2) ** Rational(3, 2), x),
    (log(sin(x) + 2), x),
    (exp(x) / (1 + exp(x)) ** 2, x),
    (x * tanh(log(1 + exp(x))), x),
    (x / (1 + exp(-k * x)), x),
    (tanh(x) ** 3, x),
    (1 / (1 + k * x**2), x),
    (w * exp(-k * t) * cos(v * t), t),
    (w * exp(-k * t) * cos(v * t), k),
    ((w * exp(-k * t) - y) ** 2, k),
    (log(w) * w + (1 - w) * log(1 - w), w),
    (sum((a * w + b - c) ** 2 for a, c in zip(XS, YS, strict=True)), w),
    (sum((a * w + b - c) ** 2 for a, c in zip(XS, YS, strict=True)) / 3, b),
    ((sum(a * c for a, c in zip(WS, XS, strict=True)) + b - y) ** 2, WS[0]),
    ((sum(a * c for a, c in zip(WS, XS, strict=True)) + b - y) ** 2 + k * sum(a**2 for a in WS), WS[1]),
    (log(sum(exp(a) for a in XS)) - XS[0], XS[1]),
    (log(sum(exp(a) for a in XS)) - XS[0], XS[0]),
    (sigmoid(WS[0] * XS[0] + WS[1] * XS[1]), WS[1]),
    ((sigmoid(WS[0] * XS[0] + WS[1] * XS[1]) - y) ** 2, WS[0]),
    (tanh(w * tanh(w * x)), w),
    ((w * x) ** 2 * tanh(w) + w, w),
]


@dataclass(frozen=True)
class Mutation:
    """A claimed derivative that is wrong, and the kinds that name what was done to it."""

    name: str
    claimed: sympy.Expr
    kinds: frozenset[str]


_CHAIN = frozenset({"missing chain factor", "missing factor", "other variable"})
_EXTRA = frozenset({"extra chain factor", "extra factor", "other variable", "wrong local derivative"})


def mutations(function: sympy.Expr, variable: sympy.Symbol) -> Iterator[Mutation]:
    """Wrong derivatives of a loss, one change each."""
    right = sympy.diff(function, variable)
    yield Mutation("sign", -right, frozenset({"sign"}))
    for factor in (2, Rational(1, 2), 3, Rational(2, 3)):
        yield Mutation(f"times {factor}", factor * right, frozenset({"factor"}))
    for part in _chain_parts(function, variable):
        yield Mutation(f"without {part}", right / part, _CHAIN | {"factor"})
        yield Mutation(f"twice {part}", right * part, _EXTRA | {"factor"})
    terms = sympy.Add.make_args(sympy.expand(right))
    if len(terms) > 1:
        yield Mutation("a term left out", right - terms[0], frozenset({"missing term", "missing path"}))
        yield Mutation("a term's sign", right - 2 * terms[-1], frozenset({"sign of a term"}))
        yield Mutation("a term doubled", right + terms[0], frozenset({"factor of a term", "spurious term"}))
    yield Mutation("a term too many", right + variable**2, frozenset({"spurious term"}))
    for other in sorted(function.free_symbols - {variable}, key=str)[:1]:
        slope = sympy.diff(function, other)
        if slope != 0:
            kinds = {"other variable", "missing chain factor", "extra chain factor", "missing factor", "sign", "factor"}
            yield Mutation(f"by {other}", slope, frozenset(kinds))


def _chain_parts(function: sympy.Expr, variable: sympy.Symbol) -> list[sympy.Expr]:
    """Local derivatives on the way from the loss to the variable when there is one way only."""
    found: list[sympy.Expr] = []
    part = function
    while part.args:
        inner = [operand for operand in part.args if operand.has(variable)]
        if len(inner) != 1:
            return found
        place = sympy.Symbol("place", real=True)
        slope = sympy.diff(part.xreplace({inner[0]: place}), place).xreplace({place: inner[0]})
        if slope.free_symbols:
            found.append(slope)
        part = inner[0]
    return found
