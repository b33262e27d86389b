"""What numpy's own functions do when they are given a tensor: each is handed to the primitive it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff import numpy_composed, numpy_fourier, numpy_linear_algebra, numpy_rearranging
from notevault.autodiff.operations import einsum, split, take
from notevault.autodiff.tensor import NUMPY_HANDLERS, Tensor, apply, dtype_of, shape_of, value_of

UFUNCS: dict[np.ufunc, str] = {
    np.add: "add", np.subtract: "sub", np.multiply: "mul", np.divide: "div", np.negative: "neg",
    np.reciprocal: "reciprocal", np.square: "square", np.power: "pow", np.float_power: "pow",
    np.absolute: "abs",
    np.fabs: "abs",
    np.sign: "sign", np.mod: "mod", np.floor: "floor", np.ceil: "ceil", np.positive: "identity",
    np.exp: "exp", np.exp2: "exp2", np.expm1: "expm1", np.log: "log", np.log2: "log2", np.log10: "log10",
    np.log1p: "log1p", np.sqrt: "sqrt", np.cbrt: "cbrt",
    np.sin: "sin", np.cos: "cos", np.tan: "tan", np.arcsin: "asin", np.arccos: "acos", np.arctan: "atan",
    np.conjugate: "conj", np.arctan2: "atan2", np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.arcsinh: "asinh",
    np.arccosh: "acosh", np.arctanh: "atanh", np.hypot: "hypot",
    np.maximum: "maximum", np.minimum: "minimum", np.greater: "greater", np.greater_equal: "greater_equal",
    np.less: "less", np.less_equal: "less_equal", np.equal: "equal", np.not_equal: "not_equal",
    np.logical_and: "logical_and", np.logical_or: "logical_or", np.matmul: "matmul", np.logaddexp: "logaddexp",
}  # fmt: skip
REDUCTIONS: dict[np.ufunc, str] = {np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min"}


def _named(name: str) -> Callable[..., Any]:
    return lambda *operands: apply(name, *operands)


def _reduce(name: str) -> Callable[..., Any]:
    return lambda a, axis=0, keepdims=False: apply(name, a, axis=axis, keepdims=keepdims)


def _reduction(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, keepdims=False: apply(name, a, axis=axis, keepdims=keepdims)


def _spread(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, ddof=0, keepdims=False: apply(name, a, axis=axis, ddof=ddof, keepdims=keepdims)


def _where(condition: Any, *choices: Any) -> Any:
    return apply("where", condition, *choices) if choices else np.where(value_of(condition))


def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: float = 0.0) -> Any:
    widths = np.broadcast_to(np.asarray(pad_width, dtype=int), (len(shape_of(array)), 2))
    pairs = tuple((int(before), int(after)) for before, after in widths)
    return apply("pad", array, widths=pairs, mode=mode, value=constant_values)


def _join(axis: int, lift: Callable[[Any], Any] = lambda part: part) -> Callable[..., Any]:
    return lambda parts: apply("concat", *(lift(part) for part in parts), axis=axis)


def _hstack(parts: Sequence[Any]) -> Any:
    rows = [part if shape_of(part) else apply("reshape", part, shape=1) for part in parts]
    return apply("concat", *rows, axis=0 if len(shape_of(rows[0])) == 1 else 1)


def _expand_dims(x: Any, axis: int | tuple[int, ...]) -> Any:
    shape = list(shape_of(x))
    added = axis if isinstance(axis, tuple) else (axis,)
    for place in sorted(k % (len(shape) + len(added)) for k in added):
        shape.insert(place, 1)
    return apply("reshape", x, shape=tuple(shape))


def _swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    axes = list(range(len(shape_of(x))))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return apply("transpose", x, axes=tuple(axes))


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of the numbers alone: shapes, positions and tests have no derivative."""

    def call(*args: Any, **options: Any) -> Any:
        return function(*(value_of(a) for a in args), **{k: value_of(v) for k, v in options.items()})

    return call


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: _reduction("sum"), np.mean: _reduction("mean"), np.prod: _reduction("prod"),
    np.max: _reduction("max"), np.amax: _reduction("max"),
    np.min: _reduction("min"), np.amin: _reduction("min"),
    np.var: _spread("var"), np.std: _spread("std"),
    np.where: _where, np.real: _named("real"), np.imag: _named("imag"), np.sinc: _named("sinc"),
    np.clip: lambda a, a_min=None, a_max=None: apply("clip", a, low=a_min, high=a_max),
    np.reshape: lambda a, shape: apply("reshape", a, shape=shape),
    np.ravel: lambda a: apply("reshape", a, shape=-1),
    np.transpose: lambda a, axes=None: apply("transpose", a, axes=axes),
    np.swapaxes: _swapaxes, np.expand_dims: _expand_dims,
    np.broadcast_to: lambda array, shape: apply("broadcast", array, shape=shape),
    np.squeeze: lambda a, axis=None: apply("squeeze", a, axis=axis),
    np.concatenate: lambda parts, axis=0: apply("concat", *parts, axis=axis),
    np.stack: lambda arrays, axis=0: apply("stack", *arrays, axis=axis),
    np.vstack: _join(0, np.atleast_2d), np.hstack: _hstack,
    np.copy: _named("identity"), np.outer: _named("outer"),
    np.cumsum: lambda a, axis=None: apply("cumsum", a, axis=axis),
    np.cumprod: lambda a, axis=None: apply("cumprod", a, axis=axis),
    np.einsum: einsum,
    np.tensordot: lambda a, b, axes=2: apply("tensordot", a, b, axes=axes),
    np.diag: lambda v, k=0: apply("diag", v, k=k),
    np.tril: lambda m, k=0: apply("tril", m, k=k), np.triu: lambda m, k=0: apply("triu", m, k=k),
    np.flip: lambda m, axis=None: apply("flip", m, axis=axis),
    np.roll: lambda a, shift, axis=None: apply("roll", a, shift=shift, axis=axis),
    np.pad: _pad, np.split: lambda x, sections, axis=0: list(split(x, sections, axis)), np.take: take,
    np.take_along_axis: lambda arr, indices, axis: apply("gather", arr, index=value_of(indices), axis=axis),
    np.angle: _named("angle"),
    **numpy_rearranging.FUNCTIONS, **numpy_composed.FUNCTIONS, **numpy_linear_algebra.FUNCTIONS,
    **numpy_fourier.FUNCTIONS,
}  # fmt: skip
PLAIN = (
    np.shape, np.ndim, np.size, np.argmax, np.argmin, np.argsort, np.argpartition, np.zeros_like, np.ones_like,
    np.empty_like, np.allclose, np.isclose, np.array_equal, np.any, np.all, np.count_nonzero,
    np.result_type, np.iscomplexobj, np.isrealobj, np.iscomplex, np.isreal, np.round, np.around, np.fix, np.nonzero,
    np.flatnonzero, np.searchsorted, np.array2string, np.array_repr, np.array_str,
)  # fmt: skip
PLAIN_UFUNCS = (
    np.isnan, np.isfinite, np.isinf, np.signbit, np.logical_not, np.logical_xor, np.rint, np.trunc, np.floor_divide,
)  # fmt: skip

