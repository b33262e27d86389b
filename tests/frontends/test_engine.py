"""Expressions go to the engine and come back; sympy's own derivative is the oracle here, and only here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from notevault.autodiff import PRIMITIVES, Tensor, apply, gradients, graph, tensor
from notevault.frontends.comparison.identity import equal
from notevault.frontends.gradients import judge
from notevault.frontends.symbolic.engine import RAISED_PRIMITIVES, derivatives, gradient, lower, raise_
from notevault.frontends.symbolic.programs import UnknownHeadError
from notevault.frontends.symbolic.raising_arrays import WITHOUT_A_FORM

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


KNOWN = [
    (sympy.cot(x), -1 / sympy.sin(x) ** 2),
    (sympy.acot(x), -1 / (1 + x**2)),
    (sympy.sinc(x), (x * sympy.cos(x) - sympy.sin(x)) / x**2),
    (sympy.Mod(x**2, 3), 2 * x),
    (sympy.frac(x) * y, y),
    (sympy.Heaviside(x) * x**2, sympy.Heaviside(x) * 2 * x),
    (sympy.Piecewise((x, sympy.Xor(x > 0, y > 0)), (2 * x, True)), sympy.Piecewise((1, x * y < 0), (2, True))),
    (sympy.Sum(x ** sympy.Symbol("i"), (sympy.Symbol("i"), 0, 3)), 1 + 2 * x + 3 * x**2),
    (sympy.Derivative(sympy.sin(x) * x, x), 2 * sympy.cos(x) - x * sympy.sin(x)),
    (sympy.Subs(sympy.sin(y * x), y, x), 2 * x * sympy.cos(x**2)),
]


@pytest.mark.parametrize(("function", "derivative"), KNOWN, ids=str)
def test_functions_that_are_short_names_of_others_are_differentiated(
    function: sympy.Expr, derivative: sympy.Expr
) -> None:
    assert equal(gradient(function, x), derivative).equal


UNKNOWN = [
    (sympy.gamma(x), "gamma"),
    (sympy.LambertW(x), "LambertW"),
    (sympy.DiracDelta(x), "DiracDelta"),
    (sympy.Integral(sympy.exp(-(x**2)), x), "Integral"),
    (sympy.Function("tanh")(x), "tanh"),
    (type("exp", (sympy.Function,), {})(x), "exp"),
]


@pytest.mark.parametrize(("function", "head"), UNKNOWN, ids=str)
def test_a_function_the_engine_lacks_is_named(function: sympy.Expr, head: str) -> None:
    with pytest.raises(UnknownHeadError) as caught:
        gradient(function, x)
    assert caught.value.head == head


def test_ten_layers_that_use_each_other_three_times_are_differentiated() -> None:
    at = {"w": 0.3, "b": 0.1, "x": 0.4}

    def layers(tanh: Any, w: Any, b: Any, f: Any) -> Any:
        for _ in range(10):
            f = tanh(w * f + b) * f + f
        return f

    loss = layers(sympy.tanh, w, b, x)
    leaves = {name: tensor(value) for name, value in at.items()}
    (slope,) = gradients(lower(loss, leaves), [leaves["w"]])
    expected = layers(np.tanh, 0.3 + 1e-30j, 0.1, 0.4).imag / 1e-30
    assert slope.value == pytest.approx(expected, rel=1e-12)
    assert lower(gradient(loss, w), at) == pytest.approx(expected, rel=1e-9)
    assert str(judge(loss, w, gradient(loss, w)).outcome) == "verified"
    wrong = judge(loss, w, loss)
    assert (str(wrong.outcome), wrong.diagnosis) == ("refuted", "not localised")


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


TABLE = sorted(name for name, row in PRIMITIVES.items() if row.sympy and name not in WITHOUT_A_FORM)


def test_only_rows_of_the_table_are_left_out_and_each_has_a_reason() -> None:
    assert set(WITHOUT_A_FORM) < set(PRIMITIVES)
    assert all(WITHOUT_A_FORM.values())


@pytest.mark.parametrize("name", TABLE)
def test_an_operation_raised_to_sympy_and_lowered_again_has_its_value(name: str) -> None:
    row = PRIMITIVES[name]
    for sample in row.samples:
        values = sample.values()
        if name == "cholesky":
            values = tuple(value @ np.swapaxes(value, -1, -2) + np.eye(value.shape[-1]) for value in values)
        named = {place: value for place, value in enumerate(values) if np.asarray(value).dtype.kind == "f"}
        leaves = {place: tensor(value, name=f"x{place}") for place, value in named.items()}
        operands = [leaves.get(place, value) for place, value in enumerate(values)]
        output = apply(name, *operands, **sample.parameters)
        assert isinstance(output, Tensor)
        (raised,) = raise_(graph([output], list(leaves.values())))
        symbols = {entry.name: number for leaf in leaves.values() for entry, number in _entries(leaf)}
        found = [float(_plain(lower(entry, symbols))) for entry in np.ravel(np.array(raised, dtype=object))]
        assert found == pytest.approx(np.ravel(output.value).astype(float), rel=1e-6, abs=1e-9)


def _entries(leaf: Tensor) -> list[tuple[sympy.Symbol, float]]:
    """The symbols of a leaf's entries with their numbers."""
    (symbols,) = raise_(graph([leaf], [leaf]))
    return list(zip(np.ravel(np.array(symbols, dtype=object)), np.ravel(leaf.value).tolist(), strict=True))


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)
