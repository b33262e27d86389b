"""Pooling over sliding windows: the largest element, or the mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.convolution import IntOrPair, each
from notevault.autodiff.operations.rearranging import pad
from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import reshape
from notevault.autodiff.operations.windows import Lengths, overlap_add, windows
from notevault.autodiff.primitive import Kink, Reals, Sample, Value
from notevault.autodiff.rules import mask, operation
from notevault.autodiff.tensor import shape_of


class _Pool:
    """The windows of one pooling: how much is added around the image, and how they are cut."""

    def __init__(
        self, x: Value, *, size: Lengths, stride: IntOrPair | None = None, padding: IntOrPair = 0,
        dilation: IntOrPair = 1, ceil: bool = False,
    ) -> None:  # fmt: skip
        d = len(size)
        self.size, self.dilation = tuple(size), each(dilation, d)
        self.stride = self.size if stride is None else each(stride, d)
        self.padding = each(padding, d)
        self.lead = len(shape_of(x)) - d
        self.lengths = shape_of(x)[self.lead :]
        self.places = tuple(self._places(k, ceil) for k in range(d))
        self.after = tuple(max(self._reach(k) - self.lengths[k] - self.padding[k], self.padding[k]) for k in range(d))

    def _span(self, k: int) -> int:
        return self.dilation[k] * (self.size[k] - 1) + 1

    def _places(self, k: int, ceil: bool) -> int:
        room = self.lengths[k] + 2 * self.padding[k] - self._span(k)
        places = -(-room // self.stride[k]) + 1 if ceil else room // self.stride[k] + 1
        # a window must start inside the image or its left padding (PyTorch's rule for ceil_mode)
        return places - 1 if ceil and (places - 1) * self.stride[k] >= self.lengths[k] + self.padding[k] else places

    def _reach(self, k: int) -> int:
        return (self.places[k] - 1) * self.stride[k] + self._span(k)

    def widths(self, sign: int = 1) -> tuple[tuple[int, int], ...]:
        around = tuple((sign * a, sign * b) for a, b in zip(self.padding, self.after, strict=True))
        return ((0, 0),) * self.lead + around

    def cut(self, x: Value, value: float = 0.0) -> Value:
        """The windows, each flattened: (..., *places, elements of a window)."""
        whole = windows(
            pad(x, widths=self.widths(), value=value), size=self.size, stride=self.stride, dilation=self.dilation
        )
        kept = (slice(None),) * self.lead + tuple(slice(n) for n in self.places)
        head = shape_of(x)[: self.lead]
        if shape_of(whole)[self.lead : -len(self.size)] != self.places:
            whole = whole[kept]
        return reshape(whole, shape=(*head, *self.places, math.prod(self.size)))

    def back(self, g: Value) -> Value:
        """The transpose of `cut` with value 0."""
        head = shape_of(g)[: self.lead]
        apart = reshape(g, shape=(*head, *self.places, *self.size))
        lengths = (a + n + b for a, n, b in zip(self.padding, self.lengths, self.after, strict=True))
        whole = overlap_add(apart, shape=(*head, *lengths), stride=self.stride, dilation=self.dilation)
        return pad(whole, widths=self.widths(-1))


@mask(operands=1, latex=r"[i = \arg\max #1]", sympy="ArgMax", samples=(Sample((Reals((3, 4)),)),))
def first_largest(x: Value) -> Value:
    """A mask of the largest element along the last axis; of the first where several tie.

    >>> first_largest(np.array([1.0, 3.0, 3.0]))
    array([False,  True, False])
    """
    return np.equal(np.argmax(x, axis=-1)[..., None], np.arange(np.shape(x)[-1]))


def _last(g: Value) -> Value:
    return reshape(g, shape=(*shape_of(g), 1))


def _pull_max(g: Value, y: Value, x: Value, **parameters: Any) -> Value:
    pool = _Pool(x, **parameters)
    return pool.back(_last(g) * first_largest(pool.cut(x, -np.inf)))


def _push_max(t: Sequence[Value], y: Value, x: Value, **parameters: Any) -> Value:
    pool = _Pool(x, **parameters)
    return sum(pool.cut(t[0]) * first_largest(pool.cut(x, -np.inf)), axis=-1)


def _gap(x: Value, **parameters: Any) -> Value:
    ordered = np.sort(_Pool(x, **parameters).cut(x, -np.inf), axis=-1)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.diff(ordered, axis=-1)[..., -1:], nan=1.0, posinf=1.0)


IMAGE = Reals((2, 2, 5, 4))
POOLS = (
    Sample((IMAGE,), {"size": (2, 2)}),
    Sample((IMAGE,), {"size": (3, 2), "stride": (2, 1), "padding": (1, 0), "ceil": True}),
    Sample((Reals((2, 7)),), {"size": (3,), "stride": 2, "padding": 1}),
)


@operation(
    vjp=(_pull_max,),
    jvp=_push_max,
    latex=r"\operatorname{maxpool}(#1)",
    partials_latex=(r"[i = \arg\max]",),
    sympy="MaxPool",
    kinks=(Kink("x_i = x_j", "1 for the first of the largest, as in PyTorch", _gap),),
    complex_step=False,
    samples=(*POOLS, Sample((IMAGE,), {"size": (2, 2), "dilation": 2, "stride": 1})),
)
def maxpool(
    x: Value, *, size: Lengths, stride: IntOrPair | None = None, padding: IntOrPair = 0, dilation: IntOrPair = 1,
    ceil: bool = False,
) -> Value:  # fmt: skip
    """The largest element of every window over the last axes; the padding never wins.

    size: one length for each pooled axis. stride: the size when None. ceil: also windows that hang over the
    end.
    Shapes: (..., *lengths) -> (..., *windows). Rule: the cotangent goes to the (first) largest element.

    >>> maxpool(np.arange(6.0), size=(2,))
    array([1., 3., 5.])
    """
    pool = _Pool(x, size=size, stride=stride, padding=padding, dilation=dilation, ceil=ceil)
    return np.max(pool.cut(x, -np.inf), axis=-1)


def _divisors(pool: _Pool, count_padding: bool, divisor: int | None) -> Value:
    """How many elements each window counts: the hang-over of ceil never, the padding if asked."""
    if divisor is not None:
        return divisor
    counted = np.ones(pool.lengths)
    padding = tuple((p, p) for p in pool.padding)
    extra = tuple((0, max(b - p, 0)) for b, p in zip(pool.after, pool.padding, strict=True))
    counted = np.pad(np.pad(counted, padding, constant_values=float(count_padding)), extra)
    return windows(counted, size=pool.size, stride=pool.stride, dilation=pool.dilation)[
        tuple(slice(n) for n in pool.places)
    ].sum(axis=tuple(range(-len(pool.size), 0)))


def _pull_average(
    g: Value, y: Value, x: Value, *, count_padding: bool = True, divisor: int | None = None, **parameters: Any
) -> Value:
    pool = _Pool(x, **parameters)
    elements = math.prod(pool.size)
    return pool.back(_last(g / _divisors(pool, count_padding, divisor)) * np.ones(elements))


@operation(
    vjp=(_pull_average,),
    latex=r"\operatorname{avgpool}(#1)",
    partials_latex=(r"\frac{1}{k}",),
    sympy="AveragePool",
    samples=(*POOLS, Sample((IMAGE,), {"size": (2, 2), "padding": 1, "count_padding": False})),
)
def avgpool(
    x: Value, *, size: Lengths, stride: IntOrPair | None = None, padding: IntOrPair = 0, ceil: bool = False,
    count_padding: bool = True, divisor: int | None = None,
) -> Value:  # fmt: skip
    """The mean of every window over the last axes.

    count_padding: whether the zeros of the padding count. divisor: divide by this instead of the number of
    elements.
    Shapes: (..., *lengths) -> (..., *windows). Rule: the cotangent is shared evenly.

    >>> avgpool(np.arange(6.0), size=(2,))
    array([0.5, 2.5, 4.5])
    """
    pool = _Pool(x, size=size, stride=stride, padding=padding, ceil=ceil)
    return np.sum(pool.cut(x), axis=-1) / _divisors(pool, count_padding, divisor)
