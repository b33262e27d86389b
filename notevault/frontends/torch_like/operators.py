"""Operators and in-place methods, and all methods put onto the tensor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.arithmetic import (
    COMPARISONS,
    add,
    clamp,
    div,
    floor_divide,
    masked_fill,
    mul,
    power,
    remainder,
    sub,
)
from notevault.frontends.torch_like.products import matmul
from notevault.frontends.torch_like.shaping import shape_of, transpose
from notevault.frontends.torch_like.table import (
    FUNCTIONS,
    METHODS,
    compute,
    operation,
)
from notevault.frontends.torch_like.tensor import Tensor, install, plain_index


def _getitem(x: Tensor, index: Any) -> Tensor:
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, Tensor | list | np.ndarray) for part in parts):
        made_by = "IndexBackward0"
    else:
        last = parts[-1] if parts else slice(None)
        made_by = (
            "SelectBackward0" if isinstance(last, int) else "UnsqueezeBackward0" if last is None else "SliceBackward0"
        )
    place = plain_index(index)
    for part, length in zip(parts, x.array.shape, strict=False):
        if isinstance(part, int) and not -length <= part < length:
            raise IndexError(f"index {part} is out of bounds for dimension {parts.index(part)} with size {length}")
    return compute("getitem", (x.operand,), made_by, index=place)


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


def _guarded(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def operator_method(x: Any, y: Any) -> Any:
        if not isinstance(y, Tensor | int | float | bool | np.generic):
            return NotImplemented
        return function(x, y)

    return operator_method


_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "add": add, "sub": sub, "mul": mul, "truediv": div, "pow": power, "mod": remainder, "floordiv": floor_divide,
    "matmul": matmul, "and": FUNCTIONS["bitwise_and"], "or": FUNCTIONS["bitwise_or"],
}  # fmt: skip

_IN_PLACE: Mapping[str, Callable[..., Any]] = {
    "add_": add, "sub_": sub, "mul_": mul, "div_": div, "clamp_": clamp, "pow_": power, "neg_": FUNCTIONS["neg"],
    "exp_": FUNCTIONS["exp"], "sqrt_": FUNCTIONS["sqrt"], "relu_": FUNCTIONS["relu"], "abs_": FUNCTIONS["abs"],
    "masked_fill_": masked_fill, "sigmoid_": FUNCTIONS["sigmoid"], "tanh_": FUNCTIONS["tanh"],
}  # fmt: skip


def _in_place(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def change(x: Tensor, *arguments: Any, **options: Any) -> Tensor:
        x._may_change()
        return x.take(function(x, *arguments, **options))

    return change


def _fill(x: Tensor, value: float) -> Tensor:
    x._may_change()
    x._replace(np.full_like(x.array, value))
    return x


def _copy(x: Tensor, other: Tensor) -> Tensor:
    x._may_change()
    x._replace(np.broadcast_to(other.array, x.array.shape).copy())
    return x


def _zero(x: Tensor) -> Tensor:
    return _fill(x, 0)


METHODS |= {
    **{f"__{name}__": _guarded(function) for name, function in _OPERATORS.items()},
    **{f"__r{name}__": _guarded(_reflected(function)) for name, function in _OPERATORS.items()},
    "__rsub__": _guarded(lambda x, y: operation("sub", (y, x), "RsubBackward1")),
    "__rtruediv__": _guarded(lambda x, y: mul(FUNCTIONS["reciprocal"](x), y)),
    "__rpow__": _guarded(lambda x, y: operation("pow", (y, x), "PowBackward2")),
    **{
        f"__i{name}__": _in_place(function)
        for name, function in _OPERATORS.items()
        if name in {"add", "sub", "mul", "truediv"}
    },
    **{f"__{name}__": _guarded(METHODS[name]) for name in COMPARISONS},
    **{name: _in_place(function) for name, function in _IN_PLACE.items()},
    "__neg__": FUNCTIONS["neg"],
    "__pos__": lambda x: x,
    "__abs__": FUNCTIONS["abs"],
    "__invert__": FUNCTIONS["bitwise_not"],
    "__getitem__": _getitem,
    "T": property(lambda x: compute("transpose", (x.operand,), "PermuteBackward0")),
    "mT": property(lambda x: transpose(x, -2, -1)),
    "fill_": _fill,
    "zero_": _zero,
    "copy_": _copy,
    **{name: (lambda x, dtype=dtype: x.cast(dtype)) for name, dtype in dtypes.ALIASES.items()},
    "bool": lambda x: x.cast(dtypes.bool_),
    "new_zeros": lambda x, *shape: Tensor.of(np.zeros(shape_of(shape), x.array.dtype)),
    "new_ones": lambda x, *shape: Tensor.of(np.ones(shape_of(shape), x.array.dtype)),
}
install(METHODS)
