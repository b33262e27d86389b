"""Products of matrices and vectors."""

from __future__ import annotations

import numpy as np

from notevault.autodiff.operations.shapes import reshape, transpose
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import operation, unbroadcast
from notevault.autodiff.tensor import shape_of


def swap(x: Value) -> Value:
    """The transpose of each matrix in a stack."""
    n = len(shape_of(x))
    return transpose(x) if n == 2 else transpose(x, axes=(*range(n - 2), n - 1, n - 2))


def _row(x: Value) -> Value:
    return reshape(x, shape=(*shape_of(x)[:-1], 1, shape_of(x)[-1]))


def _column(x: Value) -> Value:
    return reshape(x, shape=(*shape_of(x), 1))


def _as_matrices(g: Value, a: Value, b: Value) -> tuple[Value, Value, Value]:
    """Cotangent and operands of a matmul with vectors written as one-row and one-column matrices."""
    if len(shape_of(b)) == 1:
        g, b = _column(g), _column(b)
    if len(shape_of(a)) == 1:
        # after the line above g has its column axis already
        g, a = reshape(g, shape=(*shape_of(g)[:-1], 1, shape_of(g)[-1])), _row(a)
    return g, a, b


def _pull_left(g: Value, y: Value, a: Value, b: Value) -> Value:
    if len(shape_of(a)) == 2 == len(shape_of(b)):
        return matmul(g, transpose(b))
    rows, left, right = _as_matrices(g, a, b)
    return reshape(unbroadcast(matmul(rows, swap(right)), left), shape=shape_of(a))


def _pull_right(g: Value, y: Value, a: Value, b: Value) -> Value:
    if len(shape_of(a)) == 2 == len(shape_of(b)):
        return matmul(transpose(a), g)
    rows, left, right = _as_matrices(g, a, b)
    return reshape(unbroadcast(matmul(swap(left), rows), right), shape=shape_of(b))


@operation(
    vjp=(_pull_left, _pull_right),
    latex="#1 #2",
    partials_latex=(r"\cdot\, #2^{\top}", r"#1^{\top} \cdot"),
    sympy="MatMul",
    code="np.matmul({0}, {1}, out={out})",
    misconceptions=(
        Misconception("transpose missing", 0, r"\cdot\, #2", "the cotangent goes back through the transpose"),
        Misconception(
            "order", 1, r"\cdot\, #1^{\top}", "for the right factor the left one stands before the cotangent"
        ),
    ),
    samples=(
        Sample((Reals((2, 3)), Reals((3, 4)))),
        Sample((Reals((3,)), Reals((3,)))),
        Sample((Reals((2, 3)), Reals((3,)))),
        Sample((Reals((3,)), Reals((3, 2)))),
        Sample((Reals((2, 2, 3)), Reals((3, 2)))),
        Sample((Reals((2, 1, 2, 3)), Reals((3, 3, 2)))),
        Sample((Reals((2, 2, 3)), Reals((3,)))),
        Sample((Reals((3,)), Reals((2, 3, 2)))),
    ),
)
def matmul(a: Value, b: Value) -> Value:
    """The matrix product a @ b, of stacks of matrices too.

    Shapes: (..., n, k), (..., k, m) -> (..., n, m); a vector is a row on the left, a column on the right.
    Rule: dY = dA B + A dB, so dL/dA = G B^T and dL/dB = A^T G.

    >>> matmul(np.eye(2), np.array([1.0, 2.0]))
    array([1., 2.])
    """
    return np.matmul(a, b)


def _pull_dot_left(g: Value, y: Value, a: Value, b: Value) -> Value:
    if not shape_of(a) or not shape_of(b):
        return unbroadcast(g * b, a)
    return _pull_left(g, y, a, b)


def _pull_dot_right(g: Value, y: Value, a: Value, b: Value) -> Value:
    if not shape_of(a) or not shape_of(b):
        return unbroadcast(g * a, b)
    return _pull_right(g, y, a, b)


@operation(
    vjp=(_pull_dot_left, _pull_dot_right),
    latex=r"#1 \cdot #2",
    partials_latex=("#2", "#1"),
    sympy="Dot",
    samples=(
        Sample((Reals((3,)), Reals((3,)))),
        Sample((Reals((2, 3)), Reals((3, 2)))),
        Sample((Reals(), Reals((3,)))),
        Sample((Reals((2, 3)), Reals((3,)))),
    ),
)
def dot(a: Value, b: Value) -> Value:
    """The scalar product of vectors, the matrix product of matrices, the product with a scalar.

    Shapes: (n,), (n,) -> (); (n, k), (k, m) -> (n, m); (), (...) -> (...). At most two axes each.
    Rule: d(a . b) = da . b + a . db.

    >>> float(dot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    if np.ndim(a) > 2 or np.ndim(b) > 2:
        raise ValueError("dot takes scalars, vectors and matrices; use matmul or tensordot for more axes")
    return np.dot(a, b)
