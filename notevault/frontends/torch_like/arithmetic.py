"""Arithmetic, comparisons and functions of one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends.torch_like.table import (
    FUNCTIONS,
    METHODS,
    both,
    compute,
    floating,
    operation,
    typed,
)
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed


@both("add")
def add(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    return operation("add", (x, y if alpha == 1 else mul(y, alpha)), "AddBackward0")


@both("sub", "subtract")
def sub(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    return operation("sub", (x, y if alpha == 1 else mul(y, alpha)), "SubBackward0")


@both("mul", "multiply")
def mul(x: Any, y: Any) -> Tensor:
    return operation("mul", (x, y), "MulBackward0")


@both("div", "divide", "true_divide")
def div(x: Any, y: Any) -> Tensor:
    operands = [x, y]
    if mixed(operands).rank < 2:
        operands = [floating(x), floating(y)]
    return operation("div", operands, "DivBackward0")


@both("pow")
def power(x: Any, y: Any) -> Tensor:
    if not isinstance(x, Tensor):
        return operation("pow", (x, y), "PowBackward1")
    if mixed((x, y)).rank == 1 and np.any(as_tensor(y).array < 0):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if isinstance(y, Tensor):
        return operation("pow", (x, y), "PowBackward1")
    if y == 2:
        return (
            operation("square", (x,), "PowBackward0")
            if x.dtype.rank == 2 or isinstance(y, int)
            else power(floating(x), y)
        )
    return operation("pow", (x, y), "PowBackward0")


@both("remainder", "fmod")
def remainder(x: Any, y: Any) -> Tensor:
    return operation("mod", (x, y), "RemainderBackward0")


@both("floor_divide")
def floor_divide(x: Any, y: Any) -> Tensor:
    dtype = mixed((x, y))
    return Tensor.of(np.floor_divide(as_tensor(x).cast(dtype).array, as_tensor(y).cast(dtype).array))


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
        return Tensor.of(function(as_tensor(x).cast(dtype).array, as_tensor(y).cast(dtype).array))

    return compare


COMPARISONS = {
    "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
for _name, _primitive in COMPARISONS.items():
    both(_name)(_comparison(_primitive))
FUNCTIONS["greater"] = METHODS["greater"] = FUNCTIONS["gt"]
FUNCTIONS["less"] = METHODS["less"] = FUNCTIONS["lt"]


def _logical(function: Callable[..., Any]) -> Callable[..., Tensor]:
    return lambda *operands: Tensor.of(function(*(as_tensor(operand).array for operand in operands)))


for _name, _function in {
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_not": np.logical_not,
    "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite, "bitwise_not": np.invert,
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or,
}.items():  # fmt: skip
    both(_name)(_logical(_function))


_UNARY = {
    **{
        name: name.capitalize()
        for name in (
            *("exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "sqrt", "log2", "log10", "exp2", "expm1", "rsqrt"),
            *("reciprocal", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc"),
        )
    },
    "log1p": "Log1P",
}
"""Functions of analysis, with the name of their backward step."""

_SAME_TYPE = {
    "abs": "Abs", "neg": "Neg", "relu": "Relu", "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "square": "Pow",
}  # fmt: skip
"""Functions that keep whole numbers whole."""


def _unary(primitive: str, made_by: str, convert: bool) -> Callable[[Any], Tensor]:
    return lambda x: operation(primitive, (floating(x) if convert else as_tensor(x),), f"{made_by}Backward0")


for _name, _made in _UNARY.items():
    both(_name)(_unary(_name, _made, convert=True))
for _name, _made in _SAME_TYPE.items():
    both(_name)(_unary(_name, _made, convert=False))
for _new, _old in {"absolute": "abs", "negative": "neg", "arccos": "acos", "arcsin": "asin", "arctan": "atan"}.items():
    both(_new)(FUNCTIONS[_old])


@both("round")
def rounded(x: Tensor, *, decimals: int = 0) -> Tensor:
    return Tensor.of(np.round(x.array, decimals))


@both("rad2deg")
def rad2deg(x: Any) -> Tensor:
    return operation("mul", (floating(x), 180 / np.pi), "Rad2DegBackward0")


@both("deg2rad")
def deg2rad(x: Any) -> Tensor:
    return operation("mul", (floating(x), np.pi / 180), "Deg2RadBackward0")


@both("clamp", "clip")
def clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    return operation("clip", (x,), "ClampBackward1", low=min, high=max)


@both("maximum")
def maximum(x: Tensor, y: Tensor) -> Tensor:
    return operation("maximum", (x, y), "MaximumBackward0")


@both("minimum")
def minimum(x: Tensor, y: Tensor) -> Tensor:
    return operation("minimum", (x, y), "MinimumBackward0")


@both("atan2")
def atan2(y: Tensor, x: Tensor) -> Tensor:
    return operation("atan2", (y, x), "Atan2Backward0")


@both("where")
def where(condition: Tensor, x: Any = None, y: Any = None) -> Any:
    if x is None:
        return tuple(Tensor.of(index) for index in np.nonzero(condition.array))
    dtype = mixed((x, y))
    return compute("where", (condition.array, typed(x, dtype), typed(y, dtype)), "WhereBackward0")


@both("masked_fill")
def masked_fill(x: Tensor, mask: Tensor, value: float) -> Tensor:
    filled = np.asarray(value, dtype=x.array.dtype)
    return compute("where", (mask.array, filled, x.operand), "MaskedFillBackward0")


@both("lerp")
def lerp(x: Tensor, end: Tensor, weight: Any) -> Tensor:
    result = add(x, mul(weight, sub(end, x)))
    return Tensor.made(result.operand, "LerpBackward0")
