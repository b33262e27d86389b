"""Arithmetic and functions of one number."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import C_TYPES, float64
from notevault.frontends.torch_like.number_types import (
    needs_floats,
    needs_tensor,
    no_truth_values,
    only_tensors,
    refuse_grad,
)
from notevault.frontends.torch_like.operations.rounding import rounded_quotient
from notevault.frontends.torch_like.operations.table import (
    FUNCTIONS,
    METHODS,
    both,
    compute,
    floating,
    operation,
    typed,
)
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed, of_type
from notevault.frontends.unsupported import UnsupportedError


@both("add")
def add(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    if alpha != 1 and isinstance(y, Tensor) and not y.dtype.rank:
        raise UnsupportedError("torch.add(alpha) of truth values")
    return operation("add", (x, y if alpha == 1 else mul(y, alpha)), "AddBackward0")


@both("sub", "subtract")
def sub(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    _no_difference_of_truth_values(x, y)
    return operation("sub", (x, y if alpha == 1 else mul(y, alpha)), "SubBackward0")


def _no_difference_of_truth_values(x: Any, y: Any) -> None:
    if not isinstance(x, Tensor) and not isinstance(y, Tensor):
        return
    truths = [isinstance(value, bool) or (isinstance(value, Tensor) and not value.dtype.rank) for value in (x, y)]
    if all(truths):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if any(truths):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )


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


@both("float_power")
def float_power(x: Any, y: Any) -> Tensor:
    return power(*(as_tensor(value).cast(float64) if isinstance(value, Tensor) else float(value) for value in (x, y)))


@both("pow")
def power(x: Any, y: Any) -> Tensor:
    if mixed((x, y)).rank == 0:
        if not (isinstance(x, Tensor) and isinstance(y, Tensor)):
            raise UnsupportedError("torch.pow of truth values")
        no_truth_values("pow", x, y)
    if not isinstance(x, Tensor):
        return power_of_number(x, y, "PowBackward1")
    if mixed((x, y)).rank == 1 and not isinstance(y, Tensor) and y < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if isinstance(y, Tensor):
        if not y.dtype.rank:
            refuse_grad("pow with truth values", x)
        return _whole_power(x, y) if mixed((x, y)).rank == 1 else operation("pow", (x, y), "PowBackward1")
    if y == 2:
        return (
            operation("square", (x if x.dtype.rank else x.cast(dtypes.int64),), "PowBackward0")
            if x.dtype.rank == 2 or isinstance(y, int)
            else power(floating(x), y)
        )
    if y == 0 and x.is_floating_point():  # the derivative is 0, whatever x is
        return compute("where", (np.True_, np.ones_like(x.array), x.operand), "PowBackward0")
    return operation("pow", (x, y), "PowBackward0")


def power_of_number(x: Any, y: Tensor, made_by: str) -> Tensor:
    dtype = mixed((x, y))
    return _whole_power(of_type(x, dtype), y) if dtype.rank == 1 else operation("pow", (x, y), made_by)


def _whole_power(x: Tensor, y: Tensor) -> Tensor:
    """Whole numbers to whole powers; a negative power gives what is left of the decimals: 1, -1 or 0."""
    dtype = mixed((x, y)) if x.dtype != y.dtype else x.dtype
    base, exponent = np.broadcast_arrays(x.cast(dtype).array, y.cast(dtype).array)
    signs = np.where(exponent % 2 == 0, 1, base)
    with np.errstate(all="ignore"):
        powers = np.power(base, np.maximum(exponent, 0))
    return Tensor.of(np.where(exponent >= 0, powers, np.where(np.abs(base) == 1, signs, 0)).astype(dtype.numpy))


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
            compute(primitive, (typed(floating(x), float64),), "").cast(floating(x).dtype), f"{made_by}Backward0"
        )
    if primitive == "relu":
        return _relu
    return lambda x: operation(primitive, (_taken(primitive, x, convert),), f"{made_by}Backward0")


def _relu(x: Any) -> Tensor:
    given = _taken("relu", x, convert=False)
    return itself_where_equal(given, operation("relu", (given,), "ReluBackward0"))


def _taken(primitive: str, x: Any, convert: bool) -> Tensor:
    """The operand in the type in which it is computed. Raises what PyTorch raises of types that it does not take."""
    needs_tensor(primitive, x)
    if convert:
        return floating(x)
    given: Tensor = x
    if given.dtype.rank:
        return given
    if primitive == "neg":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    if primitive == "relu":
        raise RuntimeError("Boolean inputs not supported for relu")
    no_truth_values(f"{primitive}_cpu", *([] if primitive == "square" else [x]))
    return given.cast(dtypes.int64)


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
    only_tensors(x)
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        only_tensors(*(bound for bound in (min, max) if bound is not None))
        return _between(x, min, max)
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if any(isinstance(bound, float) for bound in (min, max)):
        x = floating(x)
    return itself_where_equal(x, operation("clip", (x,), "ClampBackward1", low=min, high=max))


def _between(x: Tensor, low: Tensor | None, high: Tensor | None) -> Tensor:
    """Clamped by tensors; an element at its bound is the element, not the bound."""
    for bound, is_out in ((low, np.less), (high, np.greater)):
        if bound is not None:
            own, other = (spread.array for spread in FUNCTIONS["broadcast_tensors"](x, bound))
            is_nan = np.isnan(own + other)
            clamped = where(Tensor.of(~is_out(own, other)), x, bound)
            x = where(Tensor.of(is_nan), math.nan, clamped) if np.any(is_nan) else clamped
    return named(x, "ClampBackward0")


def itself_where_equal(x: Tensor, result: Tensor) -> Tensor:
    """The result, with the sign of a zero that the operation leaves as it is."""
    np.copyto(result.array, x.array, where=result.array == x.array)
    return result


@both("clamp_min")
def clamp_min(x: Tensor, min: float) -> Tensor:
    return operation("clip", (x,), "ClampMinBackward0", low=min, high=None)


@both("clamp_max")
def clamp_max(x: Tensor, max: float) -> Tensor:
    return operation("clip", (x,), "ClampMaxBackward0", low=None, high=max)


@both("maximum")
def maximum(x: Tensor, y: Tensor) -> Tensor:
    only_tensors(x, y)
    return operation("maximum", (x, y), "MaximumBackward0")


@both("minimum")
def minimum(x: Tensor, y: Tensor) -> Tensor:
    only_tensors(x, y)
    return operation("minimum", (x, y), "MinimumBackward0")


def _real(*operands: Tensor) -> tuple[Tensor, ...]:
    """Whole numbers as float32, where none of the operands is a float."""
    floats = any(operand.is_floating_point() for operand in operands)
    return operands if floats else tuple(floating(operand) for operand in operands)


def _no_small_types(name: str, *operands: Tensor) -> None:
    """Raises UnsupportedError for bytes and truth values beside a tensor whose gradient is wanted."""
    if any(not x.dtype.rank or x.dtype == dtypes.uint8 for x in operands):
        refuse_grad(name, *operands)


@both("atan2")
def atan2(y: Tensor, x: Tensor) -> Tensor:
    _no_small_types("atan2", y, x)
    dtype = mixed(_real(y, x))
    y, x = FUNCTIONS["broadcast_tensors"](y.cast(dtype), x.cast(dtype))
    at_zero = (x.array == 0) & (y.array == 0)
    if not np.any(at_zero):
        return operation("atan2", (y, x), "Atan2Backward0")
    constant = Tensor.of(np.arctan2(y.array, x.array))
    elsewhere = operation("atan2", (where(Tensor.of(at_zero), 1.0, y), x), "")
    return named(where(Tensor.of(at_zero), constant, elsewhere), "Atan2Backward0")


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
    refuse_grad("masked_fill with a value", value)
    filled = np.asarray(value.array if isinstance(value, Tensor) else value, dtype=x.array.dtype)
    return compute("where", (mask.array, filled, x.operand), "MaskedFillBackward0")


@both("lerp")
def lerp(x: Tensor, end: Tensor, weight: Any) -> Tensor:
    if x.dtype != end.dtype:
        raise RuntimeError(f"expected dtype {C_TYPES[x.dtype]} for `end` but got dtype {C_TYPES[end.dtype]}")
    needs_floats("lerp_kernel_scalar", x)
    return named(add(x, mul(weight, sub(end, x))), "LerpBackward0")


def named(result: Tensor, made_by: str) -> Tensor:
    """A result of several steps under the name that PyTorch gives the whole."""
    return Tensor.made(result.operand, made_by)


@both("addcmul")
def addcmul(x: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    no_truth_values("addcmul_cpu_out", x, a, b)
    if not (a.dtype.rank and b.dtype.rank):
        raise UnsupportedError("torch.addcmul of truth values")
    return named(add(x, mul(mul(a, b), value)), "AddcmulBackward0")


@both("addcdiv")
def addcdiv(x: Tensor, a: Tensor, b: Tensor, *, value: float = 1) -> Tensor:
    if not (a.is_floating_point() or b.is_floating_point()):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a "
            "true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value "
            "* torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
            "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value "
            "* tensor1 / tensor2), for all dtypes."
        )
    return named(add(x, mul(div(a, b), value)), "AddcdivBackward0")


@both("hypot")
def hypot(x: Tensor, y: Tensor) -> Tensor:
    needs_floats("hypot_cpu", x, y)
    result = operation("hypot", (x, y), "HypotBackward0")
    if result.requires_grad and not np.all(result.array):
        raise UnsupportedError("torch.hypot of zeros, whose derivative is undefined")
    return result


@both("logaddexp")
def logaddexp(x: Tensor, y: Tensor) -> Tensor:
    only_tensors(x, y)
    needs_floats("logaddexp_cpu", x, y)
    _no_small_types("logaddexp", x, y)
    return operation("logaddexp", (x, y), "LogaddexpBackward0")


@both("logit")
def logit(x: Tensor, eps: float | None = None) -> Tensor:
    x = floating(x)
    x = x if eps is None else clamp(x, eps, 1 - eps)
    if x.requires_grad and np.any((x.array == 0) | (x.array == 1)):
        raise UnsupportedError("torch.logit of 0 or 1, whose derivative is infinite")
    result = FUNCTIONS["log"](div(x, sub(1, x)))
    outside = (x.array < 0) | (x.array > 1)
    if np.any(outside):  # the derivative is undefined there too
        result = mul(result, Tensor.of(np.where(outside, np.nan, 1).astype(x.array.dtype)))
    return named(result, "LogitBackward0")


@both("nan_to_num")
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    refuse_grad("nan_to_num", x)
    return Tensor.of(np.nan_to_num(x.array, nan=nan, posinf=posinf, neginf=neginf))


@both("xlogy")
def xlogy(x: Any, y: Any) -> Tensor:
    dtype = mixed((x, y))
    product = mul(x, FUNCTIONS["log"](of_type(y, dtype) if dtype.rank == 2 else y))
    return named(where(Tensor.of(as_tensor(x).array == 0), 0.0, product), "XlogyBackward0")
