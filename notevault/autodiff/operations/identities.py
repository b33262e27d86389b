"""x itself: as a new node, as a constant, in another floating type."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from notevault.autodiff.operations.complex_parts import real_of
from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import elementwise, mask, unbroadcast
from notevault.autodiff.tensor import dtype_of

ANY = Reals((3, 4))
ONE = (Sample((Reals(),)), Sample((ANY,)))


@elementwise(partials=(1,), latex="#1", partials_latex=("1",), sympy="Identity", samples=ONE)
def identity(x: Value) -> Value:
    """x itself, as a new node of the tape.

    Shapes: any -> the same. Rule: d(x) = dx.

    >>> float(identity(2.0))
    2.0
    """
    return x


@mask(operands=1, latex="#1", sympy="Identity", samples=ONE)
def stop_gradient(x: Value) -> Value:
    """x itself, as a constant: no gradient passes.

    Shapes: any -> the same. Rule: the derivative is taken to be 0.

    >>> float(stop_gradient(2.0))
    2.0
    """
    return x


def _cast_back(g: Value, y: Value, x: Value, *, dtype: np.dtype[np.generic]) -> Value:
    by_real = real_of(g) if dtype_of(x).kind == "f" else g
    return unbroadcast(cast(by_real, dtype=dtype_of(x)), x)


@elementwise(partials=(1,), vjp=(_cast_back,), latex="#1", partials_latex=("1",), sympy="Identity")
def cast(x: Value, *, dtype: np.dtype[np.generic]) -> Value:
    """x in another floating type; the cotangent is cast back.

    Shapes: any -> the same.

    >>> cast(np.ones(2), dtype=np.dtype("float32")).dtype
    dtype('float32')
    """
    array = np.asarray(x)
    if np.dtype(dtype).kind == "O" and array.dtype.kind == "b":
        return np.frompyfunc(Fraction, 1, 1)(array)  # so that masks of exact numbers stay exact
    return array.astype(dtype)[()]
