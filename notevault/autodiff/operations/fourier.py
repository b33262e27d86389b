"""The discrete Fourier transform along one axis, and its inverse. Both are linear, with symmetric matrices."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.primitive import Value
from notevault.autodiff.rules import operation


def _pull_fft(g: Value, y: Value, x: Value, *, axis: int = -1) -> Value:
    return fft(g, axis=axis)


@operation(
    vjp=(_pull_fft,),
    latex=r"\operatorname{DFT}(#1)",
    partials_latex=(r"e^{-2 \pi i j k / n}",),
    sympy="DiscreteFourier",
    complex_step=False,
)
def fft(x: Value, *, axis: int = -1) -> Value:
    """The discrete Fourier transform y_k = sum_j x_j exp(-2 pi i j k / n) along `axis`.

    Shapes: any -> the same, complex. Rule: linear; the matrix is symmetric, so the cotangent is transformed in the same
    way.

    >>> fft(np.array([1.0, 0.0]))
    array([1.+0.j, 1.+0.j])
    """
    return np.fft.fft(x, axis=axis)


def _pull_ifft(g: Value, y: Value, x: Value, *, axis: int = -1) -> Value:
    return ifft(g, axis=axis)


@operation(
    vjp=(_pull_ifft,),
    latex=r"\operatorname{DFT}^{-1}(#1)",
    partials_latex=(r"\frac{1}{n} e^{2 \pi i j k / n}",),
    sympy="InverseDiscreteFourier",
    complex_step=False,
)
def ifft(x: Value, *, axis: int = -1) -> Value:
    """The inverse of `fft`: y_j = 1/n sum_k x_k exp(2 pi i j k / n) along `axis`.

    Shapes: any -> the same, complex. Rule: as `fft`.

    >>> ifft(np.array([1.0, 1.0]))
    array([1.+0.j, 0.+0.j])
    """
    return np.fft.ifft(x, axis=axis)
