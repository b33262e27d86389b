"""What the engine promises where derivatives are awkward: zeros, infinities, kinks, ties, writes."""

from __future__ import annotations

import gc
import sys
from fractions import Fraction

import numpy as np
import pytest

from notevault.autodiff import (
    NotScalarError,
    TapeCutError,
    TapeWriteError,
    TrainingStep,
    UnknownPrimitiveError,
    UnsupportedNumpyError,
    Updater,
    apply,
    grad,
    gradients,
    tensor,
    value_and_grad,
)
from notevault.autodiff.operations import absolute, amax, log, maximum, norm, set_at, sqrt, square, std, where
from notevault.autodiff.optimizers import SGD
from notevault.autodiff.scalar import gradient, variables


def test_a_choice_between_a_whole_number_and_a_number_without_axes_is_a_number() -> None:
    for other in (np.array(0.5), np.float32(0.5), 0.5, np.array(0.5, dtype=np.float32)):
        chosen = apply("where", True, 0, other)
        assert np.shape(chosen) == ()
        assert (float(chosen), np.asarray(chosen).dtype) == (0.0, np.asarray(other).dtype)


def test_where_hides_the_infinite_slope_of_the_side_not_chosen() -> None:
    def f(x):
        return where(x > 0, sqrt(where(x > 0, x, 0.0)), 0.0).sum()

    slope = grad(f)(np.array([-1.0, 0.0, 4.0]))
    assert slope.tolist() == [0.0, 0.0, 0.25]


def test_zero_cotangent_times_infinite_derivative_is_zero() -> None:
    with np.errstate(divide="ignore"):
        assert grad(lambda x: 0.0 * sqrt(x))(0.0) == 0.0
        assert grad(lambda x: where(x > 0, log(x), x))(0.0) == 1.0
        assert grad(lambda x: square(sqrt(x)))(0.0) == 0.0


@pytest.mark.parametrize("order", [1, 2])
def test_the_norm_and_the_standard_deviation_of_equal_numbers_have_finite_gradients(order: int) -> None:
    for f in (norm, std):
        derivative = f
        for _ in range(order):
            inner = derivative
            derivative = lambda x, inner=inner: grad(lambda z: inner(z).sum())(x)  # noqa: E731
        assert np.isfinite(derivative(np.zeros(3))).all()


def test_subgradients_are_the_documented_ones() -> None:
    assert grad(absolute)(0.0) == 0.0
    assert grad(lambda x: apply("relu", x))(0.0) == 0.0
    assert grad(lambda x: maximum(x, 1.0))(1.0) == 0.5
    assert grad(lambda x: apply("clip", x, low=0.0, high=1.0))(1.0) == 1.0


def test_ties_share_the_gradient_of_a_maximum_evenly() -> None:
    assert grad(amax)(np.array([1.0, 3.0, 3.0])).tolist() == [0.0, 0.5, 0.5]


def test_writing_into_a_traced_array_names_the_functional_replacement() -> None:
    x = tensor(np.zeros(3))
    with pytest.raises(TapeWriteError, match="set_at"):
        x[0] = 1.0
    with pytest.raises(TapeWriteError, match="without out="):
        np.add(x, 1.0, out=np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        x.value[0] = 1.0
    assert set_at(x, 1.0, index=0).value.tolist() == [1.0, 0.0, 0.0]


def test_a_tensor_does_not_turn_into_a_number_unasked() -> None:
    x = tensor(2.0)
    with pytest.raises(TapeCutError, match="item"):
        float(x)
    with pytest.raises(TapeCutError, match="value"):
        np.asarray(x)
    assert x.item() == 2.0
    assert f"{x:.1f}" == "2.0"


def test_errors_say_what_was_asked() -> None:
    with pytest.raises(UnknownPrimitiveError, match="did you mean sinh"):
        apply("sinnh", 1.0)
    with pytest.raises(UnsupportedNumpyError, match="gcd"):
        np.gcd(tensor(4.0), 2)
    with pytest.raises(NotScalarError, match=r"\(3,\)"):
        grad(lambda x: x * 2)(np.ones(3))


def test_fractions_stay_exact() -> None:
    value, slope = value_and_grad(lambda x: (2 * x - 1) ** 3 / x)(Fraction(1, 3))
    assert value == Fraction(-1, 9)
    assert slope == Fraction(7, 3)
    assert isinstance(slope, Fraction)
    assert grad(lambda x: maximum(x, Fraction(1, 2)) * absolute(-x))(Fraction(1, 2)) == Fraction(3, 4)


def test_float32_stays_float32() -> None:
    x = np.linspace(0.5, 1, 4, dtype=np.float32)
    slope = grad(lambda x: (sqrt(x) * maximum(x, 0.7) / (1 + x) ** 2).mean() + amax(x))(x)
    assert slope.dtype == np.float32


def test_complex_values_pass_for_the_complex_step() -> None:
    y = np.exp(tensor(1.0 + 1e-30j)) * 2
    assert y.value.imag / 1e-30 == pytest.approx(2 * np.e)


def test_a_million_nodes_differentiate_without_recursion() -> None:
    x = tensor(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1e-6
    (slope,) = gradients(y, [x])
    assert slope.value == 1.0


def train(step, steps: int) -> None:
    for _ in range(steps):
        step()


@pytest.mark.parametrize("kind", ["eager", "compiled", "single numbers"])
def test_ten_thousand_training_steps_without_the_cycle_collector_do_not_grow_memory(kind: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
    start = {"w": rng.standard_normal((2, 3)), "v": rng.standard_normal((3, 1))}

    def loss(p, x, y):
        return ((np.tanh(x @ p["w"]) @ p["v"] - y) ** 2).mean()

    run, update, compiled = value_and_grad(loss), Updater(start, SGD(0.01)), TrainingStep(loss, start, x, y)

    def single() -> None:
        w, b = variables(0.5, 0.1)
        gradient((w * 2.0 + b - 1.0) ** 2, [w, b])

    step = {
        "eager": lambda: update(run(update.parameters, x, y)[1]),
        "compiled": lambda: compiled(x, y),
        "single numbers": single,
    }[kind]
    train(step, 100)
    gc.collect()
    gc.disable()
    try:
        objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
        train(step, 10_000)
        assert len(gc.get_objects()) - objects < 50
        # a node that was kept would be ten blocks a step; the interpreter's own caches are far less than one
        assert sys.getallocatedblocks() - blocks < 5_000
    finally:
        gc.enable()


def test_a_gradient_can_be_taken_by_an_inner_node_and_by_the_leaf_behind_it() -> None:
    x = tensor(3.0)
    h = x * x
    by_h, by_x = gradients(h * h, [h, x])
    assert (by_h.value, by_x.value) == (18.0, 108.0)
    assert gradients(h, [tensor(1.0)])[0].value == 0.0


def test_nested_gradients_do_not_confuse_their_variables() -> None:
    # d/dx [ x * d/dy (x + y) ] = 1, the test of Siskind and Pearlmutter (2005)
    assert grad(lambda x: x * grad(lambda y: x + y)(2.0))(1.0) == 1.0
