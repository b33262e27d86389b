"""Sums, means, extremes and softmax over axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.arithmetic import maximum, minimum
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.table import (
    FUNCTIONS,
    both,
    compute,
    operation,
)
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


def _axis(dim: Any) -> Any:
    return tuple(dim) if isinstance(dim, list | tuple) else dim


def _reduced(primitive: str, x: Tensor, dim: Any, keepdim: bool, made_by: str, **more: Any) -> Tensor:
    version = "0" if dim is None else "1"
    return operation(primitive, (x,), made_by + version, axis=_axis(dim), keepdims=keepdim, **more)


@both("sum")
def total(x: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None, axis: Any = None) -> Tensor:
    x = x.cast(dtype) if dtype is not None else x.cast(dtypes.int64) if x.dtype.rank < 2 else x
    return _reduced("sum", x, axis if dim is None else dim, keepdim, "SumBackward")


@both("mean")
def mean(x: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None, axis: Any = None) -> Tensor:
    x = x if dtype is None else x.cast(dtype)
    if not x.is_floating_point():
        title = "Long" if x.dtype.rank else "Bool"
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {title}"
        )
    return _reduced("mean", x, axis if dim is None else dim, keepdim, "MeanBackward")


@both("prod")
def product(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    return _reduced("prod", x if x.dtype.rank else x.cast(dtypes.int64), dim, keepdim, "ProdBackward")


@both("std")
def std(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: int | None = None
) -> Tensor:
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    ddof = int(unbiased) if correction is None else correction
    return operation("std", (x,), "StdBackward0", axis=_axis(dim), keepdims=keepdim, ddof=ddof)


@both("var")
def var(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: int | None = None
) -> Tensor:
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    ddof = int(unbiased) if correction is None else correction
    return operation("var", (x,), "VarBackward0", axis=_axis(dim), keepdims=keepdim, ddof=ddof)


@both("norm")
def norm(x: Tensor, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    if p in {2, "fro"}:
        return operation("norm", (x,), "LinalgVectorNormBackward0", axis=_axis(dim), keepdims=keepdim)
    if p == 1:
        return _reduced("sum", FUNCTIONS["abs"](x), dim, keepdim, "LinalgVectorNormBackward")
    raise UnsupportedError(f"torch.norm(p={p!r})")


class Extreme(NamedTuple):
    """What `max` and `min` along a dimension give; prints as PyTorch prints it."""

    values: Tensor
    indices: Tensor


def _named(kind: str, values: Tensor, indices: Tensor) -> Extreme:
    names = type(kind, (Extreme,), {"__repr__": lambda self: _show_extreme(kind, self), "__slots__": ()})
    return names(values, indices)  # type: ignore[no-any-return]


def _show_extreme(kind: str, result: Extreme) -> str:
    return f"torch.return_types.{kind}(\nvalues={result.values!r},\nindices={result.indices!r})"


def _extreme(kind: str) -> Callable[..., Any]:
    def extreme(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Tensor):
            return maximum(x, dim) if kind == "max" else minimum(x, dim)
        if dim is None:
            return operation(kind, (x,), f"{kind.title()}Backward1")
        find = np.argmax if kind == "max" else np.argmin
        found = np.expand_dims(find(x.array, axis=dim), dim)
        values = compute("gather", (x.operand,), f"{kind.title()}Backward0", index=found, axis=dim)
        indices = Tensor.of(found)
        return _named(
            kind,
            *((values, indices) if keepdim else (squeeze_at(values, dim, values._made_by), squeeze_at(indices, dim))),
        )

    return extreme


def squeeze_at(x: Tensor, dim: int, made_by: str | None = None) -> Tensor:
    """Take an axis of length one away."""
    shape = list(x.array.shape)
    del shape[dim]
    return compute("reshape", (x.operand,), made_by or "SqueezeBackward1", shape=tuple(shape))


both("max", "amax")(_extreme("max"))
both("min", "amin")(_extreme("min"))


def _arg(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def find(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return Tensor.of(np.asarray(function(x.array, axis=dim, keepdims=keepdim and dim is not None)))

    return find


both("argmax")(_arg(np.argmax))
both("argmin")(_arg(np.argmin))


@both("argsort")
def argsort(x: Tensor, dim: int = -1, descending: bool = False) -> Tensor:
    keys = -x.array if descending else x.array
    return Tensor.of(np.argsort(keys, axis=dim, kind="stable"))


@both("sort")
def sort(x: Tensor, dim: int = -1, descending: bool = False) -> Extreme:
    order = argsort(x, dim, descending)
    return _named("sort", compute("gather", (x.operand,), "SortBackward0", index=order.array, axis=dim), order)


@both("topk")
def topk(x: Tensor, k: int, dim: int = -1, largest: bool = True) -> Extreme:
    order = Tensor.of(np.take(argsort(x, dim, descending=largest).array, range(k), axis=dim))
    return _named("topk", compute("gather", (x.operand,), "TopkBackward0", index=order.array, axis=dim), order)


@both("all")
def all_of(x: Tensor, dim: int | None = None) -> Tensor:
    return Tensor.of(np.all(x.array, axis=dim))


@both("any")
def any_of(x: Tensor, dim: int | None = None) -> Tensor:
    return Tensor.of(np.any(x.array, axis=dim))


@both("cumsum")
def cumsum(x: Tensor, dim: int) -> Tensor:
    return operation("cumsum", (x if x.dtype.rank else x.cast(dtypes.int64),), "CumsumBackward0", axis=dim)


@both("cumprod")
def cumprod(x: Tensor, dim: int) -> Tensor:
    return operation("cumprod", (x,), "CumprodBackward0", axis=dim)


@both("softmax")
def softmax(x: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:
    return operation("softmax", (x if dtype is None else x.cast(dtype),), "SoftmaxBackward0", axis=_implicit(x, dim))


@both("log_softmax")
def log_softmax(x: Tensor, dim: int | None = None) -> Tensor:
    return operation("log_softmax", (x,), "LogSoftmaxBackward0", axis=_implicit(x, dim))


def _implicit(x: Tensor, dim: int | None) -> int:
    return (0 if x.array.ndim in {0, 1, 3} else 1) if dim is None else dim


@both("logsumexp")
def logsumexp(x: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    return operation("logsumexp", (x,), "LogsumexpBackward0", axis=_axis(dim), keepdims=keepdim)
