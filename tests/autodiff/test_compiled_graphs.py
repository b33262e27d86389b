"""Random programs, compiled: the same values, gradients, shapes and types as on the tape, at other inputs too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import compile, value_and_grad
from notevault.autodiff import operations as ops

SHAPES = [(), (3,), (2, 3), (3, 2), (1, 3)]
LARGEST = 200
"""Elements of a result; a product that is larger is left out of the program."""


def _of_axes(operation: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: operation(x) if x.shape else x


UNARY: list[Callable[[Any], Any]] = [
    ops.tanh, ops.exp, ops.sin, ops.sigmoid, ops.relu, ops.softplus, ops.square, ops.absolute, ops.mean, ops.norm,
    ops.stop_gradient,
    lambda x: ops.sqrt(ops.absolute(x) + 0.1),
    lambda x: ops.clip(x, low=-0.5, high=0.5),
    lambda x: ops.where(x > 0, x, 0.1 * x),
    lambda x: x * 0,
    lambda x: x**3,
    lambda x: 2**x,
    lambda x: ops.reshape(x, shape=(-1,)),
    lambda x: x.T if len(x.shape) == 2 else x,
    _of_axes(lambda x: ops.sum(x, axis=0, keepdims=True)),
    _of_axes(lambda x: ops.amax(x, axis=-1)),
    _of_axes(lambda x: ops.cumsum(x, axis=0)),
    _of_axes(lambda x: ops.log_softmax(x, axis=0)),
    _of_axes(ops.softmax),
    _of_axes(lambda x: x[0]),
]  # fmt: skip
BINARY: list[Callable[[Any, Any], Any]] = [
    ops.add, ops.sub, ops.mul, ops.maximum, ops.minimum, ops.hypot,
    lambda a, b: a / (ops.square(b) + 1),
    lambda a, b: a @ b,
    lambda a, b: ops.outer(ops.reshape(a, shape=(-1,)), ops.reshape(b, shape=(-1,))),
]  # fmt: skip


def program(seed: int) -> tuple[Callable[..., Any], list[list[Any]]]:
    """A function of one to three arrays with a scalar result, and two sets of arguments for it."""
    rng = np.random.default_rng(seed)
    shapes = [SHAPES[k] for k in rng.integers(len(SHAPES), size=rng.integers(1, 4))] if seed % 4 else [(), ()]
    steps = rng.integers(10**6, size=(rng.integers(1, 14), 5)).tolist()
    arguments = [[rng.standard_normal(s).astype("f4" if seed % 3 else "f8")[()] for s in shapes] for _ in range(2)]

    def function(*inputs: Any) -> Any:
        values = list(inputs)
        for kind, unary, binary, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            try:
                made = UNARY[unary % len(UNARY)](a) if kind % 2 else BINARY[binary % len(BINARY)](a, b)
            except ValueError:
                continue  # shapes that do not go together
            if made.size <= LARGEST:
                values.append(made)
        total = ops.sum(values[-1])
        for value in values[-3:-1]:
            total = total + ops.sum(value)
        return total

    return function, arguments


def flat(result: tuple[Any, tuple[Any, ...]]) -> list[Any]:
    return [result[0], *result[1]]


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize("block", range(20))
def test_a_compiled_program_is_the_traced_one(block: int) -> None:
    compared = 0
    for seed in range(30 * block, 30 * block + 30):
        function, arguments = program(seed)
        wrt = tuple(range(len(arguments[0])))
        expected = [flat(value_and_grad(function, wrt)(*given)) for given in arguments]
        if not all(np.all(np.abs(part) < 1e6) for parts in expected for part in parts):
            continue  # numbers so large, or none, show nothing
        fast = compile(function, argnums=wrt)
        found = [flat(fast(*given)) for given in arguments]  # both kept: the second must not overwrite the first
        for ours, theirs in zip(found, expected, strict=True):
            for a, b in zip(ours, theirs, strict=True):
                tolerance = 2e-3 if seed % 3 else 1e-9
                assert np.shape(a) == np.shape(b), seed
                if np.shape(b):  # single numbers may be computed as Python's own
                    assert np.asarray(a).dtype == np.asarray(b).dtype, seed
                np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=f"seed {seed}")
        compared += 1
    assert compared >= 20
