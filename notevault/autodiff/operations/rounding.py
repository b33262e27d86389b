"""Signs, whole numbers and remainders: constant between their jumps."""

from __future__ import annotations

import operator
from fractions import Fraction

import numpy as np

from notevault.autodiff.primitive import Domain, Reals, Sample, Value
from notevault.autodiff.rules import elementwise, mask

ANY = Reals((3, 4))
ONE = (Sample((Reals(),)), Sample((ANY,)))


@mask(operands=1, latex=r"\operatorname{sign}(#1)", sympy="sign", code="np.sign({0}, out={out})", samples=ONE)
def sign(x: Value) -> Value:
    """The sign of x: -1, 0 or 1, in the type of x.

    Shapes: any -> the same. Rule: the derivative is 0 (at 0, where it jumps, too).

    >>> float(sign(-2.5))
    -1.0
    """
    if isinstance(x, Fraction):
        return Fraction((x > 0) - (x < 0))
    return np.sign(x)


def _by_divisor(y: Value, a: Value, b: Value) -> Value:
    return -floor(a / b)


@elementwise(
    partials=(1, _by_divisor),
    latex=r"#1 \bmod #2",
    partials_latex=("1", r"-\left\lfloor \frac{#1}{#2} \right\rfloor"),
    sympy="Mod",
    domain=Domain(r"#2 \neq 0", lambda a, b: np.not_equal(b, 0)),
    complex_step=False,
    code="np.mod({0}, {1}, out={out})",
    samples=(Sample((Reals((3, 4), 0.1, 5.0), Reals((4,), 0.7, 1.3))),),
)
def mod(a: Value, b: Value) -> Value:
    """The remainder of a / b with the sign of b; it jumps where a / b is whole.

    Shapes: a, b broadcast -> their common shape. Rule: d(a mod b) = da - floor(a/b) db.

    >>> float(mod(-1.0, 3.0))
    2.0
    """
    return operator.mod(a, b)


@mask(
    operands=1,
    latex=r"\left\lfloor #1 \right\rfloor",
    sympy="floor",
    code="np.floor({0}, out={out})",
    samples=ONE,
)
def floor(x: Value) -> Value:
    """The largest whole number not above x.

    Shapes: any -> the same. Rule: the derivative is 0.

    >>> float(floor(-0.5))
    -1.0
    """
    return Fraction(x.__floor__()) if isinstance(x, Fraction) else np.floor(x)


@mask(
    operands=1,
    latex=r"\left\lceil #1 \right\rceil",
    sympy="ceiling",
    code="np.ceil({0}, out={out})",
    samples=ONE,
)
def ceil(x: Value) -> Value:
    """The smallest whole number not below x.

    Shapes: any -> the same. Rule: the derivative is 0.

    >>> float(ceil(-0.5))
    -0.0
    """
    return Fraction(x.__ceil__()) if isinstance(x, Fraction) else np.ceil(x)
