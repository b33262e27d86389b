"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.arithmetic import reciprocal
from notevault.autodiff.operations.exponential import sqrt
from notevault.autodiff.operations.trigonometric import INSIDE_ONE, REAL, WITHIN_ONE
from notevault.autodiff.primitive import Domain, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise


def _sinh_slope(y: Value, x: Value) -> Value:
    return cosh(x)


@elementwise(
    partials=(_sinh_slope,),
    latex=r"\sinh #1",
    partials_latex=(r"\cosh #1",),
    sympy="sinh",
    code="np.sinh({0}, out={out})",
    samples=REAL,
)
def sinh(x: Value) -> Value:
    """The hyperbolic sine.

    Shapes: any -> the same. Rule: d sinh(x) = cosh(x) dx.

    >>> float(sinh(0.0))
    0.0
    """
    return np.sinh(x)


@elementwise(
    partials=(lambda y, x: sinh(x),),
    latex=r"\cosh #1",
    partials_latex=(r"\sinh #1",),
    sympy="cosh",
    code="np.cosh({0}, out={out})",
    misconceptions=(Misconception("sign", 0, r"-\sinh #1", "there is no minus: that is the circular cosine"),),
    samples=REAL,
)
def cosh(x: Value) -> Value:
    """The hyperbolic cosine.

    Shapes: any -> the same. Rule: d cosh(x) = sinh(x) dx.

    >>> float(cosh(0.0))
    1.0
    """
    return np.cosh(x)


@elementwise(
    partials=(lambda y, x: 1 - y * y,),
    latex=r"\tanh #1",
    partials_latex=(r"1 - \tanh^2 #1",),
    sympy="tanh",
    code="np.tanh({0}, out={out})",
    misconceptions=(
        Misconception("sign", 0, r"1 + \tanh^2 #1", "the plus belongs to tan"),
        Misconception("missing square", 0, r"1 - \tanh #1", "tanh stands squared"),
    ),
    samples=REAL,
)
def tanh(x: Value) -> Value:
    """The hyperbolic tangent.

    Shapes: any -> the same. Rule: d tanh(x) = (1 - tanh(x)^2) dx.

    >>> float(tanh(0.0))
    0.0
    """
    return np.tanh(x)


@elementwise(
    partials=(lambda y, x: reciprocal(sqrt(x * x + 1)),),
    latex=r"\operatorname{arsinh} #1",
    partials_latex=(r"\frac{1}{\sqrt{#1^2 + 1}}",),
    sympy="asinh",
    code="np.arcsinh({0}, out={out})",
    samples=REAL,
)
def asinh(x: Value) -> Value:
    """The inverse hyperbolic sine.

    Shapes: any -> the same. Rule: d arsinh(x) = dx / sqrt(x^2 + 1).

    >>> float(asinh(0.0))
    0.0
    """
    return np.arcsinh(x)


@elementwise(
    partials=(lambda y, x: reciprocal(sqrt(x - 1) * sqrt(x + 1)),),
    latex=r"\operatorname{arcosh} #1",
    partials_latex=(r"\frac{1}{\sqrt{#1^2 - 1}}",),
    sympy="acosh",
    domain=Domain("#1 > 1", lambda x: np.greater(x, 1)),
    code="np.arccosh({0}, out={out})",
    samples=(Sample((Reals((3, 4), 1.3, 3.0),)),),
)
def acosh(x: Value) -> Value:
    """The inverse hyperbolic cosine.

    Shapes: any -> the same. Domain: x > 1. Rule: d arcosh(x) = dx / sqrt(x^2 - 1).

    >>> float(acosh(1.0))
    0.0
    """
    return np.arccosh(x)


@elementwise(
    partials=(lambda y, x: reciprocal((1 - x) * (1 + x)),),
    latex=r"\operatorname{artanh} #1",
    partials_latex=(r"\frac{1}{1 - #1^2}",),
    sympy="atanh",
    domain=WITHIN_ONE,
    code="np.arctanh({0}, out={out})",
    samples=INSIDE_ONE,
)
def atanh(x: Value) -> Value:
    """The inverse hyperbolic tangent.

    Shapes: any -> the same. Domain: |x| < 1. Rule: d artanh(x) = dx / (1 - x^2).

    >>> float(atanh(0.0))
    0.0
    """
    return np.arctanh(x)
