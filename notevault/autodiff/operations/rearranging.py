"""Parts and rearrangements: split, gather, flip, roll, pad. All linear, so each JVP is the operation
itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff.operations.indexing import getitem, scatter
from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import shape_of

Axis = int | tuple[int, ...] | None
MATRIX = Reals((3, 4))


def _flip_back(g: Value, y: Value, x: Value, *, axis: Axis = None) -> Value:
    return flip(g, axis=axis)


@operation(
    vjp=(_flip_back,),
    latex=r"\operatorname{flip}(#1)",
    partials_latex=(r"\operatorname{flip}",),
    sympy="Flip",
    samples=(Sample((MATRIX,)), Sample((MATRIX,), {"axis": 1}), Sample((MATRIX,), {"axis": (0, 1)})),
)
def flip(x: Value, *, axis: Axis = None) -> Value:
    """x in reverse order along `axis` (all axes when None).

    Shapes: any -> the same. Rule: the cotangent is flipped back.

    >>> flip(np.array([1.0, 2.0]))
    array([2., 1.])
    """
    return np.flip(x, axis)


def _negative(shift: Any) -> Any:
    return tuple(-k for k in shift) if isinstance(shift, (tuple, list)) else -shift


def _roll_back(g: Value, y: Value, x: Value, *, shift: Any, axis: Axis = None) -> Value:
    return roll(g, shift=_negative(shift), axis=axis)


@operation(
    vjp=(_roll_back,),
    latex=r"\operatorname{roll}(#1)",
    partials_latex=(r"\operatorname{roll}^{-1}",),
    sympy="Roll",
    samples=(
        Sample((MATRIX,), {"shift": 2}),
        Sample((MATRIX,), {"shift": -1, "axis": 1}),
        Sample((MATRIX,), {"shift": (1, 2), "axis": (0, 1)}),
    ),
)
def roll(x: Value, *, shift: Any, axis: Axis = None) -> Value:
    """x shifted along `axis`; what leaves at the end comes in at the start.

    Shapes: any -> the same. Rule: the cotangent is rolled back.

    >>> roll(np.array([1.0, 2.0, 3.0]), shift=1)
    array([3., 1., 2.])
    """
    return np.roll(x, shift, axis)


def _scatter_part(g: Value, y: Value, x: Value, *, start: int, stop: int, axis: int = 0) -> Value:
    return scatter(g, index=_along(shape_of(x), axis, slice(start, stop)), shape=shape_of(x))


def _along(shape: tuple[int, ...], axis: int, index: Any) -> tuple[Any, ...]:
    whole: list[Any] = [slice(None)] * len(shape)
    whole[axis] = index
    return tuple(whole)


@operation(
    name="split",
    vjp=(_scatter_part,),
    latex=r"#1_{[i:j]}",
    partials_latex=("[i \\leq k < j]",),
    sympy="Slice",
    samples=(Sample((MATRIX,), {"start": 1, "stop": 3}), Sample((MATRIX,), {"start": 0, "stop": 2, "axis": 1})),
)
def part(x: Value, *, start: int, stop: int, axis: int = 0) -> Value:
    """One part of a split: the elements from `start` up to `stop` along `axis`.

    Shapes: length stop - start along `axis`. Rule: the cotangent is put back at its place, zeros elsewhere.

    >>> part(np.arange(4.0), start=1, stop=3)
    array([1., 2.])
    """
    return x[_along(np.shape(x), axis, slice(start, stop))]


def split(x: Value, sections: int | Sequence[int], axis: int = 0) -> tuple[Value, ...]:
    """x cut along `axis`: into equal sections, or before the given positions (as np.split).

    >>> split(np.arange(4.0), 2)
    (array([0., 1.]), array([2., 3.]))
    """
    length = shape_of(x)[axis]
    if isinstance(sections, int):
        if length % sections:
            raise ValueError(f"a length of {length} cannot be cut into {sections} equal sections")
        sections = range(length // sections, length, length // sections)
    bounds = [0, *sections, length]
    return tuple(part(x, start=a, stop=b, axis=axis) for a, b in pairwise(bounds))


def along_axis(index: Any, axis: int) -> tuple[Any, ...]:
    """An index that reads `index` along one axis and every other position where it stands."""
    grid: list[Any] = list(np.ogrid[tuple(slice(n) for n in np.shape(index))])
    grid[axis] = index
    return tuple(grid)


def _gather_back(g: Value, y: Value, x: Value, *, index: Any, axis: int) -> Value:
    return scatter(g, index=along_axis(index, axis), shape=shape_of(x))


@operation(
    vjp=(_gather_back,),
    latex=r"\operatorname{gather}(#1)",
    partials_latex=(r"\delta_{i}",),
    sympy="Gather",
    samples=(
        Sample((MATRIX,), {"index": np.array([[0, 2, 2], [1, 1, 0], [3, 0, 1]]), "axis": 1}),
        Sample((MATRIX,), {"index": np.array([[0, 2, 2, 1]]), "axis": 0}),
    ),
)
def gather(x: Value, *, index: Any, axis: int) -> Value:
    """Along `axis` the elements at `index`: out[i, j] = x[i, index[i, j]] for axis 1 (torch.gather).

    Shapes: x (...), index with as many axes and no longer than x elsewhere -> that of index. Rule: the
    cotangent goes to the places that were read, added up where one was read twice.

    >>> gather(np.array([[1.0, 2.0], [3.0, 4.0]]), index=np.array([[1], [0]]), axis=1)
    array([[2.],
           [3.]])
    """
    return x[along_axis(index, axis)]


def _mirrored(i: Any, n: int) -> Any:
    period = max(2 * (n - 1), 1)
    return n - 1 - np.abs(np.mod(i, period) - (n - 1))


REPEAT: dict[str, Callable[[Any, int], Any]] = {
    "edge": lambda i, n: np.clip(i, 0, n - 1),
    "wrap": np.mod,
    "reflect": _mirrored,
}
"""Which of n elements stands at position i, inside or outside of 0 .. n - 1."""


def padding_index(shape: tuple[int, ...], widths: Sequence[tuple[int, int]], mode: str) -> tuple[Any, ...]:
    """Which element stands at every place of an array padded by repetition."""
    lines = (REPEAT[mode](np.arange(-a, n + b), n) for n, (a, b) in zip(shape, widths, strict=True))
    return np.ix_(*lines)


def _unpad(
    g: Value, y: Value, x: Value, *, widths: Sequence[tuple[int, int]], mode: str = "constant", value: float = 0.0
) -> Value:
    if mode != "constant":
        return scatter(g, index=padding_index(shape_of(x), widths, mode), shape=shape_of(x))
    return pad(g, widths=tuple((-a, -b) for a, b in widths))


def _push_pad(
    t: Sequence[Value],
    y: Value,
    x: Value,
    *,
    widths: Sequence[tuple[int, int]],
    mode: str = "constant",
    value: float = 0.0,
) -> Value:
    return pad(t[0], widths=widths, mode=mode)


@operation(
    vjp=(_unpad,),
    jvp=_push_pad,
    latex=r"\operatorname{pad}(#1)",
    partials_latex=("I",),
    sympy="Pad",
    samples=(
        Sample((MATRIX,), {"widths": ((1, 0), (2, 1))}),
        Sample((MATRIX,), {"widths": ((-1, 1), (0, -2)), "value": 3.0}),
        Sample((MATRIX,), {"widths": ((1, 2), (0, 3)), "mode": "reflect"}),
        Sample((MATRIX,), {"widths": ((1, 2), (0, 3)), "mode": "edge"}),
        Sample((MATRIX,), {"widths": ((1, 2), (0, 3)), "mode": "wrap"}),
    ),
)
def pad(x: Value, *, widths: Sequence[tuple[int, int]], mode: str = "constant", value: float = 0.0) -> Value:
    """x with elements added before and after along every axis; a negative width crops.

    widths: (before, after) for every axis. mode: "constant" (with `value`), or numpy's "reflect", "edge",
    "wrap".
    Shapes: (n, ...) -> (before + n + after, ...). Rule: the cotangent is cropped, or added up at what was
    repeated.

    >>> pad(np.ones(1), widths=((1, 1),))
    array([0., 1., 0.])
    """
    if mode != "constant":
        return x[padding_index(np.shape(x), widths, mode)]
    cropped = x[tuple(slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(widths, np.shape(x), strict=True))]
    added = [(max(a, 0), max(b, 0)) for a, b in widths]
    return np.pad(cropped, added, constant_values=value)


def take(x: Value, index: Any, axis: int | None = None) -> Value:
    """Elements, or slices along `axis`, at the given positions (as np.take).

    >>> take(np.array([5.0, 6.0]), [1, 1])
    array([6., 6.])
    """
    if axis is None:
        from notevault.autodiff.operations.shapes import reshape

        return getitem(reshape(x, shape=-1), index=np.asarray(index))
    return getitem(x, index=_along(shape_of(x), axis % len(shape_of(x)), np.asarray(index)))
