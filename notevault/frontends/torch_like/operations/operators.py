"""Operators, and all methods put onto the tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.operations import attributes, inplace, statistics
from notevault.frontends.torch_like.operations.arithmetic import add, div, mul, named, power, power_of_number, sub
from notevault.frontends.torch_like.operations.logic import COMPARISONS
from notevault.frontends.torch_like.operations.products import matmul
from notevault.frontends.torch_like.operations.rounding import floor_divide, remainder
from notevault.frontends.torch_like.operations.shaping import reversed_dimensions, transpose
from notevault.frontends.torch_like.operations.table import FUNCTIONS, METHODS
from notevault.frontends.torch_like.tensor import Tensor, install

__all__ = ["attributes", "inplace", "statistics"]


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


def _guarded(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def operator_method(x: Any, y: Any) -> Any:
        if not isinstance(y, Tensor | int | float | bool | np.generic):
            return NotImplemented
        return function(x, y)

    return operator_method


def _positive(x: Tensor) -> Tensor:
    if not x.dtype.rank:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return x


_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "add": add, "sub": sub, "mul": mul, "truediv": div, "pow": power, "mod": remainder, "floordiv": floor_divide,
    "matmul": matmul, "and": FUNCTIONS["bitwise_and"], "or": FUNCTIONS["bitwise_or"], "xor": FUNCTIONS["bitwise_xor"],
    "lshift": FUNCTIONS["bitwise_left_shift"], "rshift": FUNCTIONS["bitwise_right_shift"],
}  # fmt: skip

METHODS |= {
    **{f"__{name}__": _guarded(function) for name, function in _OPERATORS.items()},
    **{f"__r{name}__": _guarded(_reflected(function)) for name, function in _OPERATORS.items()},
    "__rsub__": _guarded(lambda x, y: named(sub(y, x), "RsubBackward1")),
    "__rtruediv__": _guarded(lambda x, y: mul(FUNCTIONS["reciprocal"](x), y)),
    "__rpow__": _guarded(lambda x, y: power_of_number(y, x, "PowBackward2")),
    **{f"__{name}__": _guarded(METHODS[name]) for name in COMPARISONS},
    "__neg__": FUNCTIONS["neg"],
    "__pos__": _positive,
    "__abs__": FUNCTIONS["abs"],
    "__invert__": FUNCTIONS["bitwise_not"],
    "T": property(reversed_dimensions),
    "mT": property(lambda x: transpose(x, -2, -1)),
    "H": property(reversed_dimensions),
}
install(METHODS)
