"""Products of matrices and vectors: matmul, dot, outer, tensordot; `einsum` has its own file."""

from __future__ import annotations

from typing import Any

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
        return g @ b.T
    rows, left, right = _as_matrices(g, a, b)
    return reshape(unbroadcast(matmul(rows, swap(right)), left), shape=shape_of(a))


def _pull_right(g: Value, y: Value, a: Value, b: Value) -> Value:
    if len(shape_of(a)) == 2 == len(shape_of(b)):
        return a.T @ g
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


def _pull_outer_left(g: Value, y: Value, a: Value, b: Value) -> Value:
    return reshape(matmul(g, reshape(b, shape=-1)), shape=shape_of(a))


def _pull_outer_right(g: Value, y: Value, a: Value, b: Value) -> Value:
    return reshape(matmul(reshape(a, shape=-1), g), shape=shape_of(b))


@operation(
    vjp=(_pull_outer_left, _pull_outer_right),
    latex=r"#1 #2^{\top}",
    partials_latex=(r"\cdot\, #2", r"\cdot^{\top} #1"),
    sympy="Outer",
    samples=(Sample((Reals((3,)), Reals((2,)))),),
)
def outer(a: Value, b: Value) -> Value:
    """The table of all products a_i b_j.

    Shapes: (n,), (m,) -> (n, m); more axes are flattened. Rule: dY = da b^T + a db^T.

    >>> outer(np.array([1.0, 2.0]), np.array([3.0]))
    array([[3.],
           [6.]])
    """
    return np.outer(a, b)


def summed_axes(a: Value, b: Value, axes: Any) -> tuple[list[int], list[int]]:
    """The axes of a and of b that tensordot sums over, counted from 0."""
    n, m = len(shape_of(a)), len(shape_of(b))
    if isinstance(axes, int):
        return list(range(n - axes, n)), list(range(axes))
    left, right = ([axis] if isinstance(axis, int) else list(axis) for axis in axes)
    return [k % n for k in left], [k % m for k in right]


def _pull_tensordot_left(g: Value, y: Value, a: Value, b: Value, *, axes: Any = 2) -> Value:
    left, right = summed_axes(a, b, axes)
    free_a = [k for k in range(len(shape_of(a))) if k not in left]
    free_b = [k for k in range(len(shape_of(b))) if k not in right]
    pulled = tensordot(g, b, axes=(tuple(range(len(free_a), len(shape_of(g)))), tuple(free_b)))
    # the axes of `pulled`: the free ones of a, then the summed ones in the order in which b has them
    order = free_a + [left[right.index(k)] for k in sorted(right)]
    return transpose(pulled, axes=tuple(int(k) for k in np.argsort(order)))


def _pull_tensordot_right(g: Value, y: Value, a: Value, b: Value, *, axes: Any = 2) -> Value:
    left, right = summed_axes(a, b, axes)
    free_a = [k for k in range(len(shape_of(a))) if k not in left]
    free_b = [k for k in range(len(shape_of(b))) if k not in right]
    pulled = tensordot(a, g, axes=(tuple(free_a), tuple(range(len(free_a)))))
    order = [right[left.index(k)] for k in sorted(left)] + free_b
    return transpose(pulled, axes=tuple(int(k) for k in np.argsort(order)))


@operation(
    vjp=(_pull_tensordot_left, _pull_tensordot_right),
    latex=r"#1 \cdot #2",
    partials_latex=("#2", "#1"),
    sympy="TensorDot",
    samples=(
        Sample((Reals((2, 3)), Reals((3, 2))), {"axes": 1}),
        Sample((Reals((2, 3, 2)), Reals((2, 2, 3))), {"axes": ((1, 0), (2, 1))}),
        Sample((Reals((2,)), Reals((3,))), {"axes": 0}),
    ),
)
def tensordot(a: Value, b: Value, *, axes: Any = 2) -> Value:
    """The sum of products over pairs of axes, as np.tensordot.

    Shapes: the axes of a that are not summed, then those of b. Rule: dy = da . b + a . db.

    >>> float(tensordot(np.ones((2, 2)), np.ones((2, 2))))
    4.0
    """
    return np.tensordot(a, b, axes)[()]