METHODS = (
    np.all, np.any, np.argpartition, np.argsort, np.cumprod, np.diagonal, np.nonzero, np.ptp, np.repeat,
    np.round, np.searchsorted, np.swapaxes, np.take, np.trace,
)  # fmt: skip
"""Functions of numpy that arrays have as methods too, beyond those that `Tensor` spells out."""

for _ufunc, _name in UFUNCS.items():
    NUMPY_HANDLERS[_ufunc, "__call__"] = _named(_name)
for _ufunc, _name in REDUCTIONS.items():
    NUMPY_HANDLERS[_ufunc, "reduce"] = _reduce(_name)
for _function, _handler in FUNCTIONS.items():
    NUMPY_HANDLERS[_function, "__call__"] = _handler
for _function in (*PLAIN, *PLAIN_UFUNCS):
    NUMPY_HANDLERS[_function, "__call__"] = _plain(_function)

for _method in METHODS:
    setattr(Tensor, _method.__name__, NUMPY_HANDLERS[_method, "__call__"])


def _masked(name: str) -> Callable[[Tensor, Any], Any]:
    """`&` and `|`, which join masks."""

    def join(mask: Tensor, other: Any) -> Any:
        both = all(dtype_of(part).kind == "b" for part in (mask, other))
        return apply(name, mask, other) if both else NotImplemented

    return join


def _inverted(mask: Tensor) -> Any:
    if mask.dtype.kind != "b":
        raise TypeError("~ inverts masks; a tensor of numbers has no bits")
    return np.logical_not(mask.value)


for _operator, _name in {"and": "logical_and", "or": "logical_or"}.items():
    setattr(Tensor, f"__{_operator}__", _masked(_name))
    setattr(Tensor, f"__r{_operator}__", _masked(_name))
setattr(Tensor, "__invert__", _inverted)  # noqa: B010 (to mypy a method cannot be set)

__all__ = ["FUNCTIONS", "PLAIN", "UFUNCS", "Tensor"]
