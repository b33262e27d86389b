"""Activation functions of neural networks, element by element."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.comparisons import greater, less, logical_and, where
from notevault.autodiff.operations.complex_parts import only_real
from notevault.autodiff.operations.exponential import exp
from notevault.autodiff.operations.hyperbolic import tanh
from notevault.autodiff.operations.special import erf, error_function
from notevault.autodiff.primitive import Kink, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise, scale
from notevault.autodiff.tensor import Tensor

REAL = (Sample((Reals(),)), Sample((Reals((3, 4)),)))
AT_ZERO = "#1 = 0"
ROOT_HALF = float(np.sqrt(0.5))
PDF_AT_ZERO = 1 / float(np.sqrt(2 * np.pi))
TANH_SCALE = float(np.sqrt(2 / np.pi))
TANH_CUBIC = 0.044715
SLOPED = (Sample((Reals(),)), Sample((Reals((3, 4)),), {"slope": 0.2}))


def _from_zero(x: Value, **parameters: float) -> Value:
    return np.abs(x)


def logistic(x: Value) -> Value:
    """1 / (1 + e^-x) of plain numbers, to full relative precision and without overflow."""
    if np.iscomplexobj(x):
        return 1 / (1 + np.exp(-x))
    decay = np.exp(-np.abs(x))
    return np.where(np.less(x, 0), decay, 1)[()] / (1 + decay)


@elementwise(
    partials=(lambda y, x: y * (1 - y),),
    latex=r"\sigma(#1)",
    partials_latex=(r"\sigma(#1) (1 - \sigma(#1))",),
    sympy="sigmoid",
    misconceptions=(
        Misconception("one factor", 0, r"1 - \sigma(#1)", "both factors belong: s(1 - s)"),
        Misconception("argument for value", 0, r"#1 (1 - #1)", "s(1 - s) is in the sigmoid's value, not its argument"),
    ),
    samples=REAL,
)
def sigmoid(x: Value) -> Value:
    """The logistic function s(x) = 1 / (1 + e^-x).

    Shapes: any -> the same. Rule: ds = s (1 - s) dx.

    >>> float(sigmoid(0.0))
    0.5
    """
    return logistic(x)


def _pull_relu(g: Value, y: Value, x: Value) -> Value:
    if isinstance(g, Tensor) or isinstance(x, Tensor):
        return scale(g, greater(x, 0))
    return g * np.greater(x, 0)  # past `record` and the look for NaN: 100 x 16 in 2.4 us instead of 3.6


@elementwise(
    partials=(lambda y, x: greater(x, 0),),
    vjp=(_pull_relu,),
    latex=r"\operatorname{ReLU}(#1)",
    partials_latex=("[#1 > 0]",),
    sympy="relu",
    kinks=(Kink(AT_ZERO, "0, the left slope", np.abs),),
    complex_step=False,
    code="np.maximum({0}, 0, out={out})",
    misconceptions=(Misconception("identity", 0, "1", "where x < 0 the output is constant, so the derivative is 0"),),
    samples=REAL,
)
def relu(x: Value) -> Value:
    """The larger of x and 0.

    Shapes: any -> the same. Rule: dy = dx where x > 0, else 0 (0 at x = 0 too).

    >>> float(relu(-1.0))
    0.0
    """
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        return x.clip(0, np.inf)  # 512 x 128 float32: 9 us; np.maximum with a number takes 33 us
    return np.maximum(x, 0)


@elementwise(
    partials=(lambda y, x, *, slope=0.01: where(greater(x, 0), 1, slope),),
    latex=r"\operatorname{LeakyReLU}(#1)",
    partials_latex=(r"\begin{cases} 1 & #1 > 0 \\ a & \text{otherwise} \end{cases}",),
    sympy="leaky_relu",
    kinks=(Kink(AT_ZERO, "the left slope", _from_zero),),
    complex_step=False,
    misconceptions=(Misconception("dead side", 0, "[#1 > 0]", "the left side is not flat: its slope is a"),),
    samples=SLOPED,
)
def leaky_relu(x: Value, *, slope: float = 0.01) -> Value:
    """x where x > 0, else slope * x.

    Shapes: any -> the same. Rule: dy = dx where x > 0, else slope dx.

    >>> float(leaky_relu(-1.0, slope=0.5))
    -0.5
    """
    return np.where(np.greater(x, 0), x, slope * x)[()]


@elementwise(
    partials=(lambda y, x, *, alpha=1.0: where(greater(x, 0), 1, alpha * exp(where(greater(x, 0), 0, x))),),
    latex=r"\operatorname{ELU}(#1)",
    partials_latex=(r"\begin{cases} 1 & #1 > 0 \\ a e^{#1} & \text{otherwise} \end{cases}",),
    sympy="elu",
    kinks=(Kink(AT_ZERO, "alpha, the left slope (no kink when alpha = 1)", _from_zero),),
    complex_step=False,
    samples=(Sample((Reals(),)), Sample((Reals((3, 4)),), {"alpha": 1.5})),
)
def elu(x: Value, *, alpha: float = 1.0) -> Value:
    """x where x > 0, else alpha (e^x - 1).

    Shapes: any -> the same. Rule: dy = dx where x > 0, else alpha e^x dx.
    Source: Clevert, Unterthiner, Hochreiter (2016).

    >>> float(elu(0.0))
    0.0
    """
    return np.where(np.greater(x, 0), x, alpha * np.expm1(np.minimum(x, 0)))[()]


def _gelu_slope(y: Value, x: Value, *, approximate: bool = False) -> Value:
    if not approximate:
        return 0.5 * (1 + erf(x * ROOT_HALF)) + x * PDF_AT_ZERO * exp(-0.5 * (x * x))
    t = tanh(TANH_SCALE * (x + TANH_CUBIC * x**3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (TANH_SCALE * (1 + 3 * TANH_CUBIC * (x * x)))


@elementwise(
    partials=(_gelu_slope,),
    latex=r"\operatorname{GELU}(#1)",
    partials_latex=(r"\Phi(#1) + #1 \varphi(#1)",),
    sympy="gelu",
    complex_step=False,
    misconceptions=(Misconception("product rule", 0, r"\Phi(#1)", "x stands in both factors of x Phi(x)"),),
    samples=(*REAL, Sample((Reals((3, 4)),), {"approximate": True})),
)
def gelu(x: Value, *, approximate: bool = False) -> Value:
    """x Phi(x) with the normal distribution function Phi; `approximate` takes the tanh formula.

    Shapes: any -> the same. Rule: dy = (Phi(x) + x phi(x)) dx. Source: Hendrycks, Gimpel (2016).

    >>> float(gelu(0.0))
    0.0
    """
    if approximate:
        return 0.5 * x * (1 + np.tanh(TANH_SCALE * (x + TANH_CUBIC * x**3)))
    return 0.5 * x * (1 + error_function(x * ROOT_HALF))


def _silu_slope(y: Value, x: Value) -> Value:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


@elementwise(
    partials=(_silu_slope,),
    latex=r"#1\, \sigma(#1)",
    partials_latex=(r"\sigma(#1) (1 + #1 (1 - \sigma(#1)))",),
    sympy="silu",
    samples=REAL,
)
def silu(x: Value) -> Value:
    """x times the sigmoid of x (also called swish).

    Shapes: any -> the same. Rule: dy = s (1 + x (1 - s)) dx with s = sigmoid(x).

    >>> float(silu(0.0))
    0.0
    """
    return x * logistic(x)


@elementwise(
    partials=(lambda y, x, *, beta=1.0: sigmoid(beta * x),),
    latex=r"\ln(1 + e^{#1})",
    partials_latex=(r"\sigma(#1)",),
    sympy="softplus",
    complex_step=False,
    samples=(*REAL, Sample((Reals((3, 4)),), {"beta": 2.0})),
)
def softplus(x: Value, *, beta: float = 1.0) -> Value:
    """ln(1 + e^(beta x)) / beta, a smooth ReLU, computed without overflow.

    Shapes: any -> the same. Rule: dy = sigmoid(beta x) dx.

    >>> round(float(softplus(0.0)), 6)
    0.693147
    """
    return np.logaddexp(beta * x, 0) / beta


def _softsign_slope(y: Value, x: Value) -> Value:
    size = 1 + abs(only_real(x, "softsign"))
    return 1 / (size * size)


@elementwise(
    partials=(_softsign_slope,),
    latex=r"\frac{#1}{1 + |#1|}",
    partials_latex=(r"\frac{1}{(1 + |#1|)^2}",),
    sympy="softsign",
    complex_step=False,
    samples=REAL,
)
def softsign(x: Value) -> Value:
    """x / (1 + |x|).

    Shapes: any -> the same. Rule: dy = dx / (1 + |x|)^2.

    >>> float(softsign(1.0))
    0.5
    """
    return x / (1 + np.abs(x))


def _within(y: Value, x: Value, *, low: float = -1.0, high: float = 1.0) -> Value:
    return logical_and(greater(x, low), less(x, high))


@elementwise(
    partials=(_within,),
    latex=r"\operatorname{hardtanh}(#1)",
    partials_latex=("[-1 < #1 < 1]",),
    sympy="hardtanh",
    kinks=(
        Kink(
            r"#1 = \pm 1",
            "0, the outer slope",
            lambda x, *, low=-1.0, high=1.0: np.minimum(np.abs(x - low), np.abs(x - high)),
        ),
    ),
    complex_step=False,
    samples=(Sample((Reals(),)), Sample((Reals((3, 4)),), {"low": -0.5, "high": 1.5})),
)
def hardtanh(x: Value, *, low: float = -1.0, high: float = 1.0) -> Value:
    """x held between low and high; at the bounds the derivative is 0 (that of `clip` is 1).

    Shapes: any -> the same. Rule: dy = dx where low < x < high, else 0.

    >>> float(hardtanh(3.0))
    1.0
    """
    return np.clip(x, low, high)


def _mish_slope(y: Value, x: Value) -> Value:
    t = tanh(softplus(x))
    return t + x * (1 - t * t) * sigmoid(x)


@elementwise(
    partials=(_mish_slope,),
    latex=r"#1 \tanh(\ln(1 + e^{#1}))",
    partials_latex=(r"t + #1 (1 - t^2) \sigma(#1),\ t = \tanh(\ln(1 + e^{#1}))",),
    sympy="mish",
    complex_step=False,
    samples=REAL,
)
def mish(x: Value) -> Value:
    """x tanh(softplus(x)).

    Shapes: any -> the same. Rule: dy = (t + x (1 - t^2) sigmoid(x)) dx with t = tanh(softplus(x)).
    Source: Misra (2019).

    >>> float(mish(0.0))
    0.0
    """
    return x * np.tanh(np.logaddexp(x, 0))
