"""The error function and its complement, by the rational approximations of W. J. Cody."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.autodiff.operations.complex_parts import only_real
from notevault.autodiff.operations.exponential import exp
from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import elementwise

Array = np.ndarray[Any, np.dtype[Any]]
TWO_OVER_ROOT_PI = 2 / float(np.sqrt(np.pi))

# Coefficients: W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969),
# as in his CALERF; highest power first. Against math.erf the largest relative error is 5e-16 (erfc: 1e-15).
SMALL_TOP = (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
             3.20937758913846947e3)  # fmt: skip
SMALL_BOTTOM = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
MIDDLE_TOP = (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
              2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
              1.23033935479799725e3)  # fmt: skip
MIDDLE_BOTTOM = (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
                 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
                 1.23033935480374942e3)  # fmt: skip
LARGE_TOP = (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
             1.60837851487422766e-2, 6.58749161529837803e-4)  # fmt: skip
LARGE_BOTTOM = (1.0, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
                2.33520497626869185e-3)  # fmt: skip


def _erf_near_zero(x: Array) -> Array:
    z = x * x
    ratio: Array = x * np.polyval(SMALL_TOP, z) / np.polyval(SMALL_BOTTOM, z)
    return ratio


def _erfc_positive(x: Array) -> Array:
    """erfc for x > 0.46875. exp(-x^2) is split so that the rounding of x^2 is not magnified."""
    cut = np.trunc(x * 16) / 16
    decay = np.exp(-cut * cut) * np.exp(-(x - cut) * (x + cut))
    middle = np.polyval(MIDDLE_TOP, x) / np.polyval(MIDDLE_BOTTOM, x)
    safe = np.maximum(x, 4.0)
    z = 1 / (safe * safe)
    tail = z * np.polyval(LARGE_TOP, z) / np.polyval(LARGE_BOTTOM, z)
    value: Array = decay * np.where(x <= 4, middle, (TWO_OVER_ROOT_PI / 2 - tail) / safe)
    return value


def error_function(x: Value) -> Value:
    """erf of plain numbers."""
    x = np.asarray(x)
    size = np.minimum(np.abs(x), 30.0)
    tail = np.copysign(1 - _erfc_positive(np.maximum(size, 0.46875)), x)
    near = _erf_near_zero(np.clip(x, -0.46875, 0.46875))
    return np.where(np.isnan(x), x, np.where(size <= 0.46875, near, tail)).astype(x.dtype)[()]


def complement(x: Value) -> Value:
    """erfc of plain numbers."""
    x = np.asarray(x)
    size = np.minimum(np.abs(x), 30.0)
    tail = _erfc_positive(np.maximum(size, 0.46875))
    near = 1 - _erf_near_zero(np.clip(x, -0.46875, 0.46875))
    far = np.where(x > 0, tail, 2 - tail)
    return np.where(np.isnan(x), x, np.where(size <= 0.46875, near, far)).astype(x.dtype)[()]


REAL = (Sample((Reals(),)), Sample((Reals((3, 4), -3.0, 3.0),)))


@elementwise(
    partials=(lambda y, x: TWO_OVER_ROOT_PI * exp(-(x * x)),),
    latex=r"\operatorname{erf} #1",
    partials_latex=(r"\frac{2}{\sqrt{\pi}} e^{-#1^2}",),
    sympy="erf",
    complex_step=False,
    samples=REAL,
)
def erf(x: Value) -> Value:
    """The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.

    Shapes: any -> the same. Rule: d erf(x) = 2 / sqrt(pi) exp(-x^2) dx (DLMF 7.2.1).

    >>> float(erf(0.0))
    0.0
    """
    return error_function(x)


@elementwise(
    partials=(lambda y, x: -TWO_OVER_ROOT_PI * exp(-(x * x)),),
    latex=r"\operatorname{erfc} #1",
    partials_latex=(r"-\frac{2}{\sqrt{\pi}} e^{-#1^2}",),
    sympy="erfc",
    complex_step=False,
    samples=REAL,
)
def erfc(x: Value) -> Value:
    """The complement 1 - erf(x), exact where it is small.

    Shapes: any -> the same. Rule: d erfc(x) = -2 / sqrt(pi) exp(-x^2) dx (DLMF 7.2.2).

    >>> float(erfc(0.0))
    1.0
    """
    return complement(only_real(x, "erfc"))
