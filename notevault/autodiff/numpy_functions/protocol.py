"""What numpy's own functions do when they are given a tensor: each is handed to the primitive it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.errors import UnsupportedNumpyError
from notevault.autodiff.numpy_functions import composed as numpy_composed
from notevault.autodiff.numpy_functions import fourier as numpy_fourier
from notevault.autodiff.numpy_functions import linear_algebra as numpy_linear_algebra
from notevault.autodiff.numpy_functions import rearranging as numpy_rearranging
from notevault.autodiff.numpy_functions.calls import asked_options, called_as
from notevault.autodiff.operations import einsum, split, take
from notevault.autodiff.operations.rearranging import REPEAT
from notevault.autodiff.tensor import NUMPY_HANDLERS, Tensor, apply, dtype_of, read, shape_of, value_of

UFUNCS: dict[np.ufunc, str] = {
    np.add: "add", np.subtract: "sub", np.multiply: "mul", np.divide: "div", np.negative: "neg",
    np.reciprocal: "reciprocal", np.square: "square", np.power: "pow",
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


def _typed(a: Any, dtype: Any) -> Any:
    return a if dtype is None or dtype_of(a) == dtype else apply("cast", a, dtype=np.dtype(dtype))


def _reduce(ufunc: np.ufunc, name: str) -> Callable[..., Any]:
    def call(a: Any, **options: Any) -> Any:
        asked = {"axis": options.pop("axis", 0), **asked_options(options)}
        unknown = asked.keys() - {"axis", "keepdims", "dtype"}
        if unknown:
            raise UnsupportedNumpyError(f"np.{ufunc.__name__}.reduce with {min(unknown)}=")
        return apply(name, _typed(a, asked.get("dtype")), axis=asked["axis"], keepdims=asked.get("keepdims", False))

    return call


def _reduction(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, keepdims=False, dtype=None: apply(name, _typed(a, dtype), axis=axis, keepdims=keepdims)


def _extreme(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, keepdims=False: apply(name, a, axis=axis, keepdims=keepdims)


def _spread(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, ddof=0, keepdims=False, dtype=None, correction=None: apply(
        name, _typed(a, dtype), axis=axis, ddof=ddof if correction is None else correction, keepdims=keepdims
    )


def _running(name: str) -> Callable[..., Any]:
    return lambda a, axis=None, dtype=None: apply(name, _typed(a, dtype), axis=axis)


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None and y is None:
        return np.where(read(condition, "np.where"))
    return apply("where", condition, x, y)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = a_min if min is None else min, a_max if max is None else max
    if not isinstance(low, Tensor) and not isinstance(high, Tensor):
        return apply("clip", a, low=low, high=high)
    if low is not None:
        a = apply("where", apply("less", a, low), low, a)
    return a if high is None else apply("where", apply("greater", a, high), high, a)


def _concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    if axis is None:
        arrays, axis = [apply("reshape", part, shape=-1) for part in arrays], 0
    return apply("concat", *arrays, axis=axis)


def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    return list(split(ary, indices_or_sections, axis))


def _take(a: Any, indices: Any, axis: int | None = None) -> Any:
    return take(a, read(indices, "an index"), axis)


def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        arr, axis = apply("reshape", arr, shape=-1), 0
    return apply("gather", arr, index=read(indices, "an index"), axis=axis)


def _einsum(*operands: Any, optimize: Any = False) -> Any:
    return einsum(*operands)  # the order of the products changes the speed, not the result


def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0.0) -> Any:
    if mode not in ("constant", *REPEAT):
        raise UnsupportedNumpyError(f"np.pad with mode={mode!r}")
    if isinstance(pad_width, dict):
        raise UnsupportedNumpyError("np.pad with a dict of widths")
    widths = np.broadcast_to(np.asarray(pad_width, dtype=int), (len(shape_of(array)), 2))
    pairs = tuple((int(before), int(after)) for before, after in widths)
    return apply("pad", array, widths=pairs, mode=mode, value=constant_values)


def _vstack(tup: Sequence[Any]) -> Any:
    return apply("concat", *(np.atleast_2d(part) for part in tup), axis=0)


def _hstack(tup: Sequence[Any]) -> Any:
    rows = [part if shape_of(part) else apply("reshape", part, shape=1) for part in tup]
    return apply("concat", *rows, axis=0 if len(shape_of(rows[0])) == 1 else 1)


def _expand_dims(a: Any, axis: int | Sequence[int]) -> Any:
    shape = list(shape_of(a))
    added = axis if isinstance(axis, (tuple, list)) else (axis,)
    for place in sorted(k % (len(shape) + len(added)) for k in added):
        shape.insert(place, 1)
    return apply("reshape", a, shape=tuple(shape))


def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    axes = list(range(len(shape_of(a))))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return apply("transpose", a, axes=tuple(axes))


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of the numbers alone: positions and tests have no derivative."""

    def call(*args: Any, **options: Any) -> Any:
        what = f"np.{function.__name__}"
        return function(*(read(a, what) for a in args), **{k: read(v, what) for k, v in options.items()})

    return call


