"""Products and running totals: prod, cumsum, cumprod. No rule divides by an element, so zeros do no harm."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from notevault.autodiff.operations.comparisons import where
from notevault.autodiff.operations.indexing import getitem
from notevault.autodiff.operations.rearranging import flip
from notevault.autodiff.operations.reductions import Axis, axes_of, spread, sum
from notevault.autodiff.operations.shapes import concat, reshape, transpose
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import dtype_of, shape_of

MATRIX = Reals((3, 4))
RUNNING = (Sample((MATRIX,)), Sample((MATRIX,), {"axis": 0}), Sample((Reals((4,)),), {"axis": -1}))


def _pull_cumsum(g: Value, y: Value, x: Value, *, axis: int | None = None) -> Value:
    if axis is None:
        return reshape(_pull_cumsum(g, y, y, axis=0), shape=shape_of(x))
    return flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis)


@operation(
    vjp=(_pull_cumsum,),
    latex=r"\operatorname{cumsum}(#1)",
    partials_latex=(r"[i \leq j]",),
    sympy="CumulativeSum",
    code="np.cumsum({0}, axis={axis}, out={out})",
    samples=RUNNING,
)
def cumsum(x: Value, *, axis: int | None = None) -> Value:
    """The running sum along `axis`; of all elements in row-major order when None.

    Shapes: any -> the same, or (size,) when axis is None. Rule: the cotangent is summed from the end.

    >>> cumsum(np.array([1.0, 2.0, 3.0]))
    array([1., 3., 6.])
    """
    return np.cumsum(x, axis=axis)


def _last(x: Value, axis: int) -> Value:
    order = [k for k in range(len(shape_of(x))) if k != axis % len(shape_of(x))]
    return transpose(x, axes=(*order, axis % len(shape_of(x))))


def _first_back(x: Value, axis: int) -> Value:
    """The inverse of `_last`."""
    n = len(shape_of(x))
    order = list(range(n - 1))
    order.insert(axis % n, n - 1)
    return transpose(x, axes=tuple(order))


def _without_each(x: Value) -> Value:
    """P[..., i, j]: the product of x[..., 0..j] without factor i (which is 1 there), 0 for j < i."""
    n = shape_of(x)[-1]
    rows = where(np.eye(n, dtype=bool), 1, reshape(x, shape=(*shape_of(x)[:-1], 1, n)))
    return where(np.tri(n, dtype=bool).T, cumprod(rows, axis=-1), 0)


def _pull_cumprod(g: Value, y: Value, x: Value, *, axis: int | None = None) -> Value:
    if axis is None:
        return reshape(_pull_cumprod(g, y, reshape(x, shape=-1), axis=0), shape=shape_of(x))
    g = _last(g, axis)
    weights = _without_each(_last(x, axis))
    pulled = sum(weights * reshape(g, shape=(*shape_of(g)[:-1], 1, shape_of(g)[-1])), axis=-1)
    return _first_back(pulled, axis)


def _push_cumprod(t: Sequence[Value], y: Value, x: Value, *, axis: int | None = None) -> Value:
    if axis is None:
        return _push_cumprod([reshape(t[0], shape=-1)], y, reshape(x, shape=-1), axis=0)
    tangent = _last(t[0], axis)
    weights = _without_each(_last(x, axis))
    return _first_back(sum(weights * reshape(tangent, shape=(*shape_of(tangent), 1)), axis=-2), axis)


@operation(
    vjp=(_pull_cumprod,),
    jvp=_push_cumprod,
    latex=r"\operatorname{cumprod}(#1)",
    partials_latex=(r"\prod_{k \leq j,\, k \neq i} #1_k",),
    sympy="CumulativeProduct",
    code="np.cumprod({0}, axis={axis}, out={out})",
    samples=RUNNING,
)
def cumprod(x: Value, *, axis: int | None = None) -> Value:
    """The running product along `axis`; of all elements in row-major order when None.

    Shapes: any -> the same, or (size,) when axis is None. Rule: dy_j / dx_i = the product of x_0..x_j
    without x_i; an n x n table of them, so that zeros need no division.

    >>> cumprod(np.array([1.0, 2.0, 3.0]))
    array([1., 2., 6.])
    """
    return np.cumprod(x, axis=axis)


def _product_of_others(x: Value, axis: Axis) -> Value:
    """For every element the product of those it is multiplied with: all before it times all after it."""
    reduced = axes_of(axis, len(shape_of(x)))
    kept = tuple(k for k in range(len(shape_of(x))) if k not in reduced)
    order = (*kept, *reduced)
    moved = transpose(x, axes=order)
    count = math.prod([shape_of(x)[k] for k in reduced])
    if count == 0:
        return np.zeros(shape_of(x))
    rows = reshape(moved, shape=(*shape_of(moved)[: len(kept)], count))
    ones = np.ones((*shape_of(rows)[:-1], 1), dtype=dtype_of(x))
    whole = (slice(None),) * len(kept)
    before = cumprod(concat(ones, getitem(rows, index=(*whole, slice(None, -1))), axis=-1), axis=-1)
    after = flip(getitem(rows, index=(*whole, slice(1, None))), axis=-1)
    after = flip(cumprod(concat(ones, after, axis=-1), axis=-1), axis=-1)
    others = reshape(before * after, shape=shape_of(moved))
    return transpose(others, axes=tuple(int(k) for k in np.argsort(order)))


def _pull_prod(g: Value, y: Value, x: Value, *, axis: Axis = None, keepdims: bool = False) -> Value:
    if not shape_of(x):
        return g
    return spread(g, x, axis, keepdims) * _product_of_others(x, axis)


def _push_prod(t: Sequence[Value], y: Value, x: Value, *, axis: Axis = None, keepdims: bool = False) -> Value:
    if not shape_of(x):
        return t[0]
    return sum(t[0] * _product_of_others(x, axis), axis=axis, keepdims=keepdims)


@operation(
    vjp=(_pull_prod,),
    jvp=_push_prod,
    latex=r"\prod #1",
    partials_latex=(r"\prod_{k \neq i} #1_k",),
    sympy="Product",
    code="np.prod({0}, axis={axis}, keepdims={keepdims}, out={out})",
    misconceptions=(
        Misconception("own factor kept", 0, "#y", "the derivative by one factor is the product of the others"),
    ),
    samples=(
        Sample((MATRIX,)),
        Sample((MATRIX,), {"axis": 0}),
        Sample((MATRIX,), {"axis": 1, "keepdims": True}),
        Sample((Reals((2, 3, 2)),), {"axis": (0, 2)}),
    ),
)
def prod(x: Value, *, axis: Axis = None, keepdims: bool = False) -> Value:
    """The product over `axis` (all axes when None).

    Shapes: as `sum`. Rule: dy / dx_i = the product of the other factors, found without a division.

    >>> float(prod(np.array([2.0, 3.0])))
    6.0
    """
    return np.prod(x, axis=axis, keepdims=keepdims)
