"""The tape for single numbers, with every type of number; and wide programs of them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from notevault.autodiff import compile, grad, hvp, value_and_grad
from notevault.autodiff import operations as ops
from notevault.autodiff import scalar as sc
from notevault.autodiff.compiler.levels import is_wide
from notevault.autodiff.compiler.tracing import trace_function


def formula(x, y):
    return (x * y + 3 - x / y) ** 3 * (2 - x) / (1 + y * y) - (-x) * 2


@pytest.mark.parametrize("point", [(0.5, 1.5), (-1.0, 2.0), (3.0, -0.25)])
def test_the_scalar_tape_agrees_with_the_tensor_tape(point) -> None:
    leaves = sc.variables(*point)
    slopes = sc.gradient(formula(*leaves), leaves)
    assert slopes == pytest.approx(grad(formula, (0, 1))(*point))


@pytest.mark.parametrize("name", sc.SLOPES)
def test_elementary_functions_agree_with_the_operation_table(name: str) -> None:
    (x,) = sc.variables(0.7)
    y = getattr(sc, name)(x)
    assert y.value == pytest.approx(getattr(ops, name)(0.7))
    assert sc.gradient(y, [x])[0] == pytest.approx(grad(getattr(ops, name))(0.7))
    (z,) = sc.variables(0.7 + 1e-30j)
    assert getattr(sc, name)(z).value.imag / 1e-30 == pytest.approx(sc.gradient(y, [x])[0])


def test_fractions_are_exact() -> None:
    leaves = sc.variables(Fraction(1, 3), Fraction(2, 7))
    slopes = sc.gradient(formula(*leaves), leaves)
    assert all(isinstance(slope, Fraction) for slope in slopes)
    assert [float(slope) for slope in slopes] == pytest.approx(grad(formula, (0, 1))(1 / 3, 2 / 7))


def test_dual_numbers_on_the_tape_give_second_derivatives() -> None:
    def f(x, y):
        return sc.tanh(x * y) * sc.exp(x) + sc.sin(y) / sc.sqrt(x) + sc.log(x) ** 2

    def g(v):
        x, y = v[0], v[1]
        return ops.tanh(x * y) * ops.exp(x) + ops.sin(y) / ops.sqrt(x) + ops.log(x) ** 2

    v = np.array([0.3, -1.0])
    assert sc.hessian_vector(f, (0.7, 1.2), v) == pytest.approx(hvp(g, (np.array([0.7, 1.2]),), (v,)))


def test_a_zero_adjoint_meets_no_infinity() -> None:
    x, y = sc.variables(0.0, 1.0)
    tape_entry = x._step(0.0, math.inf)  # as sqrt at 0 would be
    assert sc.gradient(tape_entry * 0.0 + y, [x, y]) == [0, 1]


def test_a_million_scalars_need_no_recursion() -> None:
    (x,) = sc.variables(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1e-6
    assert sc.gradient(y, [x]) == [1]


def wide_loss(parameters):
    """A network of single numbers on 60 points."""
    total = 0.0
    for k in range(60):
        a, b = math.sin(k), math.cos(1.3 * k)
        hidden = [ops.relu(parameters[3 * j] * a + parameters[3 * j + 1] * b + parameters[3 * j + 2]) for j in range(8)]
        score = parameters[24]
        for j, h in enumerate(hidden):
            score = score + parameters[25 + j] * h
        total = total + ops.relu(1 - score * (1 if k % 2 else -1))
    return total / 60 + 1e-4 * sum(p * p for p in parameters)


def test_a_wide_program_is_scheduled_by_levels_and_agrees() -> None:
    parameters = [math.sin(1.7 * k + 0.3) for k in range(33)]
    assert is_wide(trace_function(wide_loss, (parameters,), (0,)).program)
    fast = compile(wide_loss, argnums=0)
    for shift in (0.0, 0.4):
        moved = [p + shift for p in parameters]
        value, slopes = value_and_grad(wide_loss)(moved)
        fast_value, fast_slopes = fast(moved)
        assert fast_value == pytest.approx(float(value), rel=1e-12)
        assert fast_slopes == pytest.approx([float(s) for s in slopes], rel=1e-10, abs=1e-12)
    assert "take(v, i" in fast.source


def test_a_narrow_program_is_straight_python() -> None:
    def chain(x, a, b):
        for _ in range(1500):
            x = x * a + b
        return x

    fast = compile(chain, argnums=(0, 1, 2))
    value, slopes = value_and_grad(chain, (0, 1, 2))(0.5, 0.999, 0.01)
    fast_value, fast_slopes = fast(0.5, 0.999, 0.01)
    assert fast_value == pytest.approx(float(value), rel=1e-12)
    assert fast_slopes == pytest.approx([float(s) for s in slopes], rel=1e-9)
    assert "take" not in fast.source
