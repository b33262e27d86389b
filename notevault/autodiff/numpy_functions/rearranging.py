"""numpy's functions that pick, repeat and join elements, on tensors: numpy itself says which element goes where.

Each is called on the positions 0, 1, 2, ... in the place of the elements, and the elements are read at what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.tensor import apply, read, shape_of

Function = Callable[..., Any]


def _positions(x: Any, start: int = 0) -> Any:
    shape = shape_of(x)
    return np.arange(start, start + int(np.prod(shape, dtype=int))).reshape(shape)


def _read(flat: Any, places: Any) -> Any:
    if isinstance(places, (list, tuple)):
        return [_read(flat, part) for part in places]
    return apply("getitem", flat, index=places)


def selecting(function: Function) -> Function:
    """A function of one array that moves elements and computes nothing."""

    def call(x: Any, *args: Any, **options: Any) -> Any:
        places = function(_positions(x), *args, **options)
        return _read(apply("reshape", x, shape=-1), places)

    return call


def joining(function: Function) -> Function:
    """A function of a sequence of arrays that puts their elements together."""

    def call(parts: Sequence[Any], *args: Any, **options: Any) -> Any:
        flat = [apply("reshape", part, shape=-1) for part in parts]
        starts = np.cumsum([0, *(shape_of(part)[0] for part in flat)])
        places = [_positions(part, int(start)) for part, start in zip(parts, starts, strict=False)]
        return _read(apply("concat", *flat), function(places, *args, **options))

    return call


def transposing(function: Function) -> Function:
    """A function of one array that changes the order of its axes."""

    def call(x: Any, *args: Any, **options: Any) -> Any:
        n = len(shape_of(x))
        # axis k has the length k + 2: so the shape of the result says which axis went where, and nothing is allocated
        marked = np.broadcast_to(np.int8(0), tuple(range(2, n + 2)))
        moved = function(marked, *args, **options).shape
        return apply("transpose", x, axes=tuple(length - 2 for length in moved))

    return call


def _ordered(x: Any, axis: int | None, order: Function) -> Any:
    """The elements at the positions in which `order` puts their values along an axis."""
    if axis is None:
        return _ordered(apply("reshape", x, shape=-1), 0, order)
    return apply("gather", x, index=order(read(x, "sorting"), axis=axis), axis=axis)


def _sort(a: Any, axis: int | None = -1, kind: Any = None) -> Any:
    return _ordered(a, axis, lambda values, axis: np.argsort(values, axis, kind))


def _partition(a: Any, kth: Any, axis: int | None = -1) -> Any:
    return _ordered(a, axis, lambda values, axis: np.argpartition(values, kth, axis))


def _compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    places = np.flatnonzero(read(condition, "np.compress"))
    return apply("reshape", a, shape=-1)[places] if axis is None else np.take(a, places, axis)


def _append(arr: Any, values: Any, axis: int | None = None) -> Any:
    if axis is None:
        return apply("concat", apply("reshape", arr, shape=-1), apply("reshape", values, shape=-1))
    return apply("concat", arr, values, axis=axis)


def _at_least(function: Function) -> Function:
    def call(*arrays: Any) -> Any:
        made = [apply("reshape", x, shape=function(np.empty(shape_of(x))).shape) for x in arrays]
        return made[0] if len(made) == 1 else made

    return call


SELECTIONS = (
    np.tile, np.repeat, np.rot90, np.flipud, np.fliplr, np.diagonal, np.array_split, np.hsplit, np.vsplit, np.dsplit,
    np.resize, np.delete,
)  # fmt: skip

FUNCTIONS: dict[Function, Function] = {
    **{function: selecting(function) for function in SELECTIONS},
    **{function: transposing(function) for function in (np.moveaxis, np.rollaxis)},
    **{function: joining(function) for function in (np.column_stack, np.dstack)},
    **{function: _at_least(function) for function in (np.atleast_1d, np.atleast_2d, np.atleast_3d)},
    np.sort: _sort,
    np.partition: _partition,
    np.append: _append,
    np.compress: _compress,
}
