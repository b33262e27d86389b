"""Operations that move elements and compute nothing: their VJP moves the cotangent back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import Variadic, operation
from notevault.autodiff.tensor import shape_of

MATRIX = Reals((3, 4))
ONE = Reals((1, 1))


def _reshape_back(g: Value, y: Value, x: Value, **parameters: Any) -> Value:
    return reshape(g, shape=shape_of(x))


@operation(
    vjp=(_reshape_back,),
    latex=r"\operatorname{reshape}(#1)",
    partials_latex=("I",),
    sympy="Reshape",
    samples=(Sample((MATRIX,), {"shape": (2, 6)}), Sample((MATRIX,), {"shape": -1}), Sample((ONE,), {"shape": ()})),
)
def reshape(x: Value, *, shape: Any) -> Value:
    """The same elements in row-major order in another shape; one length may be -1.

    Shapes: (...) -> shape. Rule: the cotangent is reshaped back.

    >>> reshape(np.arange(4.0), shape=(2, 2))
    array([[0., 1.],
           [2., 3.]])
    """
    return np.reshape(x, shape)[()]  # without axes: a number, not a view that changes with x


def _untranspose(g: Value, y: Value, x: Value, *, axes: Sequence[int] | None = None) -> Value:
    if axes is None:
        return transpose(g)
    inverse = tuple(int(k) for k in np.argsort([axis % len(axes) for axis in axes]))
    return transpose(g, axes=inverse)


@operation(
    vjp=(_untranspose,),
    latex=r"#1^{\top}",
    partials_latex=(r"\cdot^{\top}",),
    sympy="transpose",
    samples=(Sample((MATRIX,)), Sample((Reals((2, 3, 4)),), {"axes": (1, 2, 0)})),
)
def transpose(x: Value, *, axes: Sequence[int] | None = None) -> Value:
    """The axes in another order; reversed when `axes` is None.

    Shapes: (n0, n1, ...) -> (n_axes[0], n_axes[1], ...). Rule: the cotangent is transposed back.

    >>> transpose(np.ones((2, 3))).shape
    (3, 2)
    """
    return np.transpose(x, axes)


def _sum_repetitions(g: Value, y: Value, x: Value, *, shape: tuple[int, ...]) -> Value:
    return sum_to(g, shape=shape_of(x))


@operation(
    vjp=(_sum_repetitions,),
    latex=r"\operatorname{broadcast}(#1)",
    partials_latex=(r"\textstyle\sum",),
    sympy="Broadcast",
    samples=(Sample((Reals((4,)),), {"shape": (3, 4)}), Sample((Reals(),), {"shape": (2, 3)})),
)
def broadcast(x: Value, *, shape: tuple[int, ...]) -> Value:
    """x repeated to a larger shape, by numpy's rules of broadcasting.

    Shapes: broadcastable to shape -> shape. Rule: the cotangent is summed over the repetitions.

    >>> broadcast(np.array([1.0, 2.0]), shape=(2, 2))
    array([[1., 2.],
           [1., 2.]])
    """
    return np.broadcast_to(x, shape)[()]


@operation(
    vjp=(lambda g, y, x, *, shape: broadcast(g, shape=shape_of(x)),),
    latex=r"\textstyle\sum #1",
    partials_latex=("1",),
    sympy="SumTo",
    samples=(
        Sample((MATRIX,), {"shape": (4,)}),
        Sample((MATRIX,), {"shape": (3, 1)}),
        Sample((MATRIX,), {"shape": ()}),
    ),
)
def sum_to(x: Value, *, shape: tuple[int, ...]) -> Value:
    """x summed over the axes that broadcasting had repeated: the transpose of `broadcast`.

    Shapes: (...) -> shape, which must be broadcastable to it. Rule: the cotangent is broadcast back.

    >>> sum_to(np.ones((3, 2)), shape=(2,))
    array([3., 3.])
    """
    have = shape_of(x)
    if len(have) == 2 and shape == have[1:] and x.dtype.kind == "f":
        # column sums as a product with ones: BLAS takes 1.5 us for 100 x 16, np.sum(axis=0) 5.6 us
        return np.dot(np.ones(have[0], x.dtype), x)
    extra = len(have) - len(shape)
    axes = tuple(range(extra)) + tuple(
        k + extra for k, length in enumerate(shape) if length == 1 and have[k + extra] != 1
    )
    return np.add.reduce(x, axis=axes, keepdims=True).reshape(shape)[()] if axes else x


@operation(
    vjp=(_reshape_back,),
    latex=r"\operatorname{squeeze}(#1)",
    partials_latex=("I",),
    sympy="Reshape",
    samples=(Sample((Reals((3, 1, 2)),)), Sample((Reals((1, 3, 1)),), {"axis": 0}), Sample((ONE,))),
)
def squeeze(x: Value, *, axis: Any = None) -> Value:
    """x without its axes of length 1, or without those named.

    Shapes: e.g. (3, 1, 2) -> (3, 2). Rule: the cotangent is reshaped back.

    >>> squeeze(np.ones((3, 1))).shape
    (3,)
    """
    return np.squeeze(x, axis)[()]


def _slice_along(x: Value, axis: int, start: int, stop: int) -> Value:
    from notevault.autodiff.operations.indexing import getitem

    index = [slice(None)] * len(shape_of(x))
    index[axis] = slice(start, stop)
    return getitem(x, index=tuple(index))


def _part(operand: int, g: Value, y: Value, *parts: Value, axis: int = 0) -> Value:
    start = sum(shape_of(part)[axis] for part in parts[:operand])
    return _slice_along(g, axis % len(shape_of(g)), start, start + shape_of(parts[operand])[axis])


def _push_parts(tangents: Sequence[Value], y: Value, *parts: Value, axis: int = 0) -> Value:
    filled = [np.zeros(shape_of(part)) if t is None else t for t, part in zip(tangents, parts, strict=True)]
    return concat(*filled, axis=axis)


@operation(
    vjp=Variadic(_part),
    jvp=_push_parts,
    latex=r"\left[#*\right]",
    partials_latex=("I",),
    sympy="Concatenate",
    samples=(Sample((Reals((2,)), Reals((3,)))), Sample((MATRIX, Reals((3, 2)), MATRIX), {"axis": 1})),
)
def concat(*parts: Value, axis: int = 0) -> Value:
    """The parts joined along an axis they have.

    Shapes: equal but for `axis` -> the lengths along `axis` added. Rule: the cotangent is cut into the parts.

    >>> concat(np.zeros(1), np.ones(2))
    array([0., 1., 1.])
    """
    return np.concatenate(parts, axis=axis)


def _layer(operand: int, g: Value, y: Value, *parts: Value, axis: int = 0) -> Value:
    from notevault.autodiff.operations.indexing import getitem

    return getitem(g, index=(slice(None),) * (axis % len(shape_of(g))) + (operand,))


def _push_layers(tangents: Sequence[Value], y: Value, *parts: Value, axis: int = 0) -> Value:
    filled = [np.zeros(shape_of(part)) if t is None else t for t, part in zip(tangents, parts, strict=True)]
    return stack(*filled, axis=axis)


@operation(
    vjp=Variadic(_layer),
    jvp=_push_layers,
    latex=r"\left[#*\right]",
    partials_latex=("I",),
    sympy="Stack",
    samples=(Sample((Reals(), Reals(), Reals())), Sample((MATRIX, MATRIX), {"axis": 1})),
)
def stack(*parts: Value, axis: int = 0) -> Value:
    """The parts joined along a new axis.

    Shapes: n times (...) -> (n, ...) for axis 0. Rule: the cotangent is cut into the parts.

    >>> stack(0.0, 1.0)
    array([0., 1.])
    """
    return np.stack(parts, axis=axis)
