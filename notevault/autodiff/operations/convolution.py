"""Convolution in one and two dimensions, as a matrix product over windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff.operations.products import matmul, swap
from notevault.autodiff.operations.rearranging import pad
from notevault.autodiff.operations.shapes import reshape, transpose
from notevault.autodiff.operations.windows import Lengths, output_lengths, overlap_add, windows
from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import shape_of

IntOrPair = int | tuple[int, ...]


def each(value: IntOrPair, dimensions: int) -> Lengths:
    """A length for each dimension, from one for all or one for each."""
    return (value,) * dimensions if isinstance(value, int) else tuple(value)


def _widths(x: Value, padding: Lengths) -> tuple[tuple[int, int], ...]:
    return ((0, 0),) * (len(shape_of(x)) - len(padding)) + tuple((p, p) for p in padding)


class _Plan:
    """The shapes of one convolution: n examples, c channels, o outputs, in `groups` independent groups."""

    def __init__(
        self,
        x: Value,
        w: Value,
        *,
        stride: IntOrPair = 1,
        padding: IntOrPair = 0,
        dilation: IntOrPair = 1,
        groups: int = 1,
    ) -> None:
        self.n, self.channels, *lengths = shape_of(x)
        self.outputs, _, *size = shape_of(w)
        d = len(size)
        self.size, self.groups = tuple(size), groups
        self.stride, self.padding, self.dilation = each(stride, d), each(padding, d), each(dilation, d)
        self.padded = tuple(n + 2 * p for n, p in zip(lengths, self.padding, strict=True))
        self.places = output_lengths(self.padded, self.size, self.stride, self.dilation)
        self.area = int(np.prod(self.places, dtype=int))
        self.volume = self.channels // groups * int(np.prod(self.size, dtype=int))

    def columns(self, x: Value) -> Value:
        """Every window as a row: (groups, n * windows, channels of the group * window size)."""
        d = len(self.size)
        cut = windows(
            pad(x, widths=_widths(x, self.padding)), size=self.size, stride=self.stride, dilation=self.dilation
        )
        apart = reshape(cut, shape=(self.n, self.groups, -1, *self.places, *self.size))
        order = (1, 0, *range(3, 3 + d), 2, *range(3 + d, 3 + 2 * d))
        return reshape(transpose(apart, axes=order), shape=(self.groups, self.n * self.area, self.volume))

    def image(self, columns: Value) -> Value:
        """The transpose of `columns`."""
        d = len(self.size)
        apart = reshape(columns, shape=(self.groups, self.n, *self.places, self.channels // self.groups, *self.size))
        order = (1, 0, 2 + d, *range(2, 2 + d), *range(3 + d, 3 + 2 * d))
        cut = reshape(transpose(apart, axes=order), shape=(self.n, self.channels, *self.places, *self.size))
        shape = (self.n, self.channels, *self.padded)
        whole = overlap_add(cut, shape=shape, stride=self.stride, dilation=self.dilation)
        return pad(whole, widths=_widths(whole, tuple(-p for p in self.padding)))

    def kernels(self, w: Value) -> Value:
        """The weights as matrices: (groups, outputs of the group, channels of the group * window size)."""
        return reshape(w, shape=(self.groups, self.outputs // self.groups, self.volume))

    def rows(self, g: Value) -> Value:
        """An output-shaped value as (groups, n * windows, outputs of the group)."""
        apart = reshape(g, shape=(self.n, self.groups, self.outputs // self.groups, self.area))
        return reshape(transpose(apart, axes=(1, 0, 3, 2)), shape=(self.groups, self.n * self.area, -1))

    def unrows(self, rows: Value) -> Value:
        """The inverse of `rows`."""
        apart = reshape(rows, shape=(self.groups, self.n, self.area, self.outputs // self.groups))
        return reshape(transpose(apart, axes=(1, 0, 3, 2)), shape=(self.n, self.outputs, *self.places))


def _convolve(x: Value, w: Value, **parameters: Any) -> Value:
    plan = _Plan(x, w, **parameters)
    return plan.unrows(matmul(plan.columns(x), swap(plan.kernels(w))))


def _pull_image(g: Value, y: Value, x: Value, w: Value, **parameters: Any) -> Value:
    plan = _Plan(x, w, **parameters)
    return plan.image(matmul(plan.rows(g), plan.kernels(w)))


def _pull_kernel(g: Value, y: Value, x: Value, w: Value, **parameters: Any) -> Value:
    plan = _Plan(x, w, **parameters)
    return reshape(matmul(swap(plan.rows(g)), plan.columns(x)), shape=shape_of(w))


def _row(samples: tuple[Sample, ...]) -> Callable[[Any], Any]:
    return operation(
        vjp=(_pull_image, _pull_kernel),
        latex="#1 * #2",
        partials_latex=(r"\cdot \star #2", r"#1 \star \cdot"),
        sympy="Convolution",
        samples=samples,
    )


@_row(
    (
        Sample((Reals((2, 2, 5)), Reals((3, 2, 2)))),
        Sample((Reals((2, 4, 6)), Reals((2, 2, 3))), {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}),
    )
)
def conv1d(
    x: Value, w: Value, *, stride: IntOrPair = 1, padding: IntOrPair = 0, dilation: IntOrPair = 1, groups: int = 1
) -> Value:
    """The convolution of networks (a cross-correlation) in one dimension; add a bias as b.reshape(1, -1, 1).

    Shapes: x (n, c, length), w (o, c / groups, k) -> (n, o, windows). Rule: linear in x and in w; dL/dw
    correlates x with the cotangent, dL/dx spreads the cotangent over the windows.

    >>> conv1d(np.arange(4.0).reshape(1, 1, 4), np.array([[[1.0, -1.0]]]))
    array([[[-1., -1., -1.]]])
    """
    return _convolve(x, w, stride=stride, padding=padding, dilation=dilation, groups=groups)


@_row(
    (
        Sample((Reals((2, 2, 3, 4)), Reals((2, 2, 2, 2)))),
        Sample((Reals((1, 2, 4, 5)), Reals((2, 1, 2, 3))), {"stride": (2, 1), "padding": (1, 0), "groups": 2}),
    )
)
def conv2d(
    x: Value, w: Value, *, stride: IntOrPair = 1, padding: IntOrPair = 0, dilation: IntOrPair = 1, groups: int = 1
) -> Value:
    """The convolution of networks (a cross-correlation) in two dimensions; add a bias as b.reshape(1, -1, 1,
    1).

    Shapes: x (n, c, height, width), w (o, c / groups, kh, kw) -> (n, o, windows, windows). Rule: as `conv1d`.

    >>> conv2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))
    array([[[[4.]]]])
    """
    return _convolve(x, w, stride=stride, padding=padding, dilation=dilation, groups=groups)
