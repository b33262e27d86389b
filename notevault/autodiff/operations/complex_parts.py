"""Complex numbers taken apart: real, imag, conj, angle.

The cotangent g of a complex value y stands for the change dL = Re(g dy) of a real L: so a rule of a holomorphic
operation is the same for real and complex numbers, g dy/dx without a conjugate. An operation that takes complex numbers
to real ones uses the real part of its cotangent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import elementwise
from notevault.autodiff.tensor import dtype_of

ONE = (Sample((Reals(),)), Sample((Reals((3, 4)),)))


def is_complex(x: Value) -> bool:
    """Whether x has a complex type."""
    return dtype_of(x).kind == "c"


def only_real(x: Value, operation: str) -> Value:
    """x; TypeError when it is complex, for a rule that holds for real numbers alone."""
    if is_complex(x):
        raise TypeError(f"{operation} of complex numbers has no rule; take real and imaginary parts")
    return x


def real_of(x: Value) -> Value:
    """The real part; a real x as it is, without a new node."""
    return real(x) if is_complex(x) else x


def conjugate(x: Value) -> Value:
    """The complex conjugate; a real x as it is, without a new node."""
    return conj(x) if is_complex(x) else x


@elementwise(
    partials=(1,),
    vjp=(lambda g, y, x: real_of(g),),
    jvp=lambda t, y, x: real_of(t[0]),
    latex=r"\operatorname{Re} #1",
    partials_latex=("1",),
    sympy="re",
    complex_step=False,
    samples=ONE,
)
def real(x: Value) -> Value:
    """The real part.

    Shapes: any -> the same. Rule: d Re(x) = Re(dx).

    >>> float(real(1 + 2j))
    1.0
    """
    return np.real(x)


def _pull_imag(g: Value, y: Value, x: Value) -> Value:
    return real_of(g) * -1j if is_complex(x) else 0 * g


def _push_imag(t: Sequence[Value], y: Value, x: Value) -> Value:
    return imag(t[0])


@elementwise(
    partials=(lambda y, x: 0 * x,),
    vjp=(_pull_imag,),
    jvp=_push_imag,
    latex=r"\operatorname{Im} #1",
    partials_latex=("0",),
    sympy="im",
    complex_step=False,
    samples=ONE,
)
def imag(x: Value) -> Value:
    """The imaginary part, 0 of real numbers.

    Shapes: any -> the same. Rule: d Im(x) = Im(dx) = Re(-i dx).

    >>> float(imag(1 + 2j))
    2.0
    """
    return np.imag(x)


@elementwise(
    partials=(1,),
    vjp=(lambda g, y, x: conjugate(g),),
    jvp=lambda t, y, x: conjugate(t[0]),
    latex=r"\overline{#1}",
    partials_latex=("1",),
    sympy="conjugate",
    complex_step=False,
    samples=ONE,
)
def conj(x: Value) -> Value:
    """The complex conjugate.

    Shapes: any -> the same. Rule: the conjugate of dx; backward the conjugate of the cotangent.

    >>> complex(conj(1 + 2j))
    (1-2j)
    """
    return np.conjugate(x)


def _pull_angle(g: Value, y: Value, x: Value) -> Value:
    return real_of(g) * (-1j / x) if is_complex(x) else 0 * g


def _push_angle(t: Sequence[Value], y: Value, x: Value) -> Value:
    return imag(t[0] / x) if is_complex(x) or is_complex(t[0]) else 0 * t[0]


@elementwise(
    partials=(lambda y, x: 0 * x,),
    vjp=(_pull_angle,),
    jvp=_push_angle,
    latex=r"\arg #1",
    partials_latex=("0",),
    sympy="arg",
    complex_step=False,
    samples=ONE,
)
def angle(x: Value) -> Value:
    """The angle of a complex number in the plane, in radians.

    Shapes: any -> the same. Rule: d arg(x) = Im(dx / x) = Re(-i dx / x).

    >>> float(angle(-1.0))
    3.141592653589793
    """
    return np.angle(x)
