"""Arithmetic, element by element with broadcasting: add, sub, mul, div, neg, reciprocal, square, pow, abs."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from notevault.autodiff.operations.complex_parts import conjugate, is_complex, real_of
from notevault.autodiff.operations.rounding import sign
from notevault.autodiff.primitive import Domain, Kink, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise, row_of, scale, zero_safe_product
from notevault.autodiff.tensor import dtype_of, record

ANY = Reals((3, 4))
POSITIVE = Reals((3, 4), 0.3, 2.5)
NONZERO_ROW = Reals((4,), 0.4, 2.0)
PAIR = (Sample((Reals(), Reals())), Sample((ANY, Reals((4,)))), Sample((Reals((3, 1)), Reals((1, 4)))))
ONE = (Sample((Reals(),)), Sample((ANY,)))


@elementwise(
    partials=(1, 1),
    latex="#1 + #2",
    partials_latex=("1", "1"),
    sympy="Add",
    code="np.add({0}, {1}, out={out})",
    samples=PAIR,
)
def add(a: Value, b: Value) -> Value:
    """The sum a + b.

    Shapes: a, b broadcast -> their common shape. Rule: d(a + b) = da + db.

    >>> float(add(2.0, 3.0))
    5.0
    """
    return operator.add(a, b)


@elementwise(
    partials=(1, -1),
    latex="#1 - #2",
    partials_latex=("1", "-1"),
    sympy="Sub",
    code="np.subtract({0}, {1}, out={out})",
    misconceptions=(Misconception("sign", 1, "1", "the subtrahend enters with a minus, so its derivative is -1"),),
    samples=PAIR,
)
def sub(a: Value, b: Value) -> Value:
    """The difference a - b.

    Shapes: a, b broadcast -> their common shape. Rule: d(a - b) = da - db.

    >>> float(sub(2.0, 3.0))
    -1.0
    """
    return operator.sub(a, b)


@elementwise(
    partials=(lambda y, a, b: b, lambda y, a, b: a),
    latex=r"#1 \cdot #2",
    partials_latex=("#2", "#1"),
    sympy="Mul",
    code="np.multiply({0}, {1}, out={out})",
    misconceptions=(Misconception("own factor", 0, "#1", "by a, the derivative of a b is the other factor b"),),
    samples=PAIR,
)
def mul(a: Value, b: Value) -> Value:
    """The product a b.

    Shapes: a, b broadcast -> their common shape. Rule: d(a b) = b da + a db.

    >>> float(mul(2.0, 3.0))
    6.0
    """
    return operator.mul(a, b)


@elementwise(
    name="chain",
    partials=(lambda y, g, local: local, lambda y, g, local: g),
    latex=r"#1 \cdot #2",
    partials_latex=("#2", "#1"),
    sympy="Mul",
    samples=PAIR,
)
def chain(g: Value, local: Value) -> Value:
    """Upstream gradient times local derivative: the product g * local, in which zero times infinity is zero.

    Shapes: broadcast. Rule: as `mul`. A path that carries no gradient (g = 0) contributes nothing, however
    steep the operation is there: without this, `where(x > 0, sqrt(x), 0)` has the gradient NaN at 0.

    >>> float(chain(0.0, float("inf")))
    0.0
    """
    with np.errstate(invalid="ignore", over="ignore"):
        return zero_safe_product(g, local)


def _div(a: Value, b: Value) -> Value:
    if isinstance(a, int) and isinstance(b, Fraction):
        return Fraction(a) / b
    return operator.truediv(a, b)


def _by_numerator(y: Value, a: Value, b: Value) -> Value:
    if isinstance(b, int) and dtype_of(y).kind == "O":  # of Fractions: 1 / 3 would be a float
        b = Fraction(b)
    return reciprocal(b)


@elementwise(
    partials=(_by_numerator, lambda y, a, b: -(a / b) / b),
    latex=r"\frac{#1}{#2}",
    partials_latex=(r"\frac{1}{#2}", r"-\frac{#1}{#2^2}"),
    sympy="Div",
    domain=Domain(r"#2 \neq 0", lambda a, b: np.not_equal(b, 0)),
    code="np.divide({0}, {1}, out={out})",
    misconceptions=(
        Misconception("sign", 1, r"\frac{#1}{#2^2}", "1/b falls as b grows: the derivative by b has a minus"),
        Misconception("power", 1, r"-\frac{#1}{#2}", "b stands squared in the derivative by b"),
    ),
    samples=(Sample((Reals(), Reals((), 0.4, 2.0))), Sample((ANY, NONZERO_ROW))),
)
def div(a: Value, b: Value) -> Value:
    """The quotient a / b.

    Shapes: a, b broadcast -> their common shape. Rule: d(a / b) = da / b - a db / b^2.

    >>> float(div(3.0, 2.0))
    1.5
    """
    return _div(a, b)


@elementwise(
    partials=(-1,),
    latex="-#1",
    partials_latex=("-1",),
    sympy="Neg",
    code="np.negative({0}, out={out})",
    samples=ONE,
)
def neg(x: Value) -> Value:
    """The negative -x.

    Shapes: any -> the same. Rule: d(-x) = -dx.

    >>> float(neg(2.0))
    -2.0
    """
    return operator.neg(x)


@elementwise(
    partials=(lambda y, x: -(y * y),),
    latex=r"\frac{1}{#1}",
    partials_latex=(r"-\frac{1}{#1^2}",),
    sympy="Reciprocal",
    domain=Domain(r"#1 \neq 0", lambda x: np.not_equal(x, 0)),
    code="np.reciprocal({0}, out={out})",
    misconceptions=(
        Misconception("sign", 0, r"\frac{1}{#1^2}", "1/x falls as x grows, so its derivative has a minus"),
    ),
    samples=(Sample((Reals((), 0.4, 2.0),)), Sample((Reals((3, 4), -2.0, -0.4),))),
)
def reciprocal(x: Value) -> Value:
    """The reciprocal 1 / x.

    Shapes: any -> the same. Rule: d(1/x) = -dx / x^2.

    >>> float(reciprocal(4.0))
    0.25
    """
    return _div(1, x)


@elementwise(
    partials=(lambda y, x: 2 * x,),
    latex="#1^2",
    partials_latex=(r"2 #1",),
    sympy="Square",
    code="np.multiply({0}, {0}, out={out})",
    misconceptions=(Misconception("factor", 0, "#1", "the exponent 2 comes down as a factor: 2x, not x"),),
    samples=ONE,
)
def square(x: Value) -> Value:
    """The square x^2.

    Shapes: any -> the same. Rule: d(x^2) = 2 x dx.

    >>> float(square(3.0))
    9.0
    """
    return x * x


def _pow(a: Value, b: Value) -> Value:
    if isinstance(a, int) and not isinstance(b, int):  # numpy refuses whole numbers to negative powers
        if isinstance(b, Fraction):
            a = Fraction(a)
        else:
            a = b.dtype.type(a) if dtype_of(b).kind in "fc" and hasattr(b, "dtype") else np.float64(a)
    return operator.pow(a, b)


def _by_base(y: Value, a: Value, b: Value) -> Value:
    if isinstance(b, (int, float)):
        return b * a if b == 2 else b * a ** (b - 1) if b != 0 else 0 * a
    power_rule = b * a ** (b - 1)
    return record(row_of("where"), (_equal(b, 0), 0 * a, power_rule), {})


def _by_exponent(y: Value, a: Value, b: Value) -> Value:
    at_zero = record(row_of("logical_and"), (_equal(a, 0), record(row_of("greater_equal"), (b, 0), {})), {})
    base = record(row_of("where"), (at_zero, 1, a), {})
    return y * record(row_of("log"), (base,), {})


def _equal(a: Value, b: Value) -> Value:
    return record(row_of("equal"), (a, b), {})


@elementwise(
    name="pow",
    partials=(_by_base, _by_exponent),
    latex="#1^{#2}",
    partials_latex=(r"#2\, #1^{#2 - 1}", r"#1^{#2} \ln #1"),
    sympy="Pow",
    domain=Domain(r"#1 > 0 \text{ or } #2 \in \mathbb{Z}", lambda a, b: (a > 0) | (np.mod(b, 1) == 0)),
    code="np.power({0}, {1}, out={out})",
    misconceptions=(
        Misconception("exponent kept", 0, r"#2\, #1^{#2}", "the exponent falls by one"),
        Misconception("factor", 0, r"#1^{#2 - 1}", "the exponent comes down as a factor"),
        Misconception("power rule for a^x", 1, r"#2\, #1^{#2 - 1}", "by the exponent the derivative is a^b ln a"),
    ),
    samples=(
        Sample((Reals((), 0.5, 2.0), Reals())),
        Sample((ANY, 3)),
        Sample((ANY, 2)),
        Sample((POSITIVE, Reals((4,)))),
        Sample((2.0, ANY)),
    ),
)
def power(a: Value, b: Value) -> Value:
    """The power a^b.

    Shapes: a, b broadcast -> their common shape. Rule: d(a^b) = b a^(b-1) da + a^b ln(a) db.
    With b = 0 the derivative by a is 0, and with a = 0 and b >= 0 the derivative by b is 0 (as PyTorch has
    it).

    >>> float(power(2.0, 3.0))
    8.0
    """
    return _pow(a, b)


def _slope_of_abs(y: Value, x: Value) -> Value:
    """The sign; of a complex x = |x| e^{it} it is e^{-it}, so that d|x| = Re(e^{-it} dx)."""
    if not is_complex(x):
        return sign(x)
    return conjugate(x) / record(row_of("where"), (_equal(y, 0), 1, y), {})


def _pull_abs(g: Value, y: Value, x: Value) -> Value:
    return scale(real_of(g), _slope_of_abs(y, x))


def _push_abs(t: Sequence[Value], y: Value, x: Value) -> Value:
    return real_of(scale(t[0], _slope_of_abs(y, x)))


@elementwise(
    name="abs",
    partials=(_slope_of_abs,),
    vjp=(_pull_abs,),
    jvp=_push_abs,
    latex=r"\left|#1\right|",
    partials_latex=(r"\operatorname{sign}(#1)",),
    sympy="Abs",
    kinks=(Kink("#1 = 0", "0, the middle of [-1, 1]", np.abs),),
    complex_step=False,
    code="np.absolute({0}, out={out})",
    samples=(Sample((Reals((), 0.3, 2.0),)), Sample((ANY,))),
)
def absolute(x: Value) -> Value:
    """The absolute value |x|.

    Shapes: any -> the same. Rule: d|x| = sign(x) dx, with the subgradient 0 at 0; of complex x
    d|x| = Re(conj(x) dx) / |x|.

    >>> float(absolute(-2.0))
    2.0
    """
    return operator.abs(x)
