"""Derivatives of functions against each other and against closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from notevault.autodiff import (
    checkpoint,
    compile,
    grad,
    gradcheck,
    gradients,
    graph,
    hessian,
    hvp,
    jacobian,
    jvp,
    stop_gradient,
    tensor,
    trace,
    value_and_grad,
    vjp,
)
from notevault.autodiff.operations import exp, sin, tanh


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def test_derivatives_of_any_order() -> None:
    f = sin
    expected = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin]
    for exact in expected:
        assert f(0.7) == pytest.approx(exact(0.7))
        f = grad(f)


def test_the_hessian_is_symmetric_and_agrees_with_its_products() -> None:
    x = np.linspace(-1, 1, 5)
    table = hessian(rosenbrock)(x)
    assert table == pytest.approx(table.T)
    v = np.arange(5.0)
    assert hvp(rosenbrock, (x,), (v,)) == pytest.approx(table @ v)


@pytest.mark.parametrize("size", [2, 7])
def test_the_jacobian_is_the_same_in_both_modes(size: int) -> None:
    matrix = np.sin(np.arange(3.0 * size)).reshape(size, 3)

    def f(x):
        return tanh(matrix @ x)

    x = np.array([0.1, 0.2, 0.3])
    closed = (1 - np.tanh(matrix @ x) ** 2)[:, None] * matrix
    assert jacobian(f)(x) == pytest.approx(closed)


def test_an_inner_derivative_may_use_a_variable_of_the_outer_one() -> None:
    assert grad(lambda a: grad(lambda x: a * a * x)(2.0))(3.0) == 6.0
    assert grad(lambda a: jvp(lambda x: a * x, (2.0,), (1.0,))[1])(3.0) == 1.0
    assert grad(lambda a: value_and_grad(lambda x: a * x)(2.0)[0])(3.0) == 2.0
    third = jacobian(lambda a: hessian(lambda x: (a * x**3).sum())(np.array([1.0, 2.0])))(3.0)
    np.testing.assert_allclose(third, [[6.0, 0.0], [0.0, 12.0]])


def test_an_inner_derivative_is_compiled_checked_and_recomputed_with_the_outer_variable() -> None:
    def twice(a: Any) -> Any:
        return grad(lambda x: a * a * x)(2.0) * a

    compiled = compile(twice)
    assert [float(compiled(a)) for a in (3.0, 4.0)] == [27.0, 64.0]
    assert gradcheck(twice, 3.0).ok
    assert grad(checkpoint(twice))(3.0) == 27.0


def test_a_derivative_that_uses_no_outer_variable_is_plain() -> None:
    inner: list[Any] = []

    def outer(a: Any) -> Any:
        inner.append(grad(lambda x: x * x)(2.0))
        return a * inner[0]

    assert grad(outer)(3.0) == 4.0
    assert isinstance(inner[0], np.floating)


def test_vjp_and_jvp_are_transposes() -> None:
    x, u, v = np.array([0.5, 1.5]), np.array([1.0, 2.0]), np.array([3.0, -1.0])
    _, pull = vjp(lambda x: exp(x) * x[::-1], x)
    _, pushed = jvp(lambda x: exp(x) * x[::-1], (x,), (v,))
    assert pull(u)[0] @ v == pytest.approx(u @ pushed)


def test_parameters_may_be_nested() -> None:
    def loss(parameters, x):
        return ((x @ parameters["w"] + parameters["b"][0]) ** 2).sum()

    parameters = {"w": np.ones((2, 1)), "b": [np.zeros(1)]}
    value, slopes = value_and_grad(loss)(parameters, np.eye(2))
    assert value == 2.0
    assert slopes["w"].tolist() == [[2.0], [2.0]]
    assert slopes["b"][0].tolist() == [4.0]


def test_stop_gradient_makes_a_constant() -> None:
    assert grad(lambda x: x * stop_gradient(x))(3.0) == 3.0


def test_plain_numpy_code_runs_on_tensors() -> None:
    def f(x):
        h = np.concatenate([np.sin(x), np.where(x > 0, x, np.exp(x))])
        return np.sum(np.clip(h, -0.5, 2.0) ** 2) / np.linalg.norm(h) + np.mean(np.stack([x, 2 * x]).T @ np.ones(2))

    x = np.array([-0.3, 0.4, 1.1])
    step = 1e-6
    for k in range(3):
        unit = np.eye(3)[k] * step
        assert grad(f)(x)[k] == pytest.approx((f(x + unit) - f(x - unit)) / (2 * step), rel=1e-7)


def test_a_recorded_gradient_holds_at_every_other_point() -> None:
    from notevault.autodiff import PRIMITIVES

    def f(x):
        return np.abs(x) * np.maximum(x, 0.5) + x**3

    x = tensor(1.0, "x")
    program = graph(gradients(f(x), [x]), [x])
    functions = {name: row.forward for name, row in PRIMITIVES.items()}
    for point in (-2.0, 0.1, 3.0):
        (slope,) = program.replay([np.float64(point)], functions)
        assert slope == pytest.approx(grad(f)(point))


def test_the_trace_of_a_squared_error_is_what_a_student_writes_down() -> None:
    w, x, b, y = tensor(2.0, "w"), tensor(3.0, "x"), tensor(1.0, "b"), tensor(5.0, "y")
    y_hat = w * x + b
    loss = (y_hat - y) ** 2
    steps = trace(loss, names={"y_hat": y_hat, "loss": loss})
    assert steps.output.value == 4.0
    adjoints = {label: float(steps.node(label).adjoint) for label in ("y_hat", "w", "b", "x")}
    assert adjoints == {"y_hat": 4.0, "w": 12.0, "b": 4.0, "x": 8.0}
    product = steps.node("v1")
    assert product.operation == "mul"
    assert [local.latex for local in product.local_derivatives] == ["x", "w"]
    assert [float(local.value) for local in product.local_derivatives] == [3.0, 2.0]
    assert [float(sent) for sent in product.contributions] == [12.0, 8.0]


def test_the_contributions_of_a_trace_sum_to_the_adjoints() -> None:
    x = tensor(np.array([0.3, 0.8]), "x")
    h = np.sin(x) * x
    steps = trace((h * h + h).sum(), [x])
    received = {node.index: 0.0 for node in steps.nodes}
    for parent, _, sent in steps.edges():
        if sent is not None:
            received[parent] = received[parent] + sent
    for node in steps.nodes[:-1]:
        if node.operation != "constant":
            assert received[node.index] == pytest.approx(node.adjoint)


def test_gradients_are_the_callers_own_arrays():
    a, b = np.ones(3), np.ones(3)
    for f in (lambda a, b: np.sum(a + b), lambda a, b: np.sum((a + b) ** 2), lambda a, b: np.sum(np.stack([a, b]))):
        da, db = grad(f, (0, 1))(a, b)
        before = db.copy()
        da *= 0.5
        assert np.array_equal(db, before)
    cotangent = np.ones(3)
    _, pull = vjp(lambda x: x + 0.0, a)
    (slope,) = pull(cotangent)
    slope += 1
    assert np.array_equal(cotangent, np.ones(3))
