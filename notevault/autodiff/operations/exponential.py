"""Exponentials, logarithms and roots."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.arithmetic import reciprocal
from notevault.autodiff.primitive import Domain, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise

LN2 = float(np.log(2.0))
LN10 = float(np.log(10.0))
REAL = (Sample((Reals(),)), Sample((Reals((3, 4)),)))
POSITIVE = (Sample((Reals((), 0.3, 2.5),)), Sample((Reals((3, 4), 0.3, 2.5),)))
ABOVE_ZERO = Domain("#1 > 0", lambda x: np.greater(x, 0))


@elementwise(
    partials=(lambda y, x: y,),
    latex="e^{#1}",
    partials_latex=("e^{#1}",),
    sympy="exp",
    code="np.exp({0}, out={out})",
    misconceptions=(
        Misconception("power rule", 0, "#1 e^{#1 - 1}", "the exponent is the variable: e^x is its own derivative"),
    ),
    samples=REAL,
)
def exp(x: Value) -> Value:
    """The exponential e^x.

    Shapes: any -> the same. Rule: d(e^x) = e^x dx.

    >>> float(exp(0.0))
    1.0
    """
    return np.exp(x)


@elementwise(
    partials=(lambda y, x: LN2 * y,),
    latex="2^{#1}",
    partials_latex=(r"2^{#1} \ln 2",),
    sympy="exp2",
    code="np.exp2({0}, out={out})",
    misconceptions=(Misconception("missing ln 2", 0, "2^{#1}", "only e^x is its own derivative; base 2 brings ln 2"),),
    samples=REAL,
)
def exp2(x: Value) -> Value:
    """The power of two 2^x.

    Shapes: any -> the same. Rule: d(2^x) = 2^x ln(2) dx.

    >>> float(exp2(3.0))
    8.0
    """
    return 2.0**x if np.iscomplexobj(x) else np.exp2(x)


@elementwise(
    partials=(lambda y, x: exp(x),),
    latex="e^{#1} - 1",
    partials_latex=("e^{#1}",),
    sympy="expm1",
    code="np.expm1({0}, out={out})",
    samples=REAL,
)
def expm1(x: Value) -> Value:
    """e^x - 1, exact near 0.

    Shapes: any -> the same. Rule: d(e^x - 1) = e^x dx.

    >>> float(expm1(1e-20))
    1e-20
    """
    return np.expm1(x)


@elementwise(
    partials=(lambda y, x: reciprocal(x),),
    latex=r"\ln #1",
    partials_latex=(r"\frac{1}{#1}",),
    sympy="log",
    domain=ABOVE_ZERO,
    code="np.log({0}, out={out})",
    misconceptions=(Misconception("logarithm kept", 0, r"\frac{1}{\ln #1}", "the derivative of ln x is 1/x"),),
    samples=POSITIVE,
)
def log(x: Value) -> Value:
    """The natural logarithm ln x.

    Shapes: any -> the same. Domain: x > 0. Rule: d(ln x) = dx / x.

    >>> float(log(1.0))
    0.0
    """
    return np.log(x)


@elementwise(
    partials=(lambda y, x: reciprocal(x * LN2),),
    latex=r"\log_2 #1",
    partials_latex=(r"\frac{1}{#1 \ln 2}",),
    sympy="log2",
    domain=ABOVE_ZERO,
    code="np.log2({0}, out={out})",
    misconceptions=(
        Misconception("missing ln 2", 0, r"\frac{1}{#1}", "1/x belongs to ln; another base brings its ln"),
    ),
    samples=POSITIVE,
)
def log2(x: Value) -> Value:
    """The logarithm to base 2.

    Shapes: any -> the same. Domain: x > 0. Rule: d(log2 x) = dx / (x ln 2).

    >>> float(log2(8.0))
    3.0
    """
    return np.log2(x)


@elementwise(
    partials=(lambda y, x: reciprocal(x * LN10),),
    latex=r"\log_{10} #1",
    partials_latex=(r"\frac{1}{#1 \ln 10}",),
    sympy="log10",
    domain=ABOVE_ZERO,
    code="np.log10({0}, out={out})",
    misconceptions=(
        Misconception("missing ln 10", 0, r"\frac{1}{#1}", "1/x belongs to ln; another base brings its ln"),
    ),
    samples=POSITIVE,
)
def log10(x: Value) -> Value:
    """The logarithm to base 10.

    Shapes: any -> the same. Domain: x > 0. Rule: d(log10 x) = dx / (x ln 10).

    >>> float(log10(100.0))
    2.0
    """
    return np.log10(x)


@elementwise(
    partials=(lambda y, x: reciprocal(1 + x),),
    latex=r"\ln(1 + #1)",
    partials_latex=(r"\frac{1}{1 + #1}",),
    sympy="log1p",
    domain=Domain("#1 > -1", lambda x: np.greater(x, -1)),
    code="np.log1p({0}, out={out})",
    samples=POSITIVE,
)
def log1p(x: Value) -> Value:
    """ln(1 + x), exact near 0.

    Shapes: any -> the same. Domain: x > -1. Rule: d ln(1 + x) = dx / (1 + x).

    >>> float(log1p(1e-20))
    1e-20
    """
    return np.log1p(x)


@elementwise(
    partials=(lambda y, x: reciprocal(2 * y),),
    latex=r"\sqrt{#1}",
    partials_latex=(r"\frac{1}{2\sqrt{#1}}",),
    sympy="sqrt",
    domain=Domain(r"#1 \geq 0", lambda x: np.greater_equal(x, 0)),
    code="np.sqrt({0}, out={out})",
    misconceptions=(Misconception("factor", 0, r"\frac{1}{\sqrt{#1}}", "the exponent 1/2 comes down as a factor"),),
    samples=POSITIVE,
)
def sqrt(x: Value) -> Value:
    """The square root.

    Shapes: any -> the same. Domain: x >= 0, differentiable for x > 0. Rule: d sqrt(x) = dx / (2 sqrt(x)).

    >>> float(sqrt(9.0))
    3.0
    """
    return np.sqrt(x)


@elementwise(
    partials=(lambda y, x: -y / (2 * x),),
    latex=r"\frac{1}{\sqrt{#1}}",
    partials_latex=(r"-\frac{1}{2 #1 \sqrt{#1}}",),
    sympy="rsqrt",
    domain=ABOVE_ZERO,
    samples=POSITIVE,
)
def rsqrt(x: Value) -> Value:
    """The reciprocal square root 1 / sqrt(x).

    Shapes: any -> the same. Domain: x > 0. Rule: d x^(-1/2) = -dx / (2 x^(3/2)).

    >>> float(rsqrt(4.0))
    0.5
    """
    return 1 / np.sqrt(x)


@elementwise(
    partials=(lambda y, x: reciprocal(3 * (y * y)),),
    latex=r"\sqrt[3]{#1}",
    partials_latex=(r"\frac{1}{3 \sqrt[3]{#1^2}}",),
    sympy="cbrt",
    domain=Domain(r"#1 \neq 0", lambda x: np.not_equal(x, 0)),
    complex_step=False,
    code="np.cbrt({0}, out={out})",
    samples=(*POSITIVE, Sample((Reals((3,), -2.5, -0.3),))),
)
def cbrt(x: Value) -> Value:
    """The real cube root, of negative numbers too.

    Shapes: any -> the same. Differentiable for x != 0. Rule: d cbrt(x) = dx / (3 cbrt(x)^2).

    >>> float(cbrt(-8.0))
    -2.0
    """
    return np.cbrt(x)
