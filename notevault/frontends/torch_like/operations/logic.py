"""Comparisons, and operations on truth values and bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.dtypes import TITLES, int64
from notevault.frontends.torch_like.number_types import no_truth_values, refuse_grad
from notevault.frontends.torch_like.operations.table import FUNCTIONS, METHODS, both, shape_error
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed, of_type
from notevault.frontends.unsupported import UnsupportedError


def _comparison(primitive: str) -> Callable[[Any, Any], Tensor]:
    function = {
        "greater": np.greater,
        "greater_equal": np.greater_equal,
        "less": np.less,
        "less_equal": np.less_equal,
        "equal": np.equal,
        "not_equal": np.not_equal,
    }[primitive]

    def compare(x: Any, y: Any) -> Tensor:
        dtype = mixed((x, y))
        a, b = of_type(x, dtype).array, of_type(y, dtype).array
        try:
            return Tensor.of(function(a, b))
        except ValueError as error:
            raise shape_error((a, b)) or error from error

    return compare


COMPARISONS = {
    "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
for _name, _primitive in COMPARISONS.items():
    both(_name)(_comparison(_primitive))


@both("heaviside")
def heaviside(x: Tensor, values: Tensor) -> Tensor:
    if x.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    refuse_grad("heaviside", x, values)
    return Tensor.of(np.heaviside(x.array, values.array).astype(x.array.dtype))


@both("gcd")
def gcd(x: Tensor, y: Tensor) -> Tensor:
    dtype = mixed((x, y))
    return Tensor.of(np.gcd(x.cast(dtype).array, y.cast(dtype).array))


for _new, _old in {
    "greater": "gt", "less": "lt", "greater_equal": "ge", "less_equal": "le", "not_equal": "ne",
}.items():  # fmt: skip
    FUNCTIONS[_new] = METHODS[_new] = FUNCTIONS[_old]


@both("allclose")
def allclose(x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    if x.dtype != y.dtype:
        raise RuntimeError(f"{TITLES[x.dtype]} did not match {TITLES[y.dtype]}")
    return bool(np.allclose(x.array, y.array, rtol=rtol, atol=atol, equal_nan=equal_nan))


@both("equal")
def same(x: Tensor, y: Tensor) -> bool:
    return x.array.shape == y.array.shape and bool(np.array_equal(x.array, y.array))


@both("isclose")
def isclose(x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    if x.dtype != y.dtype:
        raise RuntimeError(f"{TITLES[x.dtype]} did not match {TITLES[y.dtype]}")
    return Tensor.of(np.isclose(x.array, y.array, rtol=rtol, atol=atol, equal_nan=equal_nan))


def _logical(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def test(*operands: Any) -> Tensor:
        if any(isinstance(operand, np.ndarray | np.generic | tuple | list) for operand in operands):
            raise TypeError("not a tensor")
        return Tensor.of(function(*(as_tensor(operand).array for operand in operands)))

    return test


def _bitwise(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """On the bits of whole numbers, in the type that the operands have in common."""

    def combine(x: Any, y: Any) -> Tensor:
        dtype = mixed((x, y))
        if dtype.rank == 2:
            raise UnsupportedError("torch: an operation on the bits of floats")
        if not dtype.rank and "shift" in function.__name__:
            no_truth_values(f"{function.__name__}_cpu", x, y)
            dtype = int64
        return Tensor.of(function(of_type(x, dtype).array, of_type(y, dtype).array))

    return combine


_PLAIN: Mapping[str, Callable[..., Any]] = {
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_not": np.logical_not,
    "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite, "bitwise_not": np.invert,
    "logical_xor": np.logical_xor, "signbit": np.signbit, "isneginf": np.isneginf, "isposinf": np.isposinf,
}  # fmt: skip
_OF_BITS: Mapping[str, Callable[..., Any]] = {
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor,
    "bitwise_left_shift": np.left_shift, "bitwise_right_shift": np.right_shift,
}  # fmt: skip
for _name, _function in _PLAIN.items():
    both(_name)(_logical(_function))
for _name, _function in _OF_BITS.items():
    both(_name)(_bitwise(_function))
