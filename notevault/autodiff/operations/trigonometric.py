"""Circular functions and their inverses, hypot and sinc."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.arithmetic import reciprocal
from notevault.autodiff.operations.exponential import sqrt
from notevault.autodiff.primitive import Domain, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise, row_of
from notevault.autodiff.tensor import record

REAL = (Sample((Reals(),)), Sample((Reals((3, 4)),)))
INSIDE_ONE = (Sample((Reals((), -0.8, 0.8),)), Sample((Reals((3, 4), -0.8, 0.8),)))
WITHIN_ONE = Domain(r"-1 < #1 < 1", lambda x: np.abs(x) < 1)


def _sine_slope(y: Value, x: Value) -> Value:
    return cos(x)


@elementwise(
    partials=(_sine_slope,),
    latex=r"\sin #1",
    partials_latex=(r"\cos #1",),
    sympy="sin",
    code="np.sin({0}, out={out})",
    misconceptions=(Misconception("sign", 0, r"-\cos #1", "the minus belongs to the derivative of the cosine"),),
    samples=REAL,
)
def sin(x: Value) -> Value:
    """The sine of x radians.

    Shapes: any -> the same. Rule: d sin(x) = cos(x) dx.

    >>> float(sin(0.0))
    0.0
    """
    return np.sin(x)


@elementwise(
    partials=(lambda y, x: -sin(x),),
    latex=r"\cos #1",
    partials_latex=(r"-\sin #1",),
    sympy="cos",
    code="np.cos({0}, out={out})",
    misconceptions=(Misconception("sign", 0, r"\sin #1", "the cosine falls from its maximum at 0: a minus"),),
    samples=REAL,
)
def cos(x: Value) -> Value:
    """The cosine of x radians.

    Shapes: any -> the same. Rule: d cos(x) = -sin(x) dx.

    >>> float(cos(0.0))
    1.0
    """
    return np.cos(x)


@elementwise(
    partials=(lambda y, x: 1 + y * y,),
    latex=r"\tan #1",
    partials_latex=(r"1 + \tan^2 #1",),
    sympy="tan",
    domain=Domain(r"#1 \neq \frac{\pi}{2} + k\pi", lambda x: np.cos(x) != 0),
    code="np.tan({0}, out={out})",
    misconceptions=(Misconception("sign", 0, r"1 - \tan^2 #1", "the minus belongs to tanh"),),
    samples=(Sample((Reals((3, 4), -1.2, 1.2),)),),
)
def tan(x: Value) -> Value:
    """The tangent of x radians.

    Shapes: any -> the same. Rule: d tan(x) = (1 + tan(x)^2) dx.

    >>> float(tan(0.0))
    0.0
    """
    return np.tan(x)


@elementwise(
    partials=(lambda y, x: reciprocal(sqrt(1 - x * x)),),
    latex=r"\arcsin #1",
    partials_latex=(r"\frac{1}{\sqrt{1 - #1^2}}",),
    sympy="asin",
    domain=WITHIN_ONE,
    code="np.arcsin({0}, out={out})",
    samples=INSIDE_ONE,
)
def asin(x: Value) -> Value:
    """The inverse sine, in radians.

    Shapes: any -> the same. Domain: |x| < 1. Rule: d asin(x) = dx / sqrt(1 - x^2).

    >>> float(asin(0.0))
    0.0
    """
    return np.arcsin(x)


@elementwise(
    partials=(lambda y, x: -reciprocal(sqrt(1 - x * x)),),
    latex=r"\arccos #1",
    partials_latex=(r"-\frac{1}{\sqrt{1 - #1^2}}",),
    sympy="acos",
    domain=WITHIN_ONE,
    code="np.arccos({0}, out={out})",
    misconceptions=(
        Misconception("sign", 0, r"\frac{1}{\sqrt{1 - #1^2}}", "arccos falls: its derivative is minus that of arcsin"),
    ),
    samples=INSIDE_ONE,
)
def acos(x: Value) -> Value:
    """The inverse cosine, in radians.

    Shapes: any -> the same. Domain: |x| < 1. Rule: d acos(x) = -dx / sqrt(1 - x^2).

    >>> float(acos(1.0))
    0.0
    """
    return np.arccos(x)


@elementwise(
    partials=(lambda y, x: reciprocal(1 + x * x),),
    latex=r"\arctan #1",
    partials_latex=(r"\frac{1}{1 + #1^2}",),
    sympy="atan",
    code="np.arctan({0}, out={out})",
    misconceptions=(Misconception("sign", 0, r"\frac{1}{1 - #1^2}", "the minus belongs to artanh"),),
    samples=REAL,
)
def atan(x: Value) -> Value:
    """The inverse tangent, in radians.

    Shapes: any -> the same. Rule: d atan(x) = dx / (1 + x^2).

    >>> float(atan(0.0))
    0.0
    """
    return np.arctan(x)


@elementwise(
    partials=(lambda z, y, x: x / (x * x + y * y), lambda z, y, x: -y / (x * x + y * y)),
    latex=r"\operatorname{atan2}(#1, #2)",
    partials_latex=(r"\frac{#2}{#1^2 + #2^2}", r"-\frac{#1}{#1^2 + #2^2}"),
    sympy="atan2",
    domain=Domain(r"(#1, #2) \neq (0, 0)", lambda y, x: (np.not_equal(x, 0)) | (np.not_equal(y, 0))),
    complex_step=False,
    code="np.arctan2({0}, {1}, out={out})",
    misconceptions=(Misconception("swapped", 0, r"-\frac{#1}{#1^2 + #2^2}", "the first argument is y, the second x"),),
    samples=(Sample((Reals(), Reals((), 0.5, 2.0))), Sample((Reals((3, 4)), Reals((4,), 0.5, 2.0)))),
)
def atan2(y: Value, x: Value) -> Value:
    """The angle of the point (x, y), in radians; y comes first.

    Shapes: y, x broadcast -> their common shape. Rule: d atan2(y, x) = (x dy - y dx) / (x^2 + y^2).

    >>> float(atan2(0.0, 1.0))
    0.0
    """
    return np.arctan2(y, x)


def _unit(part: int) -> object:
    """x / r or y / r, and 0 at the origin."""

    def derivative(r: Value, x: Value, y: Value) -> Value:
        at_origin = record(row_of("equal"), (r, 0), {})
        return (x, y)[part] / record(row_of("where"), (at_origin, 1, r), {})

    return derivative


@elementwise(
    partials=(_unit(0), _unit(1)),
    latex=r"\sqrt{#1^2 + #2^2}",
    partials_latex=(r"\frac{#1}{\sqrt{#1^2 + #2^2}}", r"\frac{#2}{\sqrt{#1^2 + #2^2}}"),
    sympy="hypot",
    complex_step=False,
    code="np.hypot({0}, {1}, out={out})",
    samples=(Sample((Reals(), Reals())), Sample((Reals((3, 4)), Reals((4,), 0.5, 2.0)))),
)
def hypot(x: Value, y: Value) -> Value:
    """The length of (x, y), without overflow in the squares.

    Shapes: x, y broadcast -> their common shape. Rule: dr = (x dx + y dy) / r, and the subgradient 0 at the
    origin.

    >>> float(hypot(3.0, 4.0))
    5.0
    """
    return np.hypot(x, y)


def _sinc_slope(y: Value, x: Value) -> Value:
    at_zero = record(row_of("equal"), (x, 0), {})
    safe = record(row_of("where"), (at_zero, 1, x), {})
    slope = (cos(np.pi * x) - y) / safe
    # near 0 the difference cancels; the series is exact to rounding for |x| < 1e-3 (next term: (pi x)^7 /
    # 45360)
    z = np.pi * x
    series = -np.pi * z * (1 / 3 - z * z * (1 / 30 - z * z / 840))
    near = record(row_of("less"), (record(row_of("abs"), (x,), {}), 3e-2), {})
    return record(row_of("where"), (near, series, slope), {})


@elementwise(
    partials=(_sinc_slope,),
    latex=r"\operatorname{sinc} #1",
    partials_latex=(r"\frac{\cos(\pi #1) - \operatorname{sinc} #1}{#1}",),
    sympy="sinc",
    complex_step=False,
    samples=(Sample((Reals((), 0.3, 2.0),)), Sample((Reals((3, 4)),))),
)
def sinc(x: Value) -> Value:
    """sin(pi x) / (pi x), and 1 at 0, as numpy has it.

    Shapes: any -> the same. Rule: d sinc(x) = (cos(pi x) - sinc(x)) / x dx, and 0 at 0.

    >>> float(sinc(0.0))
    1.0
    """
    return np.sinc(x)[()]
