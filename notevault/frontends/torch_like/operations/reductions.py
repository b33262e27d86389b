"""Sums, means, extremes and softmax over axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import TITLES, DType
from notevault.frontends.torch_like.number_types import refuse, refuse_grad
from notevault.frontends.torch_like.operations.arithmetic import maximum, minimum, named
from notevault.frontends.torch_like.operations.table import (
    FUNCTIONS,
    both,
    compute,
    floating,
    numpy_names,
    operation,
    out_of_range,
)
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


def _axis(x: Tensor, dim: Any) -> Any:
    """The axes for the engine. A tensor without dimensions has one, 0, in PyTorch."""
    if x.array.ndim == 0 and dim is not None:
        for one in dim if isinstance(dim, list | tuple) else (dim,):
            _along(x, one)
        return None
    return (tuple(dim) or None) if isinstance(dim, list | tuple) else dim


def _along(x: Tensor, dim: int) -> int:
    """The dimension, counted from the front. Raises IndexError, in PyTorch's words, if there is none."""
    ndim = max(x.array.ndim, 1)
    if not -ndim <= dim < ndim:
        raise out_of_range(dim, x.array.ndim)
    return dim % ndim


def _reduced(primitive: str, x: Tensor, dim: Any, keepdim: bool, made_by: str, **more: Any) -> Tensor:
    version = "0" if dim is None else "1"
    return operation(primitive, (x,), made_by + version, axis=_axis(x, dim), keepdims=keepdim, **more)


def _summed(x: Tensor, dtype: DType | None) -> Tensor:
    """The tensor in the type in which PyTorch adds and multiplies its elements: int64 for whole numbers."""
    return x.cast(dtype or (x.dtype if x.is_floating_point() else dtypes.int64))


