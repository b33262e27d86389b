"""Compiled programs: equal to what is traced, and written as a person would write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notevault.autodiff import PRIMITIVES, Reals, TapeCutError, apply, compile, value_and_grad
from notevault.autodiff import operations as ops
from notevault.autodiff.compiler.views import MAY_SHARE
from notevault.autodiff.trees import leaves

RNG = np.random.default_rng(0)
X, LABELS, TARGET = RNG.standard_normal((8, 3)), RNG.integers(0, 4, 8), RNG.standard_normal((8, 4))
NETWORK = {
    "w1": RNG.standard_normal((3, 5)),
    "b1": RNG.standard_normal(5),
    "w2": RNG.standard_normal((5, 4)),
    "b2": RNG.standard_normal(4),
}


def classify(p, x, y):
    hidden = ops.relu(x @ p["w1"] + p["b1"])
    return ops.cross_entropy(hidden @ p["w2"] + p["b2"], y)


def regress(p, x, y):
    hidden = np.tanh(x @ p["w1"] + p["b1"])
    return ops.mse(hidden @ p["w2"] + p["b2"], y)


def regularized(p, x, y):
    return regress(p, x, y) + 0.1 * (np.sum(p["w1"] ** 2) + np.sum(np.abs(p["w2"])))


def shared(p, x, y):
    w = p["w1"] @ p["w2"]
    return np.sum(w * w) / (1 + np.linalg.norm(w)) + np.sum(np.log(1 + np.exp(w))) + np.prod(1 + 0.1 * w[0])


def normalized(p, x, y):
    h = ops.layernorm(x @ p["w1"], p["b1"], np.zeros(5, x.dtype))
    weights = ops.softmax(h @ p["w2"] + p["b2"], axis=1)
    return -np.mean(np.sum(y * np.log(weights), axis=1))


LOSSES = {
    "classify": (classify, LABELS),
    "regress": (regress, TARGET),
    "regularized": (regularized, TARGET),
    "shared": (shared, TARGET),
    "normalized": (normalized, np.abs(TARGET)),
}


@pytest.mark.parametrize(("loss", "y"), LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_compiled_and_eager_agree(loss, y, dtype) -> None:
    p = {name: value.astype(dtype) for name, value in NETWORK.items()}
    x, y = X.astype(dtype), y if y.dtype.kind == "i" else y.astype(dtype)
    fast = compile(loss, argnums=0)
    tolerance = 1e-12 if dtype == np.float64 else 2e-5
    for shift in (0.0, 0.7):
        moved = {name: value + dtype(shift) for name, value in p.items()}
        value, slopes = value_and_grad(loss)(moved, x, y)
        fast_value, fast_slopes = fast(moved, x, y)
        assert fast_value == pytest.approx(value, rel=tolerance)
        for name in p:
            assert fast_slopes[name].dtype == dtype
            np.testing.assert_allclose(fast_slopes[name], slopes[name], rtol=tolerance, atol=tolerance)


def test_results_belong_to_the_caller() -> None:
    fast = compile(regress, argnums=0)
    first = fast(NETWORK, X, TARGET)[1]
    kept = {name: value.copy() for name, value in first.items()}
    fast({name: value + 1 for name, value in NETWORK.items()}, X, TARGET)
    for name, value in first.items():
        assert (value == kept[name]).all()


def test_inputs_are_not_written_to() -> None:
    def f(x, y):
        return np.exp(x) * y + x.T.T, x, y * 1.0

    x, y = X.copy(), X + 1
    before = x.copy(), y.copy()
    out = compile(f)(x, y)
    for part in out:
        part[...] = 5.0
    assert (x == before[0]).all()
    assert (y == before[1]).all()


def test_another_shape_is_another_program() -> None:
    fast = compile(lambda x: np.sum(x * x), argnums=0)
    assert fast(np.ones(3))[1].tolist() == [2.0, 2.0, 2.0]
    assert fast(np.ones((1, 2)))[1].tolist() == [[2.0, 2.0]]
    assert fast(3.0) == (9.0, 6.0)


def test_whole_numbers_are_differentiated_as_real_ones() -> None:
    fast = compile(lambda x, n: 1 / x + n * x**-2, argnums=0)
    assert fast(2, 3) == (0.5 + 0.75, -0.25 - 0.75)
    assert compile(lambda x: np.sum(1 / x), argnums=0)(np.array([1, 2]))[1].tolist() == [-1.0, -0.25]


def test_a_branch_on_a_value_cannot_be_compiled() -> None:
    with pytest.raises(TapeCutError, match="where"):
        compile(lambda x: x if x > 0 else -x)(1.0)


def test_a_label_that_is_no_class_is_an_error_in_both() -> None:
    fast = compile(classify, argnums=0)
    fast(NETWORK, X, LABELS)
    for wrong in (np.full(8, 4), np.full(8, -1)):
        with pytest.raises(IndexError):
            fast(NETWORK, X, wrong)
        with pytest.raises(IndexError):
            classify(NETWORK, X, wrong)


@pytest.mark.parametrize(
    "target", [np.zeros((8, 1), int), np.zeros(1, int), np.zeros(7, int), np.full((8, 1), 0.25), np.full(4, 0.25)]
)
def test_a_target_of_another_shape_is_an_error_and_not_broadcast(target):
    for loss in (ops.cross_entropy, ops.nll):
        with pytest.raises(ValueError, match="for scores of shape"):
            loss(np.log(np.full((8, 4), 0.25)), target)


def test_single_numbers_become_straight_python_and_still_know_infinity() -> None:
    fast = compile(lambda x: 1 / x + np.log(x), argnums=0)
    assert fast(2.0) == (0.5 + np.log(2.0), 0.25)
    value, slope = fast(0.0)
    assert np.isnan(value) or np.isinf(value)
    assert np.isnan(slope) or np.isinf(slope)


def test_zero_cotangent_times_infinite_derivative_is_zero_in_compiled_code_too() -> None:
    def f(x):
        return np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 0.0)), 0.0))

    with np.errstate(divide="ignore", invalid="ignore"):
        assert compile(f, argnums=0)(np.array([-1.0, 0.0, 4.0]))[1].tolist() == [0.0, 0.0, 0.25]


@pytest.mark.parametrize("name", [name for name, row in PRIMITIVES.items() if row.samples])
def test_every_operation_compiles_to_what_it_is(name: str) -> None:
    for sample in PRIMITIVES[name].samples:
        values = sample.values()
        chosen = [k for k, operand in enumerate(sample.operands) if isinstance(operand, Reals)]

        def run(*operands):
            filled = list(values)  # noqa: B023
            for k, operand in zip(chosen, operands, strict=True):  # noqa: B023
                filled[k] = operand
            return apply(name, *filled, **sample.parameters)  # noqa: B023

        operands = [values[k] for k in chosen]
        expected = run(*operands)
        np.testing.assert_allclose(compile(run)(*operands), expected, rtol=1e-12, atol=1e-12)
        if PRIMITIVES[name].differentiable and operands:

            def weighted(*operands):
                out = run(*operands)
                return ops.sum(out * np.cos(np.arange(np.size(expected))).reshape(np.shape(expected)))  # noqa: B023

            places = tuple(range(len(operands)))
            with np.errstate(all="ignore"):
                slopes = compile(weighted, argnums=places)(*operands)[1]
            for a, b in zip(slopes, value_and_grad(weighted, places)(*operands)[1], strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", [name for name, row in PRIMITIVES.items() if row.samples])
def test_every_operation_that_shares_memory_with_its_operand_is_known_as_such(name: str) -> None:
    row = PRIMITIVES[name]
    for sample in row.samples:
        values = sample.values()
        result = row.forward(*values, **sample.parameters)
        for place, value in enumerate(values):
            if isinstance(value, np.ndarray) and isinstance(result, np.ndarray) and np.shares_memory(result, value):
                assert name in MAY_SHARE, name
                assert place == 0, name


def test_a_view_is_not_overwritten_while_it_is_needed() -> None:
    def f(x):
        first = np.exp(x)
        turned, row, wide = np.flip(first, 0), first[1], np.broadcast_to(first[:1], (3, 3))
        other = np.exp(2 * x) * np.sin(x)
        more = np.tanh(other) + np.cos(x)
        return np.sum(turned * more) + np.sum(row * other[0]) + np.sum(wide * more * other)

    x = X[:3, :3]
    value, slope = value_and_grad(f)(x)
    fast_value, fast_slope = compile(f, argnums=0)(x)
    assert fast_value == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(fast_slope, slope, rtol=1e-12)


def in_place_of(move):
    """A rearrangement of matrices; numbers stay as they are."""
    return lambda x: move(x) if np.ndim(x.value) == 2 else x


UNARY = [
    ops.tanh,
    ops.exp,
    ops.sigmoid,
    ops.square,
    ops.relu,
    ops.sin,
    in_place_of(lambda x: x.T),
    in_place_of(ops.flip),
    in_place_of(lambda x: x[::-1]),
    in_place_of(lambda x: ops.broadcast(x[1], shape=(3, 3))),
    in_place_of(lambda x: x.reshape(9).reshape(3, 3)),
    in_place_of(lambda x: ops.concat(x[1:], x[:1])),
]
BINARY = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (2 + ops.sin(b)), ops.maximum]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=40))
def test_random_programs_compile_to_what_they_are(steps) -> None:
    def f(a, b, c):
        values = [a, b, c]
        for kind, i, j in steps:
            x, y = values[i % len(values)], values[j % len(values)]
            new = UNARY[kind](x) if kind < len(UNARY) else BINARY[kind - len(UNARY)](x, y)
            values.append(ops.tanh(new))
        total = ops.sum(values[3])
        for k, value in enumerate(values[4:]):
            total = total + ops.sum(value) * (0.5 + 0.1 * (k % 7))
        return total

    arguments = (X[:3, :3], X[3:6, :3] * 0.5, 0.7)
    value, slopes = value_and_grad(f, (0, 1, 2))(*arguments)
    fast_value, fast_slopes = compile(f, argnums=(0, 1, 2))(*arguments)
    assert fast_value == pytest.approx(value, rel=1e-11, abs=1e-11)
    for a, b in zip(leaves(fast_slopes), leaves(slopes), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def test_arguments_of_another_form_are_another_program() -> None:
    fast = compile(lambda p: p["w"] * 10 + p["b"], argnums=0)
    assert fast({"w": 3.0, "b": 1.0}) == fast({"b": 1.0, "w": 3.0}) == (31.0, {"w": 10.0, "b": 1.0})
    either = compile(lambda a, b: (a[0] if isinstance(a, list) else 2 * a) * b)
    assert (either([2.0], 3.0), either(2.0, 3.0)) == (6.0, 12.0)