def _of_the_form(function: Callable[..., Any]) -> Callable[..., Any]:
    """Of shape and number type alone, which are the same at every call of a compiled program; or to be shown."""

    def call(*args: Any, **options: Any) -> Any:
        return function(*(value_of(a) for a in args), **{k: value_of(v) for k, v in options.items()})

    return call


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.sum: _reduction("sum"), np.mean: _reduction("mean"), np.prod: _reduction("prod"),
    np.max: _extreme("max"), np.amax: _extreme("max"), np.min: _extreme("min"), np.amin: _extreme("min"),
    np.var: _spread("var"), np.std: _spread("std"),
    np.where: _where, np.real: _named("real"), np.imag: _named("imag"), np.sinc: _named("sinc"),
    np.clip: _clip,
    np.reshape: lambda a, shape: apply("reshape", a, shape=shape),
    np.ravel: lambda a: apply("reshape", a, shape=-1),
    np.transpose: lambda a, axes=None: apply("transpose", a, axes=axes),
    np.swapaxes: _swapaxes, np.expand_dims: _expand_dims,
    np.broadcast_to: lambda array, shape: apply("broadcast", array, shape=shape),
    np.squeeze: lambda a, axis=None: apply("squeeze", a, axis=axis),
    np.concatenate: _concatenate,
    np.stack: lambda arrays, axis=0: apply("stack", *arrays, axis=axis),
    np.vstack: _vstack, np.hstack: _hstack,
    np.copy: _named("identity"), np.outer: _named("outer"),
    np.cumsum: _running("cumsum"), np.cumprod: _running("cumprod"), np.einsum: _einsum,
    np.tensordot: lambda a, b, axes=2: apply("tensordot", a, b, axes=axes),
    np.diag: lambda v, k=0: apply("diag", v, k=k),
    np.tril: lambda m, k=0: apply("tril", m, k=k), np.triu: lambda m, k=0: apply("triu", m, k=k),
    np.flip: lambda m, axis=None: apply("flip", m, axis=axis),
    np.roll: lambda a, shift, axis=None: apply("roll", a, shift=shift, axis=axis),
    np.pad: _pad, np.split: _split, np.take: _take, np.take_along_axis: _take_along_axis,
    np.angle: _named("angle"),
    **numpy_rearranging.FUNCTIONS, **numpy_composed.FUNCTIONS, **numpy_linear_algebra.FUNCTIONS,
    **numpy_fourier.FUNCTIONS,
}  # fmt: skip
OF_THE_FORM = (
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.result_type, np.iscomplexobj,
    np.isrealobj, np.array2string, np.array_repr, np.array_str,
)  # fmt: skip
PLAIN = (
    np.argmax, np.argmin, np.argsort, np.argpartition, np.allclose, np.isclose, np.array_equal, np.any, np.all,
    np.count_nonzero, np.iscomplex, np.isreal, np.round, np.around, np.fix, np.nonzero, np.flatnonzero, np.searchsorted,
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
    NUMPY_HANDLERS[_ufunc, "reduce"] = _reduce(_ufunc, _name)
for _function, _handler in FUNCTIONS.items():
    NUMPY_HANDLERS[_function, "__call__"] = called_as(_function, _handler)
for _function in OF_THE_FORM:
    NUMPY_HANDLERS[_function, "__call__"] = _of_the_form(_function)
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
    return np.logical_not(mask)


for _operator, _name in {"and": "logical_and", "or": "logical_or"}.items():
    setattr(Tensor, f"__{_operator}__", _masked(_name))
    setattr(Tensor, f"__r{_operator}__", _masked(_name))
setattr(Tensor, "__invert__", _inverted)  # noqa: B010 (to mypy a method cannot be set)

__all__ = ["FUNCTIONS", "OF_THE_FORM", "PLAIN", "UFUNCS", "Tensor"]
