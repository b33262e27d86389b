"""Parts of matrices: trace, diag, diagonal, tril, triu. All linear."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.indexing import scatter
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import dtype_of, shape_of

SQUARE = Reals((3, 3))
OBLONG = Reals((3, 4))


def diagonal_index(shape: tuple[int, ...], k: int) -> tuple[object, ...]:
    """The positions on the k-th diagonal of the last two axes."""
    rows, columns = shape[-2], shape[-1]
    length = max(0, min(rows + min(k, 0), columns - max(k, 0)))
    along = np.arange(length)
    return (..., along + max(-k, 0), along + max(k, 0))


def _diagonal_back(g: Value, y: Value, x: Value, *, k: int = 0) -> Value:
    return scatter(g, index=diagonal_index(shape_of(x), k), shape=shape_of(x))


@operation(
    vjp=(_diagonal_back,),
    latex=r"\operatorname{diag}(#1)",
    partials_latex=(r"\operatorname{diag}(\cdot)",),
    sympy="Diagonal",
    samples=(Sample((OBLONG,)), Sample((OBLONG,), {"k": 1}), Sample((Reals((2, 3, 3)),), {"k": -1})),
)
def diagonal(x: Value, *, k: int = 0) -> Value:
    """The k-th diagonal of the last two axes.

    Shapes: (..., n, m) -> (..., length of the diagonal). Rule: the cotangent is put on the diagonal of zeros.

    >>> diagonal(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1., 4.])
    """
    return x[diagonal_index(np.shape(x), k)]


def _diag_back(g: Value, y: Value, x: Value, *, k: int = 0) -> Value:
    if len(shape_of(x)) == 1:
        return diagonal(g, k=k)
    return _diagonal_back(g, y, x, k=k)


@operation(
    vjp=(_diag_back,),
    latex=r"\operatorname{diag}(#1)",
    partials_latex=(r"\operatorname{diag}(\cdot)",),
    sympy="diag",
    samples=(Sample((Reals((3,)),)), Sample((Reals((3,)),), {"k": -1}), Sample((OBLONG,), {"k": 1})),
)
def diag(x: Value, *, k: int = 0) -> Value:
    """A matrix with the vector x on its k-th diagonal, or the k-th diagonal of the matrix x (as np.diag).

    Shapes: (n,) -> (n + |k|, n + |k|); (n, m) -> (length of the diagonal,). Rule: the other of the two.

    >>> diag(np.array([1.0, 2.0]))
    array([[1., 0.],
           [0., 2.]])
    """
    return np.diag(x, k)


def _trace_back(g: Value, y: Value, x: Value) -> Value:
    return g * np.eye(*shape_of(x), dtype=dtype_of(x))


@operation(
    vjp=(_trace_back,),
    latex=r"\operatorname{tr} #1",
    partials_latex=("I",),
    sympy="Trace",
    misconceptions=(Misconception("ones", 0, r"\mathbf{1}", "the trace sees the diagonal alone: its gradient is I"),),
    samples=(Sample((SQUARE,)), Sample((OBLONG,))),
)
def trace(x: Value) -> Value:
    """The sum of the diagonal.

    Shapes: (n, m) -> (). Rule: d tr(X) = tr(dX), so the gradient is the identity matrix.

    >>> float(trace(np.eye(3)))
    3.0
    """
    return np.trace(x)


def _keep_lower(g: Value, y: Value, x: Value, *, k: int = 0) -> Value:
    return tril(g, k=k)


@operation(
    vjp=(_keep_lower,),
    latex=r"\operatorname{tril}(#1)",
    partials_latex=(r"[i \geq j]",),
    sympy="LowerTriangular",
    samples=(Sample((SQUARE,)), Sample((OBLONG,), {"k": 1})),
)
def tril(x: Value, *, k: int = 0) -> Value:
    """The lower triangle up to the k-th diagonal, zeros above.

    Shapes: (..., n, m) -> the same. Rule: the cotangent of the lower triangle alone.

    >>> tril(np.ones((2, 2)))
    array([[1., 0.],
           [1., 1.]])
    """
    return np.tril(x, k)


def _keep_upper(g: Value, y: Value, x: Value, *, k: int = 0) -> Value:
    return triu(g, k=k)


@operation(
    vjp=(_keep_upper,),
    latex=r"\operatorname{triu}(#1)",
    partials_latex=(r"[i \leq j]",),
    sympy="UpperTriangular",
    samples=(Sample((SQUARE,)), Sample((OBLONG,), {"k": -1})),
)
def triu(x: Value, *, k: int = 0) -> Value:
    """The upper triangle from the k-th diagonal, zeros below.

    Shapes: (..., n, m) -> the same. Rule: the cotangent of the upper triangle alone.

    >>> triu(np.ones((2, 2)))
    array([[1., 1.],
           [0., 1.]])
    """
    return np.triu(x, k)