@both("sum")
@numpy_names
def total(x: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    return _reduced("sum", _summed(x, dtype), dim, keepdim, "SumBackward")


@both("mean")
@numpy_names
def mean(x: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    x = x if dtype is None else x.cast(dtype)
    if not x.is_floating_point():
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {TITLES[x.dtype]}"
        )
    return _reduced("mean", x, dim, keepdim, "MeanBackward")


@both("prod")
@numpy_names
def product(x: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    return _reduced("prod", _summed(x, dtype), dim, keepdim, "ProdBackward")


@both("std")
@numpy_names
def std(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: int | None = None
) -> Tensor:
    return _spread("std", x, dim, unbiased, keepdim, correction)


def _spread(  # noqa: PLR0917 - PyTorch's signature
    kind: str, x: Tensor, dim: Any, unbiased: bool, keepdim: bool, correction: int | None
) -> Tensor:
    if not x.is_floating_point():
        raise RuntimeError("std and var only support floating point and complex dtypes")
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    ddof = int(unbiased) if correction is None else correction
    if x.requires_grad and x.array.size <= ddof:
        raise UnsupportedError(f"torch.{kind} of so few numbers that its derivative is undefined")
    made_by = f"{kind.title()}Backward0"
    return operation(kind, (x,), made_by, axis=_axis(x, dim), keepdims=keepdim, ddof=ddof)


@both("var")
@numpy_names
def var(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: int | None = None
) -> Tensor:
    return _spread("var", x, dim, unbiased, keepdim, correction)


@both("norm")
@numpy_names
def norm(x: Tensor, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    """`torch.norm`: the norm of all elements as one vector, also for a matrix."""
    if not x.is_floating_point():
        found = TITLES[x.dtype]
        raise RuntimeError(f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {found}")
    made_by = "LinalgVectorNormBackward0"
    axis = _axis(x, dim)
    if p in {2, "fro", None}:
        return operation("norm", (x,), made_by, axis=axis, keepdims=keepdim)
    sizes = FUNCTIONS["abs"](x)
    if p == 1:
        return named(_reduced("sum", sizes, axis, keepdim, ""), made_by)
    if p in {np.inf, -np.inf}:
        return operation("max" if p > 0 else "min", (sizes,), made_by, axis=axis, keepdims=keepdim)
    if p == 0:
        refuse_grad("norm(p=0)", x)
        return Tensor.of(np.sum(x.array != 0, axis=axis, keepdims=keepdim).astype(x.array.dtype))
    total = _reduced("sum", FUNCTIONS["pow"](sizes, p), axis, keepdim, "")
    if x.requires_grad and not np.all(total.array):
        raise UnsupportedError("torch.norm of zeros, which has no derivative, but for the usual p")
    return named(FUNCTIONS["pow"](total, 1 / p), made_by)


class Extreme(NamedTuple):
    """What `max` and `min` along a dimension give; prints as PyTorch prints it."""

    values: Tensor
    indices: Tensor


def pair(kind: str, values: Tensor, indices: Tensor) -> Extreme:
    """Values with their places, which show the name of what found them."""
    names = type(kind, (Extreme,), {"__repr__": lambda self: _show_extreme(kind, self), "__slots__": ()})
    return names(values, indices)  # type: ignore[no-any-return]


def _show_extreme(kind: str, result: Extreme) -> str:
    return f"torch.return_types.{kind}(\nvalues={result.values!r},\nindices={result.indices!r})"


def _extreme(kind: str) -> Callable[..., Any]:
    def extreme(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Tensor):
            return maximum(x, dim) if kind == "max" else minimum(x, dim)
        if x.array.size == 0:
            raise RuntimeError(
                f"{kind}(): Expected reduction dim to be specified for input.numel() == 0. "
                "Specify the reduction dim with the 'dim' argument."
            )
        if dim is None:
            return operation(kind, (x,), f"{kind.title()}Backward1")
        if not x.array.ndim:
            _along(x, dim)
            return pair(kind, named(x.clone(), f"{kind.title()}Backward0"), Tensor.of(np.array(0)))
        find = np.argmax if kind == "max" else np.argmin
        return picked(kind, x, find(x.array, axis=_along(x, dim)), dim, keepdim)

    return numpy_names(extreme)


def picked(kind: str, x: Tensor, places: Any, dim: int, keepdim: bool) -> Extreme:
    """The elements at one place along a dimension."""
    if x.array.ndim == 0:
        return pair(kind, named(x.clone(), f"{kind.title()}Backward0"), Tensor.of(np.zeros((), np.int64)))
    along = _along(x, dim)
    found = np.expand_dims(places, along)
    values = compute("gather", (x.operand,), f"{kind.title()}Backward0", index=found, axis=along)
    if keepdim:
        return pair(kind, values, Tensor.of(found))
    shape = np.shape(places)
    flat = compute("reshape", (values.operand,), values._made_by or "", shape=shape)
    return pair(kind, flat, Tensor.of(np.asarray(places)))


both("max")(_extreme("max"))
both("min")(_extreme("min"))


def _amax(kind: str) -> Callable[..., Tensor]:
    def extreme(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        return operation(kind, (x,), f"A{kind}Backward0", axis=_axis(x, dim), keepdims=keepdim)

    return numpy_names(extreme)


both("amax")(_amax("max"))
both("amin")(_amax("min"))


class Bounds(NamedTuple):
    """The smallest and the largest element; prints as PyTorch prints it."""

    min: Tensor
    max: Tensor

    def __repr__(self) -> str:
        return f"torch.return_types.aminmax(\nmin={self.min!r},\nmax={self.max!r})"


@both("aminmax")
def aminmax(x: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Bounds:
    return Bounds(FUNCTIONS["amin"](x, dim, keepdim), FUNCTIONS["amax"](x, dim, keepdim))


def _arg(name: str) -> Callable[..., Tensor]:
    function = getattr(np, name)

    def find(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        if not x.dtype.rank:
            raise RuntimeError(f"{name}(): does not support bool input")
        if not x.array.ndim:
            return Tensor.of(np.zeros((), np.int64))
        axis = None if dim is None else _along(x, dim)
        return Tensor.of(np.asarray(function(x.array, axis=axis, keepdims=keepdim and dim is not None)))

    return numpy_names(find)


both("argmax")(_arg("argmax"))
both("argmin")(_arg("argmin"))


@both("argsort")
@numpy_names
def argsort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    _along(x, dim)
    if not x.array.ndim:
        return Tensor.of(np.zeros((), np.int64))
    if not descending:
        return Tensor.of(np.argsort(x.array, axis=dim, kind="stable"))
    backward = np.argsort(np.flip(x.array, dim), axis=dim, kind="stable")  # so that NaN comes first, as the largest
    return Tensor.of(np.flip(x.array.shape[dim] - 1 - backward, dim).copy())


@both("sort")
@numpy_names
def sort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Extreme:
    order = argsort(x, dim, descending)
    if not x.array.ndim:
        return pair("sort", named(x.clone(), "SortBackward0"), order)
    return pair("sort", compute("gather", (x.operand,), "SortBackward0", index=order.array, axis=dim), order)


@both("topk")
@numpy_names
def topk(x: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Extreme:
    if not x.dtype.rank:
        raise RuntimeError("topk does not support bool dtypes on CPU")
    if k > (x.array.shape[_along(x, dim)] if x.array.ndim else 1):
        raise RuntimeError("selected index k out of range")
    if not x.array.ndim:
        return pair("topk", named(x.clone(), "TopkBackward0"), argsort(x))
    whole = argsort(x, dim, descending=largest)
    ordered = np.take_along_axis(x.array, whole.array, dim)
    ahead = np.take(ordered, range(min(k + 1, ordered.shape[dim])), axis=dim)
    if np.any(np.diff(ahead, axis=dim) == 0):
        raise UnsupportedError("torch.topk of equal elements, whose order PyTorch leaves open")
    order = Tensor.of(np.take(whole.array, range(k), axis=dim))
    return pair("topk", compute("gather", (x.operand,), "TopkBackward0", index=order.array, axis=dim), order)


def _truth(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def test(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        found = function(x.array, axis=_axis(x, dim), keepdims=keepdim)
        return Tensor.of(found.astype(np.uint8) if x.dtype == dtypes.uint8 else found)

    return numpy_names(test)


both("all")(_truth(np.all))
both("any")(_truth(np.any))


@both("cumsum")
@numpy_names
def cumsum(x: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    _along(x, dim)
    x = _summed(x, dtype)
    if not x.array.ndim:
        return named(x.clone(), "CumsumBackward0")
    return operation("cumsum", (x,), "CumsumBackward0", axis=dim)


@both("cumprod")
@numpy_names
def cumprod(x: Tensor, dim: int) -> Tensor:
    _along(x, dim)
    x = _summed(x, None)
    if not x.array.ndim:
        return named(x.clone(), "CumprodBackward0")
    return operation("cumprod", (x,), "CumprodBackward0", axis=dim)


@both("softmax")
@numpy_names
def softmax(x: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:
    x = _softmax_input("softmax", x if dtype is None else x.cast(dtype), dim)
    if x.dtype == dtypes.float16:
        return named(softmax(x.cast(dtypes.float32), dim).cast(dtypes.float16), "SoftmaxBackward0")
    return operation("softmax", (x,), "SoftmaxBackward0", axis=_implicit(x, dim))


@both("log_softmax")
@numpy_names
def log_softmax(x: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:
    x = _softmax_input("log_softmax", x if dtype is None else x.cast(dtype), dim)
    if x.dtype == dtypes.float16:
        return named(log_softmax(x.cast(dtypes.float32), dim).cast(dtypes.float16), "LogSoftmaxBackward0")
    return operation("log_softmax", (x,), "LogSoftmaxBackward0", axis=_implicit(x, dim))


def _softmax_input(name: str, x: Tensor, dim: int | None) -> Tensor:
    axis = _along(x, _implicit(x, dim))
    if not x.is_floating_point():
        refuse(f"{name}_lastdim_kernel_impl" if axis == max(x.array.ndim, 1) - 1 else f"{name}_kernel_impl", x)
    return x


def _implicit(x: Tensor, dim: int | None) -> int:
    return (0 if x.array.ndim in {0, 1, 3} else 1) if dim is None else dim


@both("logsumexp")
@numpy_names
def logsumexp(x: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    return operation("logsumexp", (floating(x),), "LogsumexpBackward0", axis=_axis(x, dim), keepdims=keepdim)
