"""Expressions go to the engine and come back; sympy's own derivative is the oracle here, and only here."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from notevault.autodiff import PRIMITIVES, apply, graph, tensor
from notevault.frontends.engine import RAISED_PRIMITIVES, derivatives, gradient, lower, raise_
from notevault.frontends.identity import equal

x, y, w, b = sympy.symbols("x y w b")

FUNCTIONS = [
    (w * x + b - y) ** 2,
    sympy.log(x) / sympy.log(10),
    1 / (1 + sympy.exp(-w * x)),
    sympy.Max(0, w * x + b),
    sympy.Min(x, y, w),
    sympy.Piecewise((x**2, x > 1), (sympy.sin(x), True)),
    x**x,
    2**x,
    sympy.sqrt(x**2 + 1) / x,
    sympy.acosh(x) + sympy.atan2(y, x),
    sympy.asin(w * x),
    sympy.sec(x) + sympy.coth(x) + sympy.csch(x),
    x ** sympy.Rational(1, 3),
    sympy.Rational(1, 3) * x**3 + sympy.pi * x,
    sympy.Integer(5) + 0 * x,
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=str)
def test_the_gradient_of_the_engine_is_the_derivative(function: sympy.Expr) -> None:
    for symbol in (x, w):
        assert equal(gradient(function, symbol), sympy.diff(function, symbol)).equal


def test_numbers_come_back_exactly() -> None:
    assert gradient(sympy.Rational(1, 3) * x**3, x) == x**2


def test_all_derivatives_come_from_one_pass() -> None:
    assert derivatives(w * x + b, [w, x, b, y]) == [x, w, 1, 0]


def test_second_derivatives_can_be_taken() -> None:
    twice = gradient(gradient(sympy.exp(x**2), x), x)
    assert equal(twice, sympy.diff(sympy.exp(x**2), x, 2)).equal


def test_lowering_computes_the_value() -> None:
    loss = (w * x + b - y) ** 2
    value = lower(loss, {"w": tensor(2.0), "x": tensor(3.0), "b": tensor(1.0), "y": tensor(5.0)})
    assert value.value == 4.0


def test_every_scalar_primitive_has_a_counterpart() -> None:
    scalar = {name for name, row in PRIMITIVES.items() if row.elementwise}
    assert scalar - RAISED_PRIMITIVES == set()


SCALAR = sorted(
    name
    for name, row in PRIMITIVES.items()
    if row.elementwise and any(all(np.shape(v) == () for v in sample.values()) for sample in row.samples)
)


@pytest.mark.parametrize("name", SCALAR)
def test_a_recorded_primitive_has_the_value_of_its_counterpart(name: str) -> None:
    row = PRIMITIVES[name]
    sample = next(s for s in row.samples if all(np.shape(v) == () for v in s.values()))
    leaves = [tensor(value, name=f"x{i}") for i, value in enumerate(sample.values())]
    output = apply(name, *leaves, **sample.parameters)
    (expr,) = raise_(graph([output], leaves))
    point = {sympy.Symbol(f"x{i}"): sympy.Float(float(leaf.value), 20) for i, leaf in enumerate(leaves)}
    assert float(expr.subs(point)) == pytest.approx(float(output.value))
