"""Order statistics, counts and moments of several variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like.number_types import needs_floats, no_truth_values, refuse, refuse_grad
from notevault.frontends.torch_like.operations.arithmetic import named
from notevault.frontends.torch_like.operations.reductions import Extreme, mean, pair, picked, std, total, var
from notevault.frontends.torch_like.operations.table import both, function_only, numpy_names, operation
from notevault.frontends.torch_like.recording import saved
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


@both("median")
@numpy_names
def median(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower of the two middle elements, as in PyTorch."""
    no_truth_values("median_cpu", x)
    order = np.argsort(x.array, axis=dim if dim is not None else None, kind="stable")
    middle = (order.shape[dim if dim is not None else 0] - 1) // 2
    if dim is None:
        chosen = named(x.reshape(-1)[int(order[middle])].clone(), "MedianBackward0")
        if chosen._node is not None:
            saved.keep_all(chosen._node, x.array, chosen.array)
        return chosen
    return picked("median", x, np.take(order, middle, axis=dim), dim, keepdim)


@both("mode")
def mode(x: Tensor, dim: int = -1, keepdim: bool = False) -> Extreme:
    """The smallest of the most frequent elements, and where it stands last."""
    rows = np.moveaxis(x.array, dim, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    places = []
    for row in flat:
        values, counts = np.unique(row, return_counts=True)
        places.append(np.flatnonzero(row == values[np.argmax(counts)])[-1])
    return picked("mode", x, np.asarray(places).reshape(rows.shape[:-1]), dim, keepdim)


@both("quantile")
def quantile(x: Tensor, q: Any, dim: int | None = None, keepdim: bool = False) -> Tensor:
    if x.dtype.name not in {"float32", "float64"}:
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    refuse_grad("quantile", x)
    wanted = np.asarray(q.array if isinstance(q, Tensor) else q)
    return Tensor.of(np.quantile(x.array, wanted, axis=dim, keepdims=keepdim).astype(x.array.dtype))


@both("std_mean")
def std_mean(x: Tensor, dim: Any = None, **options: Any) -> tuple[Tensor, Tensor]:
    return _with_mean("Std", std(x, dim, **options), x, dim, **options)


def _with_mean(kind: str, spread: Tensor, x: Tensor, dim: Any, **options: Any) -> tuple[Tensor, Tensor]:
    if isinstance(dim, bool):
        dim = None
    middle = mean(x, dim, options.get("keepdim", False))
    made_by = f"{kind}MeanBackward0"
    return (named(spread, made_by), named(middle, made_by))


@both("var_mean")
def var_mean(x: Tensor, dim: Any = None, **options: Any) -> tuple[Tensor, Tensor]:
    return _with_mean("Var", var(x, dim, **options), x, dim, **options)


@both("unique")
def unique(
    x: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    refuse_grad("unique", x)
    values, inverse, counts = np.unique(x.array, return_inverse=True, return_counts=True, axis=dim)
    found = (values, inverse.reshape(x.array.shape if dim is None else -1), counts)
    asked = [
        Tensor.of(part) for part, wanted in zip(found, (True, return_inverse, return_counts), strict=True) if wanted
    ]
    return asked[0] if len(asked) == 1 else tuple(asked)


@both("bincount")
def bincount(x: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    if x.array.dtype.kind in "fb":
        refuse("bincount_cpu", x)
    given = None if weights is None else weights.array
    return Tensor.of(np.bincount(x.array, weights=given, minlength=minlength))


@both("histc")
def histc(x: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    no_truth_values("linspace_cpu", x)
    needs_floats("histogram_cpu", x)
    low, high = (x.array.min(), x.array.max()) if min == max == 0 else (min, max)
    return Tensor.of(np.histogram(x.array, bins=bins, range=(low, high))[0].astype(x.array.dtype))


@both("count_nonzero")
def count_nonzero(x: Tensor, dim: Any = None) -> Tensor:
    return Tensor.of(np.count_nonzero(x.array, axis=dim))


@both("cov")
def cov(x: Tensor, *, correction: int = 1) -> Tensor:
    """Covariances of the rows."""
    rows = x if x.array.ndim == 2 else x.reshape(1, -1)
    centred = operation("sub", (rows, mean(rows, 1, True)), "SubBackward0")
    products = operation("matmul", (centred, centred.T), "MmBackward0")
    result = operation("div", (products, rows.array.shape[1] - correction), "SqueezeBackward0")
    return result if x.array.ndim == 2 else result.reshape(())


@both("corrcoef")
def corrcoef(x: Tensor) -> Tensor:
    refuse_grad("corrcoef", x)
    return Tensor.of(np.corrcoef(x.array).astype(x.array.dtype))


@both("diff")
def diff(x: Tensor, n: int = 1, dim: int = -1) -> Tensor:
    if not x.array.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if not x.dtype.rank:
        raise UnsupportedError("torch.diff of truth values")
    for _ in range(n):
        length = x.array.shape[dim]
        x = x.narrow(dim, 1, length - 1) - x.narrow(dim, 0, length - 1)
    return x


@both("nansum")
def nansum(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return named(total(x.masked_fill(Tensor.of(np.isnan(x.array)), 0), dim, keepdim), "NansumBackward0")


@both("nanmean")
def nanmean(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    present = Tensor.of((~np.isnan(x.array)).astype(x.array.dtype))
    return nansum(x, dim, keepdim) / total(present, dim, keepdim)


@function_only("searchsorted")
def searchsorted(sequence: Tensor, values: Any, *, right: bool = False) -> Tensor:
    wanted = values.array if isinstance(values, Tensor) else values
    return Tensor.of(np.asarray(np.searchsorted(sequence.array, wanted, side="right" if right else "left")))


@both("bucketize")
def bucketize(x: Tensor, boundaries: Tensor, *, right: bool = False) -> Tensor:
    return searchsorted(boundaries, x, right=right)


@both("cummax")
def cummax(x: Tensor, dim: int) -> Extreme:
    values = np.maximum.accumulate(x.array, axis=dim)
    steps = np.arange(x.array.shape[dim]).reshape([-1 if k == dim % x.array.ndim else 1 for k in range(x.array.ndim)])
    places = np.maximum.accumulate(np.where(x.array == values, steps, 0), axis=dim)
    return pair("cummax", x.gather(dim, Tensor.of(places)), Tensor.of(places))
