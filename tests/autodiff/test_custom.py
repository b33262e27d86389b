"""Rules given by hand, and checkpoints."""

from __future__ import annotations

import numpy as np
import pytest

from notevault.autodiff import checkpoint, custom_rule, grad, hessian, jvp, tensor
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
