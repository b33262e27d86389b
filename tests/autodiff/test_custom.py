"""Rules given by hand, and checkpoints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from notevault.autodiff import (
    OutputError,
    TapeCutError,
    checkpoint,
    custom_rule,
    grad,
    gradcheck,
    hessian,
    jvp,
    tensor,
    trace,
)
from notevault.autodiff.sweep import recorded

W = np.cos(np.arange(9.0)).reshape(3, 3)


def block(x, w):
    return np.tanh(x @ w) * x


kept = checkpoint(block)


def plain(x, w):
    return (block(block(x, w), w) ** 2).sum()


def lean(x, w):
    return (kept(kept(x, w), w) ** 2).sum()


def test_a_checkpoint_changes_no_derivative() -> None:
    x = np.array([0.3, -0.2, 0.9])
    for argnum in (0, 1):
        assert grad(lean, argnum)(x, W) == pytest.approx(grad(plain, argnum)(x, W))
    assert hessian(lean)(x, W) == pytest.approx(hessian(plain)(x, W))
    assert jvp(lean, (x, W), (x, W))[1] == pytest.approx(jvp(plain, (x, W), (x, W))[1])


def test_a_checkpoint_keeps_fewer_nodes() -> None:
    x = tensor(np.ones(3))
    assert len(recorded([lean(x, W)])) == 5
    assert len(recorded([plain(x, W)])) == 9


def test_a_custom_rule_is_used_and_can_be_differentiated_again() -> None:
    cube = custom_rule(lambda x: x**3, vjp=[lambda g, y, x: g * 3 * x * x], name="cube")
    assert grad(cube)(2.0) == 12.0
    assert grad(grad(cube))(2.0) == 12.0
    with pytest.raises(NotImplementedError, match="cube was given no jvp"):
        jvp(cube, (2.0,), (1.0,))


def test_a_rule_that_gives_another_shape_is_an_error() -> None:
    total = custom_rule(lambda x: x.sum(), vjp=[lambda g, y, x: g], name="total")
    with pytest.raises(ValueError, match=r"total gave a cotangent of shape \(\) for operand 0 of shape \(3,\)"):
        grad(total)(np.ones(3))
    power = custom_rule(lambda x, n: x**n, vjp=[lambda g, y, x, n: g * n * x ** (n - 1)], name="power")
    assert grad(power)(3.0, 2) == 6.0
    with pytest.raises(ValueError, match="1 vjp rules for 2 operands"):
        grad(power, 1)(3.0, 2.0)


@pytest.mark.parametrize("name", ["sum", "mean", "mul", "reshape", "matmul", "getitem"])
def test_the_name_of_an_operation_of_ones_own_says_nothing_of_its_hessian(name: str) -> None:
    x = np.linspace(1.0, 2.0, 12)
    cubes = checkpoint(lambda x: (x * x * x).sum(), name=name)
    np.testing.assert_allclose(hessian(cubes)(x), np.diag(6 * x))
    slope = lambda g, y, x: g * 3 * x * x  # noqa: E731
    by_hand = custom_rule(
        lambda x: (x * x * x).sum(), vjp=[slope], jvp=lambda t, y, x: (3 * x * x * t[0]).sum(), name=name
    )
    np.testing.assert_allclose(hessian(by_hand)(x), np.diag(6 * x))


def test_a_checkpoint_takes_nested_arguments_and_other_things() -> None:
    def f(p: Any, *, power: Any, k: int, mode: str) -> Any:
        return p["a"][k] * p["b"] ** power if mode == "product" else p["b"]

    wrapped = checkpoint(f)
    p = {"a": np.array([2.0, 5.0]), "b": 3.0}
    slopes = grad(lambda p, n: wrapped(p, power=n, k=1, mode="product"), (0, 1))(p, 2.0)
    assert (slopes[0]["a"].tolist(), slopes[0]["b"]) == ([0.0, 9.0], 30.0)
    assert slopes[1] == pytest.approx(5.0 * 9.0 * np.log(3.0))
    assert wrapped(p, power=2, k=0, mode="product") == 18.0


def test_a_checkpoint_refuses_what_it_would_lose() -> None:
    with pytest.raises(TapeCutError, match="not among its arguments"):
        grad(lambda w: checkpoint(lambda x: x * w)(w))(3.0)
    with pytest.raises(OutputError, match="tuple"):
        grad(lambda x: checkpoint(lambda x: (x, x))(x)[0])(3.0)
    noise = iter(range(10))
    with pytest.raises(ValueError, match="something else"):
        grad(checkpoint(lambda x: x * next(noise)))(3.0)


def test_a_checkpoint_is_a_node_of_the_trace() -> None:
    steps = trace(checkpoint(lambda x: x * x, name="square twice")(tensor(3.0, "x")))
    assert [(node.operation, float(node.adjoint)) for node in steps.nodes] == [("input", 6.0), ("square twice", 1.0)]


def test_a_rule_without_forward_mode_is_checked_by_differences():
    for factor, holds in ((3, True), (2, False)):
        cube = custom_rule(lambda x: x**3, vjp=[lambda g, y, x, f=factor: g * f * x**2], name="cube")
        report = gradcheck(cube, 1.5)
        assert report.ok is holds
        assert report.methods == ("Richardson",)
