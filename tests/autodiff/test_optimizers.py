"""Optimisers: each against its textbook formula, and against PyTorch where that is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import TrainingStep, Updater, compile, value_and_grad
from notevault.autodiff import operations as ops
from notevault.autodiff.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

Formula = Callable[[np.ndarray, np.ndarray, dict[str, Any], int], np.ndarray]


def sgd(p, g, state, t):
    return p - 0.1 * g


def momentum(p, g, state, t):
    state["m"] = 0.9 * state.get("m", 0.0) + g
    return p - 0.1 * state["m"]


def nesterov(p, g, state, t):
    state["m"] = 0.9 * state.get("m", 0.0) + g
    return p - 0.1 * (g + 0.9 * state["m"])


def adagrad(p, g, state, t):
    state["v"] = state.get("v", 0.0) + g * g
    return p - 0.1 * g / (np.sqrt(state["v"]) + 1e-10)


def rmsprop(p, g, state, t):
    state["v"] = 0.9 * state.get("v", 0.0) + 0.1 * g * g
    return p - 0.1 * g / (np.sqrt(state["v"]) + 1e-8)


def adam(p, g, state, t):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["v"] = 0.999 * state.get("v", 0.0) + 0.001 * g * g
    return p - 0.1 * (state["m"] / (1 - 0.9**t)) / (np.sqrt(state["v"] / (1 - 0.999**t)) + 1e-8)


def adamw(p, g, state, t):
    return adam(p * (1 - 0.1 * 0.05), g, state, t)


CASES: dict[str, tuple[Optimizer, Formula, str, dict[str, Any]]] = {
    "sgd": (SGD(0.1), sgd, "SGD", {}),
    "momentum": (SGD(0.1, momentum=0.9), momentum, "SGD", {"momentum": 0.9}),
    "nesterov": (SGD(0.1, momentum=0.9, nesterov=True), nesterov, "SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": (Adagrad(0.1), adagrad, "Adagrad", {}),
    "rmsprop": (RMSprop(0.1, decay=0.9), rmsprop, "RMSprop", {"alpha": 0.9}),
    "adam": (Adam(0.1), adam, "Adam", {}),
    "adamw": (AdamW(0.1, weight_decay=0.05), adamw, "AdamW", {"weight_decay": 0.05}),
}
SLOPES = [np.sin(np.arange(6.0) + k).reshape(2, 3) for k in range(7)]
START = np.linspace(-1, 1, 6).reshape(2, 3)


@pytest.mark.parametrize(("optimizer", "formula", "name", "options"), CASES.values(), ids=CASES)
def test_an_update_is_the_textbook_formula(optimizer: Optimizer, formula: Formula, name: str, options: Any) -> None:
    update = Updater({"w": START}, optimizer)
    expected, state = START, {}
    for t, slope in enumerate(SLOPES, 1):
        update({"w": slope})
        expected = formula(expected, slope, state, t)
    np.testing.assert_allclose(update.parameters["w"], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("optimizer", "formula", "name", "options"), CASES.values(), ids=CASES)
def test_an_update_is_that_of_pytorch(optimizer: Optimizer, formula: Formula, name: str, options: Any) -> None:
    torch = pytest.importorskip("torch", reason="the extra `oracles` is not installed: there is no PyTorch")
    update = Updater({"w": START}, optimizer)
    leaf = torch.from_numpy(START.copy()).requires_grad_()
    theirs = getattr(torch.optim, name)([leaf], lr=0.1, **options)
    for slope in SLOPES:
        update({"w": slope})
        leaf.grad = torch.from_numpy(slope.copy())
        theirs.step()
    np.testing.assert_allclose(update.parameters["w"], leaf.numpy(force=True), rtol=1e-12, atol=1e-12)


def test_a_long_update_is_worked_on_piece_by_piece_with_the_same_result() -> None:
    start = np.linspace(-1, 1, 200_000)
    whole, halves = Updater([start], Adam(0.1)), [Updater([part], Adam(0.1)) for part in np.split(start, 4)]
    for k in range(3):
        slope = np.cos(start * k)
        whole([slope])
        for part, piece in zip(halves, np.split(slope, 4), strict=True):
            part([piece])
    assert "for (p, m, v, s), g in zip(pieces, gradients" in whole.source
    np.testing.assert_array_equal(whole.parameters[0], np.concatenate([part.parameters[0] for part in halves]))


def test_long_and_short_gradients_reach_their_own_parameters_in_any_order() -> None:
    rng = np.random.default_rng(0)
    start = [rng.standard_normal(shape) for shape in ((3,), (200, 100), (), (5, 2), (300, 500), (150, 120), (7,))]
    slopes = [rng.standard_normal(np.shape(part)) for part in start]
    together, alone = Updater(start, Adam(0.1)), [Updater(part, Adam(0.1)) for part in start]
    for _ in range(2):
        together([slope if k != 1 else np.asfortranarray(slope) for k, slope in enumerate(slopes)])
        for one, slope in zip(alone, slopes, strict=True):
            one(slope)
    for part, one in zip(together.parameters, alone, strict=True):
        np.testing.assert_array_equal(part, one.parameters)


def test_gradients_and_data_are_matched_by_key() -> None:
    update = Updater({"w": np.zeros(2), "b": np.zeros(2)}, SGD(1.0))
    update({"b": np.ones(2), "w": np.full(2, 2.0)})
    assert (update.parameters["w"].tolist(), update.parameters["b"].tolist()) == ([-2.0, -2.0], [-1.0, -1.0])
    with pytest.raises(ValueError, match=r"keys \['w', 'c'\] where a dict with the keys \['w', 'b'\]"):
        update({"w": np.ones(2), "c": np.ones(2)})
    start, x, y = np.ones(2), np.array([1.0, 2.0]), np.array([5.0, 5.0])
    step = TrainingStep(lambda p, d: ops.mse(p * d["x"], d["y"]), start, {"x": x, "y": y})
    assert step({"y": y, "x": x}) == pytest.approx(((x - y) ** 2).mean())
    with pytest.raises(ValueError, match="a single value where"):
        step(x)


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2,\) for a parameter of shape \(3,\)"):
        Updater(np.zeros(3), SGD())(np.zeros(2))


def loss(parameters, x, y):
    return ops.mse(ops.tanh(x @ parameters["m"] + parameters["p"]) @ parameters["d_m"], y)


def test_a_compiled_step_is_the_traced_gradient_and_the_update() -> None:
    # the names of the parameters are those that the lines of an update use: they must not be confused
    from notevault.autodiff import value_and_grad

    rng = np.random.default_rng(0)
    start = {"m": rng.standard_normal((2, 4)), "p": np.zeros(4), "d_m": rng.standard_normal((4, 1))}
    x, y = rng.standard_normal((10, 2)), rng.standard_normal((10, 1))
    step, update = TrainingStep(loss, start, x, y), Updater(start, Adam())
    for _ in range(5):
        value, slopes = value_and_grad(loss)(update.parameters, x, y)
        update(slopes)
        assert step(x, y) == pytest.approx(value, rel=1e-12)
        for name in start:
            np.testing.assert_allclose(step.parameters[name], update.parameters[name], rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(step.gradients[name], slopes[name], rtol=1e-10, atol=1e-12)
    with pytest.raises(ValueError, match="compiled for"):
        step(x[:5], y[:5])


def test_a_parameter_that_the_loss_does_not_use_keeps_its_value() -> None:
    step = TrainingStep(lambda p, x: ops.sum(p[0] * x), [np.ones(3), np.full(2, 7.0)], np.ones(3), optimizer=SGD(0.5))
    step(np.ones(3))
    assert step.parameters[0].tolist() == [0.5, 0.5, 0.5]
    assert step.parameters[1].tolist() == [7.0, 7.0]


def test_a_gradient_that_is_a_view_reaches_its_place_too() -> None:
    from notevault.autodiff import value_and_grad

    rng = np.random.default_rng(1)
    start = [rng.standard_normal((4, 2)), rng.standard_normal(4), rng.standard_normal((1, 4))]
    x, y = rng.standard_normal((5, 2)), rng.standard_normal((5, 1))

    def layered(p, x, y):
        return ops.mse(ops.linear(ops.tanh(ops.linear(x, p[0], p[1])), p[2]), y)

    step = TrainingStep(layered, start, x, y, optimizer=SGD(0.1))
    _, slopes = value_and_grad(layered)(start, x, y)
    step(x, y)
    for mine, slope, before, after in zip(step.gradients, slopes, start, step.parameters, strict=True):
        np.testing.assert_allclose(mine, slope, rtol=1e-12)
        np.testing.assert_allclose(after, before - 0.1 * slope, rtol=1e-12)


@pytest.mark.parametrize(
    "loss",
    [
        lambda p, x: p["w"],
        lambda p, x: p["w"] * 2.0,
        lambda p, x: p["w"] * x,
        lambda p, x: p["w"] ** 2 + p["w"],
        lambda p, x: np.exp(p["w"]),
    ],
)
def test_the_loss_of_a_step_is_that_before_its_update(loss: Any) -> None:
    start = {"w": np.array(2.0)}
    step, update = TrainingStep(loss, start, 3.0, optimizer=SGD(0.1)), Updater(start, SGD(0.1))
    for _ in range(3):
        value, slope = value_and_grad(loss)(update.parameters, 3.0)
        before = float(value)
        update(slope)
        assert float(step(3.0)) == pytest.approx(before)
        assert step.parameters["w"] == pytest.approx(update.parameters["w"])


def test_whole_numbers_are_trained_as_real_ones() -> None:
    step = TrainingStep(lambda p, x: ((p["w"] * x) ** 2).sum(), {"w": np.array([2, 3])}, 1.0, optimizer=SGD(0.1))
    step(1.0)
    assert step.parameters["w"].tolist() == pytest.approx([1.6, 2.4])
    with pytest.raises(ValueError, match="no parameter"):
        Updater({}, SGD(0.1))


def test_a_loss_without_axes_that_is_an_argument_is_the_callers_own_copy() -> None:
    x = np.array(2.0)
    same, total = compile(lambda x, y: (x, y.sum()))(x, np.ones(2))
    x[...] = 5.0
    assert (same, total) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: SGD(-1.0), "rate"),
        (lambda: SGD(nesterov=True), "momentum"),
        (lambda: RMSprop(decay=1.0), "decay"),
        (lambda: Adam(beta2=1.0), "beta2"),
        (lambda: Adagrad(epsilon=-1.0), "epsilon"),
    ],
)
def test_a_hyperparameter_out_of_its_range_is_named(make: Any, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is out of its range"):
        make()
