"""Activation functions of neural networks."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.comparisons import greater
from notevault.autodiff.primitive import Kink, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise

REAL = (Sample((Reals(),)), Sample((Reals((3, 4)),)))
AT_ZERO = "#1 = 0"


@elementwise(
    partials=(lambda y, x: y * (1 - y),),
    latex=r"\sigma(#1)",
    partials_latex=(r"\sigma(#1) (1 - \sigma(#1))",),
    sympy="sigmoid",
    misconceptions=(
        Misconception("one factor", 0, r"1 - \sigma(#1)", "both factors belong: s(1 - s)"),
        Misconception(
            "argument for value",
            0,
            r"#1 (1 - #1)",
            "s(1 - s) is in the value of the sigmoid, not its argument",
        ),
    ),
    samples=REAL,
)
def sigmoid(x: Value) -> Value:
    """The logistic function 1 / (1 + e^-x).

    Shapes: any -> the same. Rule: ds = s (1 - s) dx. Computed without overflow as (1 + tanh(x/2)) / 2.

    >>> float(sigmoid(0.0))
    0.5
    """
    return 0.5 * np.tanh(0.5 * x) + 0.5


@elementwise(
    partials=(lambda y, x: greater(x, 0),),
    latex=r"\operatorname{ReLU}(#1)",
    partials_latex=("[#1 > 0]",),
    sympy="relu",
    kinks=(Kink(AT_ZERO, "0, the left slope", np.abs),),
    complex_step=False,
    code="np.maximum({0}, 0, out={out})",
    samples=REAL,
)
def relu(x: Value) -> Value:
    """The larger of x and 0.

    Shapes: any -> the same. Rule: dy = dx where x > 0, else 0 (0 at x = 0 too).

    >>> float(relu(-1.0))
    0.0
    """
    return np.maximum(x, 0)
