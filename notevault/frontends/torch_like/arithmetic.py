"""Arithmetic and functions of one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import float64
from notevault.frontends.torch_like.rounding import rounded_quotient
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
from notevault.frontends.unsupported import UnsupportedError


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
def div(x: Any, y: Any, *, rounding_mode: str | None = None) -> Tensor:
    if rounding_mode is not None:
        return rounded_quotient(x, y, rounding_mode)
    operands = [x, y]
    if mixed(operands).rank < 2:
        operands = [floating(x), floating(y)]
    return operation("div", operands, "DivBackward0")


@both("rsub")
def rsub(x: Any, y: Any) -> Tensor:
    return sub(y, x)


@both("pow", "float_power")
def power(x: Any, y: Any) -> Tensor:
    if not isinstance(x, Tensor):
        return operation("pow", (x, y), "PowBackward1")
    if mixed((x, y)).rank == 1 and np.any(as_tensor(y).array < 0):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if isinstance(y, Tensor):
        return operation("pow", (x, y), "PowBackward1")
    if y == 2:
        return (
            operation("square", (x if x.dtype.rank else x.cast(dtypes.int64),), "PowBackward0")
            if x.dtype.rank == 2 or isinstance(y, int)
            else power(floating(x), y)
        )
    return operation("pow", (x, y), "PowBackward0")


_UNARY = {
    **{
        name: name.capitalize()
        for name in (
            *("exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "sqrt", "log2", "log10", "exp2", "expm1", "rsqrt"),
            *("reciprocal", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc", "sinc"),
        )
    },
    "log1p": "Log1P",
}
"""Functions of analysis, with the name of their backward step."""

_SAME_TYPE = {
    "abs": "Abs", "neg": "Neg", "relu": "Relu", "square": "Pow",
}  # fmt: skip
"""Functions that keep whole numbers whole."""


_IN_DOUBLE = frozenset({"log2", "log10"})
"""In numpy's float32 these are not exact at powers of 2 and 10, in PyTorch they are."""


def _unary(primitive: str, made_by: str, convert: bool) -> Callable[[Any], Tensor]:
    if primitive in _IN_DOUBLE:
        return lambda x: named(
            operation(primitive, (floating(x).cast(float64),), "").cast(floating(x).dtype), f"{made_by}Backward0"
        )
    return lambda x: operation(primitive, (floating(x) if convert else as_tensor(x),), f"{made_by}Backward0")


for _name, _made in _UNARY.items():
    both(_name)(_unary(_name, _made, convert=True))
for _name, _made in _SAME_TYPE.items():
    both(_name)(_unary(_name, _made, convert=False))
for _new, _old in {
    "absolute": "abs", "negative": "neg", "arccos": "acos", "arcsin": "asin", "arctan": "atan", "sgn": "sign",
    "arctanh": "atanh",
}.items():  # fmt: skip
    FUNCTIONS[_new] = METHODS[_new] = FUNCTIONS[_old]


@both("rad2deg")
def rad2deg(x: Any) -> Tensor:
    return operation("mul", (floating(x), 180 / np.pi), "Rad2DegBackward0")


@both("deg2rad")
def deg2rad(x: Any) -> Tensor:
    return operation("mul", (floating(x), np.pi / 180), "Deg2RadBackward0")


@both("clamp", "clip")
def clamp(x: Tensor, min: Any = None, max: Any = None) -> Tensor:
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        x = x if min is None else maximum(x, as_tensor(min))
        return x if max is None else minimum(x, as_tensor(max))
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if any(isinstance(bound, float) for bound in (min, max)):
        x = floating(x)
    return operation("clip", (x,), "ClampBackward1", low=min, high=max)


@both("clamp_min")
def clamp_min(x: Tensor, min: float) -> Tensor:
    return operation("clip", (x,), "ClampMinBackward0", low=min, high=None)


@both("clamp_max")
def clamp_max(x: Tensor, max: float) -> Tensor:
    return operation("clip", (x,), "ClampMaxBackward0", low=None, high=max)


@both("maximum")
def maximum(x: Tensor, y: Tensor) -> Tensor:
    return operation("maximum", (x, y), "MaximumBackward0")


@both("minimum")
def minimum(x: Tensor, y: Tensor) -> Tensor:
    return operation("minimum", (x, y), "MinimumBackward0")


def _real(*operands: Tensor) -> tuple[Tensor, ...]:
    """Whole numbers as float32, where none of the operands is a float."""
    floats = any(operand.is_floating_point() for operand in operands)
    return operands if floats else tuple(floating(operand) for operand in operands)


@both("atan2")
def atan2(y: Tensor, x: Tensor) -> Tensor:
    return operation("atan2", _real(y, x), "Atan2Backward0")


@both("where")
def where(condition: Tensor, x: Any = None, y: Any = None) -> Any:
    if x is None:
        return tuple(Tensor.of(index) for index in np.nonzero(condition.array))
    dtype = mixed((x, y))
    return compute("where", (condition.array, typed(x, dtype), typed(y, dtype)), "WhereBackward0")


METHODS["where"] = lambda x, condition, other: where(condition, x, other)


@both("masked_fill")
def masked_fill(x: Tensor, mask: Tensor, value: Any) -> Tensor:
    if mask.array.dtype.kind != "b":
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype " + mask.dtype.name)
    filled = np.asarray(value.array if isinstance(value, Tensor) else value, dtype=x.array.dtype)
    return compute("where", (mask.array, filled, x.operand), "MaskedFillBackward0")


@both("lerp")
def lerp(x: Tensor, end: Tensor, weight: Any) -> Tensor:
    return named(add(x, mul(weight, sub(end, x))), "LerpBackward0")


def named(result: Tensor, made_by: str) -> Tensor:
    """A result of several steps under the name that PyTorch gives the whole."""
    return Tensor.made(result.operand, made_by)


@both("addcmul")
def addcmul(x: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    return named(add(x, mul(mul(a, b), value)), "AddcmulBackward0")


@both("addcdiv")
def addcdiv(x: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    return named(add(x, mul(div(a, b), value)), "AddcdivBackward0")


@both("hypot")
def hypot(x: Tensor, y: Tensor) -> Tensor:
    if not (x.is_floating_point() or y.is_floating_point()):
        raise UnsupportedError("torch.hypot of whole numbers")
    return operation("hypot", (x, y), "HypotBackward0")


@both("logaddexp")
def logaddexp(x: Tensor, y: Tensor) -> Tensor:
    return operation("logaddexp", (x, y), "LogaddexpBackward0")


@both("logit")
def logit(x: Tensor, eps: float | None = None) -> Tensor:
    x = x if eps is None else clamp(x, eps, 1 - eps)
    return named(FUNCTIONS["log"](div(x, sub(1, x))), "LogitBackward0")


@both("nan_to_num")
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    if x.requires_grad:
        raise UnsupportedError("torch.nan_to_num of a tensor that requires grad")
    return Tensor.of(np.nan_to_num(x.array, nan=nan, posinf=posinf, neginf=neginf))


@both("xlogy")
def xlogy(x: Any, y: Any) -> Tensor:
    product = mul(x, FUNCTIONS["log"](y))
    return named(where(Tensor.of(as_tensor(x).array == 0), 0.0, product), "XlogyBackward0")
