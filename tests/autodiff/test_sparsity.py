"""Sparse Hessians: the pattern that the tape shows, the colours, the products."""

from __future__ import annotations

import numpy as np
import pytest

from notevault.autodiff import grad, hessian, jacobian, tensor
from notevault.autodiff.sparsity import colours, hessian_pattern


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def test_a_banded_hessian_is_found_in_as_many_products_as_its_band_is_wide() -> None:
    x = np.linspace(-1.0, 1.0, 30)
    leaf = tensor(x)
    pattern = hessian_pattern(rosenbrock(leaf), leaf)
    assert int(pattern.sum()) == 30 + 2 * 29
    assert max(colours(pattern)) == 2
    dense = jacobian(grad(rosenbrock))(x)
    assert hessian(rosenbrock)(x) == pytest.approx(dense)


FUNCTIONS = {
    "quadratic": lambda x: ((np.ones((3, 12)) @ x) ** 2).sum(),
    "quotient": lambda x: (x[:6] * x[6:]).sum() / x[0],
    "moves": lambda x: np.exp(np.concatenate([x[::2], x[1::2] * 2]).reshape(3, 4)).mean(axis=0).prod(),
    "choices": lambda x: np.where(x > 0, x**3, 0.0).sum() + np.maximum(x[1:], x[:-1]).sum() ** 2,
    "cumulative": lambda x: np.cumsum(x**2)[3] * x[11],
    "constants": lambda x: x[3] / x[4] + 2.0 / x[5] + x[6] / 3.0,
}


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_pattern_of_a_hessian_covers_every_second_derivative(f) -> None:
    x = np.sin(np.arange(12.0)) + 1.2
    leaf = tensor(x)
    pattern = hessian_pattern(f(leaf), leaf)
    dense = jacobian(grad(f))(x)
    assert not np.any(dense[~pattern])
    assert hessian(f)(x) == pytest.approx(dense, rel=1e-9, abs=1e-9)


def test_an_operation_that_is_not_known_to_be_sparse_counts_as_dense() -> None:
    leaf = tensor(np.arange(1.0, 5.0))
    assert hessian_pattern(np.linalg.norm(leaf), leaf).all()
