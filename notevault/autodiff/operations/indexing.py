"""Reading and (functionally) writing parts of an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import operation, unbroadcast
from notevault.autodiff.tensor import shape_of

MATRIX = Reals((3, 4))


def _scatter_back(g: Value, y: Value, x: Value, *, index: Any) -> Value:
    return scatter(g, index=index, shape=shape_of(x))


@operation(
    vjp=(_scatter_back,),
    latex="#1_{[i]}",
    partials_latex=(r"\delta_{i}",),
    sympy="Indexed",
    samples=(
        Sample((MATRIX,), {"index": 1}),
        Sample((MATRIX,), {"index": (slice(None, None, 2), slice(1, 3))}),
        Sample((MATRIX,), {"index": (np.array([0, 2, 2]), np.array([1, 0, 0]))}),
        Sample((MATRIX,), {"index": (Ellipsis, None, 0)}),
    ),
)
def getitem(x: Value, *, index: Any) -> Value:
    """x[index], with every kind of index that numpy has.

    Shapes: any -> that of x[index]. Rule: the cotangent goes to the places that were read, added up where a place was
    read twice.

    >>> float(getitem(np.array([1.0, 2.0]), index=1))
    2.0
    """
    return x[index]


def is_basic(index: Any) -> bool:
    """Whether an index is made of numbers, slices, None and Ellipsis alone: then it gives a view."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice)) for part in parts)


def names_no_place_twice(index: Any) -> bool:
    """Whether it is plain that an index has no repetitions."""
    if is_basic(index):
        return True
    # strictly rising positions, which sorting by rows gives, are all different
    rising = isinstance(index, np.ndarray) and index.ndim == 1 and index.dtype.kind == "i" and index.size > 0
    return rising and bool(index[0] >= 0) and bool(np.all(index[1:] > index[:-1]))


@operation(
    vjp=(lambda g, y, x, *, index, shape: getitem(g, index=index),),
    latex=r"\operatorname{scatter}(#1)",
    partials_latex=("I",),
    sympy="Scatter",
    samples=(
        Sample((Reals((4,)),), {"index": 1, "shape": (3, 4)}),
        Sample((Reals((3,)),), {"index": (np.array([0, 2, 2]), np.array([1, 0, 0])), "shape": (3, 4)}),
    ),
)
def scatter(x: Value, *, index: Any, shape: tuple[int, ...]) -> Value:
    """Zeros of `shape` with x added at `index`: the transpose of `getitem`.

    Shapes: that of zeros(shape)[index] -> shape. Rule: the cotangent is read at `index`.

    >>> scatter(np.array([1.0, 2.0]), index=np.array([1, 1]), shape=(3,))
    array([0., 3., 0.])
    """
    out = np.zeros(shape, dtype=getattr(x, "dtype", None) or np.asarray(x).dtype)
    if names_no_place_twice(index):
        out[index] = x  # assignment is 20 times faster than np.add.at
    else:
        np.add.at(out, index, x)
    return out


def _pull_kept(g: Value, y: Value, x: Value, value: Value, *, index: Any) -> Value:
    return set_at(g, 0, index=index)


def _pull_written(g: Value, y: Value, x: Value, value: Value, *, index: Any) -> Value:
    return unbroadcast(getitem(g, index=index), value)


def _push_set(tangents: Sequence[Value], y: Value, x: Value, value: Value, *, index: Any) -> Value:
    kept, written = tangents
    return set_at(np.zeros(shape_of(x)) if kept is None else kept, 0 if written is None else written, index=index)


@operation(
    vjp=(_pull_kept, _pull_written),
    jvp=_push_set,
    latex=r"#1_{[i] \leftarrow #2}",
    partials_latex=(r"1 - \delta_{i}", r"\delta_{i}"),
    sympy="SetAt",
    samples=(
        Sample((MATRIX, Reals((4,))), {"index": 1}),
        Sample((MATRIX, Reals()), {"index": (slice(None), 2)}),
        Sample((MATRIX, Reals((2,))), {"index": (np.array([0, 2]), np.array([1, 0]))}),
    ),
)
def set_at(x: Value, value: Value, *, index: Any) -> Value:
    """A copy of x in which x[index] is `value`: what `x[index] = value` is called here. No place may be
    named twice.

    Shapes: x (...); value broadcasts to x[index] -> (...). Rule: the cotangent of x is 0 where it was
    overwritten, that of `value` is read there.

    >>> set_at(np.zeros(3), 5.0, index=1)
    array([0., 5., 0.])
    """
    out = np.array(x, dtype=np.result_type(x, value))
    out[index] = value
    return out
