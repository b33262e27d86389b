"""Sliding windows over the last axes, and their transpose; convolution and pooling are built on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import shape_of

Lengths = tuple[int, ...]


def output_lengths(lengths: Sequence[int], size: Lengths, stride: Lengths, dilation: Lengths) -> Lengths:
    """How many windows fit along each axis."""
    return tuple((n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(lengths, size, stride, dilation, strict=True))


def _pull(g: Value, y: Value, x: Value, *, size: Lengths, stride: Lengths, dilation: Lengths) -> Value:
    return overlap_add(g, shape=shape_of(x), stride=stride, dilation=dilation)


@operation(
    vjp=(_pull,),
    latex=r"\operatorname{windows}(#1)",
    partials_latex=("I",),
    sympy="Windows",
    samples=(
        Sample((Reals((2, 7)),), {"size": (3,), "stride": (2,), "dilation": (1,)}),
        Sample((Reals((5, 6)),), {"size": (2, 2), "stride": (1, 2), "dilation": (2, 1)}),
    ),
)
def windows(x: Value, *, size: Lengths, stride: Lengths, dilation: Lengths) -> Value:
    """All windows of the given size over the last axes, `stride` apart, their elements `dilation` apart.

    Shapes: (..., *lengths) -> (..., *windows, *size). Rule: the cotangents of overlapping windows are added
    up.

    >>> windows(np.arange(4.0), size=(2,), stride=(1,), dilation=(1,))
    array([[0., 1.],
           [1., 2.],
           [2., 3.]])
    """
    n = len(size)
    spans = tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))
    view = np.lib.stride_tricks.sliding_window_view(x, spans, axis=tuple(range(-n, 0)))
    steps: list[Any] = [slice(None, None, s) for s in stride] + [slice(None, None, d) for d in dilation]
    index: Any = (..., *steps)
    return view[index]


def _pull_overlap(g: Value, y: Value, x: Value, *, shape: Lengths, stride: Lengths, dilation: Lengths) -> Value:
    return windows(g, size=shape_of(x)[-len(stride) :], stride=stride, dilation=dilation)


@operation(
    vjp=(_pull_overlap,),
    latex=r"\operatorname{overlap}(#1)",
    partials_latex=("I",),
    sympy="OverlapAdd",
    samples=(Sample((Reals((2, 3, 3)),), {"shape": (2, 7), "stride": (2,), "dilation": (1,)}),),
)
def overlap_add(x: Value, *, shape: Lengths, stride: Lengths, dilation: Lengths) -> Value:
    """Windows added up at their places in zeros of `shape`: the transpose of `windows`.

    Shapes: (..., *windows, *size) -> shape. Rule: the cotangent is cut into windows.

    >>> overlap_add(np.ones((3, 2)), shape=(4,), stride=(1,), dilation=(1,))
    array([1., 2., 2., 1.])
    """
    n = len(stride)
    out = np.zeros(shape, dtype=np.asarray(x).dtype)
    counts, size = np.shape(x)[-2 * n : -n], np.shape(x)[-n:]
    # one pass for each element of the window: for a 3 x 3 kernel 9 strided additions
    for place in np.ndindex(*size):
        target: tuple[Any, ...] = tuple(
            slice(k * d, k * d + s * (count - 1) + 1, s)
            for k, d, s, count in zip(place, dilation, stride, counts, strict=True)
        )
        out[(..., *target)] += x[(..., *place)]
    return out
